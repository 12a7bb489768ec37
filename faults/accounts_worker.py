"""A worker whose account service does not answer for some: `python -m faults.accounts_worker`."""

import asyncio
from dataclasses import replace
from pathlib import Path

from faults.serving import serve
from providers.protocols import AccountService, ProviderFailed
from runtime.service import Providers
from runtime.settings import Settings


def down(folder: Path, seller_id: str) -> Path:
    """While there is this file, the service is down for that account."""
    return folder / f"{seller_id}.down"


class DownForSome:
    """An account service that is down for some accounts."""

    def __init__(self, accounts: AccountService, folder: Path) -> None:
        self._accounts, self._folder = accounts, folder

    async def deactivate(self, store: str, seller_id: str, case_id: str) -> None:
        if down(self._folder, seller_id).exists():
            raise ProviderFailed("the account service is down")
        await self._accounts.deactivate(store, seller_id, case_id)

    async def is_active(self, store: str, seller_id: str) -> bool:
        if down(self._folder, seller_id).exists():
            raise ProviderFailed("the account service is down")
        return await self._accounts.is_active(store, seller_id)


def _without(settings: Settings, providers: Providers) -> Providers:
    return replace(providers, accounts=DownForSome(providers.accounts, settings.state))


if __name__ == "__main__":
    asyncio.run(serve(_without))
