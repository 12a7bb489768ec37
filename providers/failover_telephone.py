"""One or several telephone providers. If one fails, the next one places the call."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import structlog

from domain.shared.result import Result
from providers.protocols import Dial, GoesOn, PerhapsDialled, ProviderFailed, Telephone

log = structlog.get_logger("telephone")


_MOST_ABOUT_TO_DIAL = 1_000
"""Of so many calls at once it is kept who answered. Of any other every provider is tried."""


class FailoverTelephone:
    """Places a call with the first provider that can. The call's id begins with its name.

    Args:
        providers: the providers by name, the preferred first.
    """

    def __init__(self, providers: Mapping[str, Telephone]) -> None:
        self._providers = dict(providers)
        self._answered: dict[str, list[str]] = {}
        """The providers that could tell of calls to the number, by the key of the call to dial."""

    @property
    def names(self) -> list[str]:
        """The providers, the preferred first."""
        return list(self._providers)

    async def find(self, dial: Dial, age: timedelta) -> str | None:
        """Return the call from any provider. Return None only if all providers have answered."""
        for name, provider in self._providers.items():
            if call := await provider.find(dial, age):
                return f"{name}:{call}"
        return None

    async def wait_before(self, dial: Dial) -> timedelta:
        """Return the longest wait of the providers that answer."""
        waits: dict[str, timedelta] = {}
        for name, provider in self._providers.items():
            try:
                waits[name] = await provider.wait_before(dial)
            except ProviderFailed as failure:
                log.warning("provider failed", provider=name, call=dial.key, why=str(failure))
                failed = failure
        if not waits:
            raise failed
        wait = max(waits.values())
        if not wait:
            self._answered[dial.key] = list(waits)
            if len(self._answered) > _MOST_ABOUT_TO_DIAL:  # some calls are never dialled
                del self._answered[next(iter(self._answered))]
        return wait

    async def dial(self, dial: Dial, instead_of: str | None = None) -> GoesOn:
        """Place the call with the first provider that can, after the one of `instead_of`.

        If a provider may have dialled, no other provider dials.
        """
        # Skip a provider that could not tell of calls to the number. It is probably down, and a
        # failed dial could leave unknown whether it dialled.
        names = self._answered.pop(dial.key, list(self._providers))
        if instead_of:
            failed = list(self._providers).index(instead_of.partition(":")[0])
            names = [name for name in names if name in list(self._providers)[failed + 1 :]]
        failures = []
        for name in names:
            provider = self._providers[name]
            try:
                call = await provider.dial(dial)
            except PerhapsDialled:
                raise
            except ProviderFailed as failure:
                log.warning("provider failed", provider=name, call=dial.key, why=str(failure))
                failures.append(failure)
            else:
                log.info("dialled", provider=name, call=dial.key)
                return replace(call, call=f"{name}:{call.call}")
        why = "; ".join(str(failure) for failure in failures)
        waits = [failure.retry_after for failure in failures]
        raise ProviderFailed(
            f"no telephone provider is left: {why}" if why else "no telephone provider is left",
            min((w for w in waits if w), default=None) if all(waits) else None,
        )

    async def look(self, call: str) -> Result | GoesOn:
        """Return the result of the call, or how it goes on, from its provider."""
        name, provider, its_id = self._of(call)
        seen = await provider.look(its_id)
        return replace(seen, call=f"{name}:{seen.call}") if isinstance(seen, GoesOn) else seen

    async def result(self, call: str) -> Result | None:
        """Return the result of the call, from its provider."""
        _, provider, its_id = self._of(call)
        return await provider.result(its_id)

    def is_same(self, call: str, other: str) -> bool:
        """Return whether both are the same call of the same provider."""
        name, provider, its_id = self._of(call)
        another, _, other_id = self._of(other)
        return name == another and provider.is_same(its_id, other_id)

    async def hang_up(self, call: str) -> Result | None:
        """End the call at its provider."""
        _, provider, its_id = self._of(call)
        return await provider.hang_up(its_id)

    def served_by(self, call: str) -> str | None:
        """Return the name of the call's provider, or None if there is only one provider."""
        return call.partition(":")[0] if len(self._providers) > 1 else None

    def _of(self, call: str) -> tuple[str, Telephone, str]:
        name, _, its_id = call.partition(":")
        if name not in self._providers:
            raise ProviderFailed("the call's telephone provider is not set any more")
        return name, self._providers[name], its_id
