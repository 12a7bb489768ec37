"""A worker whose account service and programme are down for some accounts.

`python -m experiments.faults.accounts_worker`
"""

import asyncio
from dataclasses import replace
from pathlib import Path

from domain.appeal.activity_inputs import TellReinstatementInput
from domain.case.activity_inputs import ExpelInput
from domain.enrollment.view import EnrollmentView
from domain.shared.activity_inputs import ShareContactInput, TellDeactivationInput
from providers.appeal_protocols import AppealedProgramme
from providers.protocols import AccountService, ProviderFailed
from providers.workflow_protocols import Standing
from runtime.providers import Providers
from runtime.settings import Settings
from tests.serving import serve


def down(folder: Path, seller_id: str) -> Path:
    """Return the file whose existence makes both fail for the account."""
    return folder / f"{seller_id}.down"


def known(folder: Path, seller_id: str) -> Path:
    """Return the file that makes the account enrolled. Without it the programme fails."""
    return folder / f"{seller_id}.known"


def _fail_if_down(folder: Path, seller_id: str) -> None:
    if down(folder, seller_id).exists():
        raise ProviderFailed("the account service is down")


class DownForSome:
    """An account service that changes nothing of some accounts, as if it were down.

    It says whether they are active. Else no case would open, and have something to change.
    """

    def __init__(self, accounts: AccountService, folder: Path) -> None:
        self._accounts, self._folder = accounts, folder

    async def deactivate(self, store: str, seller_id: str, case_id: str) -> None:
        _fail_if_down(self._folder, seller_id)
        await self._accounts.deactivate(store, seller_id, case_id)

    async def reinstate(self, store: str, seller_id: str, case_id: str, key: str) -> None:
        _fail_if_down(self._folder, seller_id)
        await self._accounts.reinstate(store, seller_id, case_id, key)

    async def is_active(self, store: str, seller_id: str) -> bool:
        return await self._accounts.is_active(store, seller_id)


class ProgrammeDownForSome:
    """A programme that is down for some accounts. The accounts it knows are enrolled."""

    def __init__(self, programme: AppealedProgramme, folder: Path) -> None:
        self._programme, self._folder = programme, folder

    async def standing(self, store: str, seller_id: str) -> Standing:
        if not known(self._folder, seller_id).exists():
            raise ProviderFailed("the programme is down")
        return Standing(None)

    async def expel(self, input: ExpelInput) -> None:
        _fail_if_down(self._folder, input.seller_id)
        await self._programme.expel(input)

    async def record_deactivation(self, input: TellDeactivationInput) -> None:
        _fail_if_down(self._folder, input.seller_id)
        await self._programme.record_deactivation(input)

    async def find(self, store: str, seller_id: str) -> EnrollmentView | None:
        _fail_if_down(self._folder, seller_id)
        return await self._programme.find(store, seller_id)

    async def reinstate(self, input: TellReinstatementInput) -> bool:
        _fail_if_down(self._folder, input.seller_id)
        return await self._programme.reinstate(input)

    async def change_contact(self, input: ShareContactInput) -> None:
        _fail_if_down(self._folder, input.seller_id)
        await self._programme.change_contact(input)


def _without(settings: Settings, providers: Providers) -> Providers:
    return replace(
        providers,
        accounts=DownForSome(providers.accounts, settings.state),
        programme=ProgrammeDownForSome(providers.programme, settings.state),
    )


if __name__ == "__main__":
    asyncio.run(serve(_without))
