"""A worker that is killed just after a provider did its work, before anybody heard of it.

python -m tests.dying_worker mail|telephone|accounts|programme|webhooks
"""

import asyncio
import os
import signal
import sys
from dataclasses import replace
from email.message import EmailMessage
from typing import NoReturn

from domain.case.activity_inputs import ExpelInput
from domain.shared.announcements import Announcement
from domain.shared.result import Result
from providers.appeal_protocols import AppealedProgramme
from providers.protocols import AccountService, Dial, GoesOn, Mail, Telephone
from providers.webhooks.sender import Webhooks
from runtime.providers import Providers
from runtime.settings import Settings
from tests.serving import serve


def die() -> NoReturn:
    """As by the kernel: no handler runs, nothing is flushed."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


class DyingMail:
    """Dies once the mail server has the message."""

    def __init__(self, mail: Mail) -> None:
        self._mail = mail

    async def send(self, message: EmailMessage, returns_to: str | None = None) -> Result:
        await self._mail.send(message)
        die()


class DyingTelephone:
    """Dies once the call is placed."""

    def __init__(self, telephone: Telephone) -> None:
        self.find = telephone.find
        self.look = telephone.look
        self.result = telephone.result
        self.is_same = telephone.is_same
        self.hang_up = telephone.hang_up
        self.wait_before = telephone.wait_before
        self.served_by = telephone.served_by
        self._dial = telephone.dial

    async def dial(self, dial: Dial, instead_of: str | None = None) -> GoesOn:
        await self._dial(dial, instead_of)
        die()


class DyingProgramme:
    """Dies once the seller is expelled."""

    def __init__(self, programme: AppealedProgramme) -> None:
        self.standing = programme.standing
        self.change_contact = programme.change_contact
        self.record_deactivation = programme.record_deactivation
        self.find, self.reinstate = programme.find, programme.reinstate
        self._expel = programme.expel

    async def expel(self, input: ExpelInput) -> None:
        await self._expel(input)
        die()


class DyingAccounts:
    """Dies once the account is deactivated."""

    def __init__(self, accounts: AccountService) -> None:
        self.is_active = accounts.is_active
        self.reinstate = accounts.reinstate
        self._deactivate = accounts.deactivate

    async def deactivate(self, store: str, seller_id: str, case_id: str) -> None:
        await self._deactivate(store, seller_id, case_id)
        die()


class DyingWebhooks(Webhooks):
    """Dies once the receiver has the event."""

    async def send(self, name: str, event: Announcement) -> None:
        await super().send(name, event)
        die()


def dying(_: Settings, providers: Providers) -> Providers:
    """These providers, one of which kills the worker once it has done its first work."""
    match sys.argv[1]:
        case "mail":
            return replace(providers, mail=DyingMail(providers.mail))
        case "telephone":
            return replace(providers, telephone=DyingTelephone(providers.telephone))
        case "accounts":
            return replace(providers, accounts=DyingAccounts(providers.accounts))
        case "programme":
            return replace(providers, programme=DyingProgramme(providers.programme))
        case "webhooks":
            return replace(providers, webhooks=DyingWebhooks(providers.webhooks.receivers))
        case which:
            raise SystemExit(f"{which}: no such provider")


if __name__ == "__main__":
    asyncio.run(serve(dying))
