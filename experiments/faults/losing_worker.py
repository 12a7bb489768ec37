"""A worker whose providers lose answers: `python -m experiments.faults.losing_worker SEED`.

They do their work first. Sometimes the worker dies before it gets the answer.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable
from dataclasses import replace
from email.message import EmailMessage
from random import Random
from typing import TypeVar

from domain.shared.result import Result
from providers.protocols import (
    AccountService,
    Dial,
    GoesOn,
    Mail,
    PerhapsDialled,
    ProviderFailed,
    Telephone,
)
from runtime.providers import Providers
from runtime.settings import Settings
from tests.serving import serve

T = TypeVar("T")

LOST = 0.2
DIES = 0.02


class Losing:
    """Loses answers at random, after the work is done."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    async def answer(self, work: Awaitable[T], lost: type[ProviderFailed] = ProviderFailed) -> T:
        """Do the work. Return its answer, lose it, or die."""
        answer = await work
        chance = self._random.random()
        if chance < DIES:
            os.kill(os.getpid(), signal.SIGKILL)
        if chance < LOST:
            print("answer lost", file=sys.stderr, flush=True)
            raise lost("the answer was lost")
        return answer


class LosingTelephone:
    """A telephone that dials, and may lose the answer."""

    def __init__(self, telephone: Telephone, losing: Losing) -> None:
        self.find = telephone.find
        self.result = telephone.result
        self.is_same = telephone.is_same
        self.hang_up = telephone.hang_up
        self.wait_before = telephone.wait_before
        self.served_by = telephone.served_by
        self._telephone, self._losing = telephone, losing

    async def dial(self, dial: Dial, instead_of: str | None = None) -> GoesOn:
        return await self._losing.answer(self._telephone.dial(dial, instead_of), PerhapsDialled)

    async def look(self, call: str) -> Result | GoesOn:
        return await self._losing.answer(self._telephone.look(call))


class LosingMail:
    """A mail server that delivers, and may lose the answer."""

    def __init__(self, mail: Mail, losing: Losing) -> None:
        self._mail, self._losing = mail, losing

    async def send(self, message: EmailMessage, returns_to: str | None = None) -> Result:
        return await self._losing.answer(self._mail.send(message))


class LosingAccounts:
    """An account service that deactivates, and may lose the answer."""

    def __init__(self, accounts: AccountService, losing: Losing) -> None:
        self._accounts, self._losing = accounts, losing

    async def deactivate(self, store: str, seller_id: str, case_id: str) -> None:
        await self._losing.answer(self._accounts.deactivate(store, seller_id, case_id))

    async def reinstate(self, store: str, seller_id: str, case_id: str, key: str) -> None:
        await self._losing.answer(self._accounts.reinstate(store, seller_id, case_id, key))

    async def is_active(self, store: str, seller_id: str) -> bool:
        return await self._losing.answer(self._accounts.is_active(store, seller_id))


def losing(_: Settings, providers: Providers) -> Providers:
    """Wrap providers, so that some of their answers are lost."""
    answers = Losing(int(sys.argv[1]))
    return replace(
        providers,
        telephone=LosingTelephone(providers.telephone, answers),
        mail=LosingMail(providers.mail, answers),
        accounts=LosingAccounts(providers.accounts, answers),
    )


if __name__ == "__main__":
    asyncio.run(serve(losing))
