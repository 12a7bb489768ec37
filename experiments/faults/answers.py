"""The reader of mail and its mail server are stopped again and again while answers come in."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

from domain.case.events import EventKind
from domain.case.status import Status
from domain.case.view import CaseView
from domain.shared.result import Result
from experiments.benchmarks.machine import process
from experiments.faults.trial import NotHere, Trial
from inbound.mailbox import Folder
from reference.mail_tokens import ReplyAddresses, SentEmail
from tests.engine import HOUR, Engine, OpenCase, engine_in
from tests.inbound.dovecot import PASSWORD, PROGRAM, USER, Dovecot, dovecot
from tests.inbound.test_answers import SELLER, bounce, reply

CASES = 60
_ADDRESS, _SECRET = "reply@in.shop.example", "k" * 40
_WITHIN = 180


@dataclass
class _Post:
    """The mailbox, and the process that reads it."""

    engine: Engine
    mailbox: Dovecot
    random: Random
    trial: Trial

    def to(self, view: CaseView, number: int = 1) -> str:
        own = ReplyAddresses(_ADDRESS, [_SECRET])
        return own.address(SentEmail(view.id.rpartition("/")[2], number))

    @asynccontextmanager
    async def read(self) -> AsyncIterator[None]:
        """Run the service while the block runs. It is killed in the end."""
        client = self.engine.client
        settings = {
            "TEMPORAL_NAMESPACE": client.namespace,
            "CASE72_INBOUND_ADDRESS": _ADDRESS,
            "CASE72_INBOUND_SECRETS": _SECRET,
            "CASE72_INBOUND_IMAP_HOST": "127.0.0.1",
            "CASE72_INBOUND_IMAP_PORT": str(self.mailbox.port),
            "CASE72_INBOUND_IMAP_SECURITY": "none",
            "CASE72_INBOUND_IMAP_USERNAME": USER,
            "CASE72_INBOUND_IMAP_PASSWORD": PASSWORD,
            "CASE72_LOG_LEVEL": "error",
        }
        address = client.service_client.config.target_host
        async with process(self.engine.folder, address, "-m", "inbound", **settings):
            yield

    async def disturb(self) -> None:
        """Kill the service, and now and then the mail server, until cancelled."""
        while True:
            async with self.read():
                await asyncio.sleep(self.random.uniform(1.0, 4.0))
            self.trial.faults["reader killed"] += 1
            if self.random.random() < 0.3:
                await self.mailbox.stop()
                await asyncio.sleep(self.random.uniform(0, 1))
                await self.mailbox.start()
                self.trial.faults["IMAP server stopped"] += 1


async def run(folder: Path, seed: int, cases: int = CASES) -> Trial:
    """Answer every case's e-mail once or twice, while nothing stays up for long."""
    if PROGRAM is None:
        raise NotHere("Dovecot is not installed (Debian: dovecot-imapd)")
    trial = Trial(
        "answers",
        seed,
        "While replies, repeated replies and bounces come in, the reader of mail is killed every "
        "few seconds and the IMAP server is stopped; a fifth of the answers come in the second of "
        "the deadline, a fifth after it",
    )
    random = Random(seed)
    async with dovecot(folder / "imap") as mailbox, engine_in(folder, ring_seconds=0.1) as engine:
        post = _Post(engine, mailbox, random, trial)
        opened = [
            await engine.open(seller_id=f"ANSWER{n}", email=SELLER, wait=False)
            for n in range(cases)
        ]
        disturbing = asyncio.create_task(post.disturb())
        await asyncio.gather(*(_answer(post, n, case) for n, case in enumerate(opened)))
        disturbing.cancel()
        await asyncio.wait([disturbing])
        async with post.read():
            await mailbox.when_empty(_WITHIN)
        for number, case in enumerate(opened):
            trial.violations += [f"{case.handle.id}: {w}" for w in await _wrong(number, case)]
        kept = sum(len(mailbox.in_folder(place)) for place in Folder)
        if kept != trial.emails:
            trial.violations.append(f"{trial.emails} messages came, and {kept} are kept")
        unreadable = len(mailbox.in_folder(Folder.UNREADABLE))
        if unreadable:
            trial.violations.append(f"{unreadable} messages were not placed")
    trial.cases = cases
    trial.count([])
    return trial


def _kind(number: int) -> str:
    return ("reply", "twice", "bounce", "at the deadline", "after the deadline")[number % 5]


async def _answer(post: _Post, number: int, case: OpenCase) -> None:
    view = await case.when(lambda v: v.attempts and all(a.result for a in v.attempts), _WITHIN)
    await asyncio.sleep(post.random.uniform(0, 20))
    messages: list[bytes] = []
    match _kind(number):
        case "reply":
            messages = [reply(post.to(view))]
        case "twice":
            messages = [reply(post.to(view))] * 2
        case "bounce":
            messages = [bounce(post.to(view), SELLER)]
        case "at the deadline":
            await case.play(71 * HOUR)
            messages = [reply(post.to(view))]
        case _:
            await case.play(74 * HOUR)
            final = next(a for a in (await case.view()).attempts if a.about == "final_notice")
            messages = [bounce(post.to(view, final.number), SELLER)]
    for message in messages:
        post.mailbox.deliver(message)
        post.trial.emails += 1
    if _kind(number) == "at the deadline":
        await case.play(2 * HOUR)


async def _wrong(number: int, case: OpenCase) -> list[str]:
    """Return what should not be, in words."""
    view = await case.view()
    contacts = sum(entry.what is EventKind.CONTACT for entry in view.timeline)
    match _kind(number):
        case "reply" | "twice":
            return (
                []
                if (view.status, contacts) == (Status.WORKING, 1)
                else [f"{view.status}, {contacts} contacts after a reply"]
            )
        case "bounce":
            bounced = view.attempts[0].result is Result.BOUNCED
            return [] if bounced else ["an e-mail that came back counts as accepted"]
        case "at the deadline":
            fair = contacts == 1 or view.status in (Status.DEACTIVATED, Status.ESCALATED)
            return [] if fair and contacts <= 1 else [f"{view.status}, {contacts} contacts"]
        case _:
            return [] if view.status is Status.DEACTIVATED else [f"{view.status} after silence"]
