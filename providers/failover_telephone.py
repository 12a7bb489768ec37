"""Several telephone providers: where one fails, the next places the call."""

from collections.abc import Mapping
from datetime import timedelta

import structlog

from domain.attempt import Result
from providers.protocols import Dial, Engaged, PerhapsDialled, ProviderFailed, Telephone

log = structlog.get_logger("telephone")


class FailoverTelephone:
    """Places a call with the first provider that can; its id begins with the provider's name.

    Args:
        providers: by name, the preferred first.
    """

    def __init__(self, providers: Mapping[str, Telephone]) -> None:
        self._providers = dict(providers)
        self.look_every_seconds = max(p.look_every_seconds for p in providers.values())

    async def find(self, dial: Dial, age: timedelta) -> str | None:
        """The call, at whichever provider; all have to answer before there is none."""
        for name, provider in self._providers.items():
            if call := await provider.find(dial, age):
                return f"{name}:{call}"
        return None

    async def engaged(self, dial: Dial) -> bool:
        """Whether a call is going on at any of the providers that answer."""
        for name, provider in self._providers.items():
            try:
                if await provider.engaged(dial):
                    return True
            except ProviderFailed as failure:
                log.warning("provider failed", provider=name, call=dial.key, why=str(failure))
        return False

    async def dial(self, dial: Dial, instead_of: str | None = None) -> str:
        """Place the call with the first provider that can, after that of `instead_of`.

        A provider is asked before it is told to dial: in an outage that fails before anything
        was sent, so that the next may dial. Where one may have dialled, no other does.
        """
        names = list(self._providers)
        if instead_of:
            names = names[names.index(instead_of.partition(":")[0]) + 1 :]
        failures = []
        for name in names:
            provider = self._providers[name]
            try:
                if name != names[-1] and await provider.engaged(dial):
                    raise Engaged
                call = await provider.dial(dial)
            except (PerhapsDialled, Engaged):
                raise
            except ProviderFailed as failure:
                log.warning("provider failed", provider=name, call=dial.key, why=str(failure))
                failures.append(failure)
            else:
                log.info("dialled", provider=name, call=dial.key)
                return f"{name}:{call}"
        why = "; ".join(str(failure) for failure in failures)
        waits = [failure.retry_after for failure in failures]
        raise ProviderFailed(
            f"no telephone provider is left: {why}" if why else "no telephone provider is left",
            min((w for w in waits if w), default=None) if all(waits) else None,
        )

    async def result(self, call: str) -> Result | None:
        """What came of the call, from its provider."""
        provider, its_id = self._of(call)
        return await provider.result(its_id)

    async def hang_up(self, call: str) -> Result | None:
        """End the call at its provider."""
        provider, its_id = self._of(call)
        return await provider.hang_up(its_id)

    def served_by(self, call: str) -> str | None:
        """The provider's name."""
        return call.partition(":")[0]

    def _of(self, call: str) -> tuple[Telephone, str]:
        name, _, its_id = call.partition(":")
        if name not in self._providers:
            raise ProviderFailed("the call's telephone provider is not set any more")
        return self._providers[name], its_id
