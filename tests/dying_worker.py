"""A worker that is killed just after a provider did its work, before anybody heard of it.

python -m tests.dying_worker mail|telephone|accounts|programme
"""

import asyncio
import os
import signal
import sys
from contextlib import AsyncExitStack
from dataclasses import replace
from email.message import EmailMessage
from typing import NoReturn

from domain.attempt import Result
from domain.orders import ExpelOrder
from providers.own_workflows import Enrollments
from providers.protocols import AccountService, Dial, Mail, Telephone
from runtime.connection import connect
from runtime.service import providers_of, workers_of
from runtime.settings import Settings


def die() -> NoReturn:
    """As by the kernel: no handler runs, nothing is flushed."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


class DyingMail:
    """Dies once the mail server has the message."""

    def __init__(self, mail: Mail) -> None:
        self._mail = mail

    async def send(self, message: EmailMessage) -> Result:
        await self._mail.send(message)
        die()


class DyingTelephone:
    """Dies once the call is placed."""

    def __init__(self, telephone: Telephone) -> None:
        self.look_every_seconds = telephone.look_every_seconds
        self.find = telephone.find
        self.result = telephone.result
        self.hang_up = telephone.hang_up
        self.engaged = telephone.engaged
        self.is_queued = telephone.is_queued
        self.served_by = telephone.served_by
        self._dial = telephone.dial

    async def dial(self, dial: Dial, instead_of: str | None = None) -> str:
        await self._dial(dial, instead_of)
        die()


class DyingProgramme(Enrollments):
    """Dies once the seller is expelled."""

    async def expel(self, order: ExpelOrder) -> None:
        await super().expel(order)
        die()


class DyingAccounts:
    """Dies once the account is deactivated."""

    def __init__(self, accounts: AccountService) -> None:
        self.is_active = accounts.is_active
        self._deactivate = accounts.deactivate

    async def deactivate(self, store: str, seller_id: str, case_id: str) -> None:
        await self._deactivate(store, seller_id, case_id)
        die()


async def serve(which: str) -> None:
    """Serve all queues until the provider `which` has done its first work."""
    settings = Settings()
    client = await connect()
    providers = providers_of(settings, client)
    dying = {
        "mail": lambda: replace(providers, mail=DyingMail(providers.mail)),
        "telephone": lambda: replace(providers, telephone=DyingTelephone(providers.telephone)),
        "accounts": lambda: replace(providers, accounts=DyingAccounts(providers.accounts)),
        "programme": lambda: replace(providers, programme=DyingProgramme(client)),
    }[which]()
    async with AsyncExitStack() as stack:
        for worker in workers_of(client, settings, dying):
            await stack.enter_async_context(worker)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1]))
