"""The reader of mail and its mail server are stopped again and again while answers come in."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from random import Random

from domain.case.events import EventKind
from domain.case.status import Reason, Status
from domain.shared.result import Result
from experiments.faults.trial import NotHere, Trial
from experiments.mail_reader import ADDRESSES, address_for_answers, mail_reader
from providers.imap.folders import Folder
from providers.imap.unread_mail import ImapUnreadMail
from runtime.settings import Settings
from temporal_client.workflows import Workflows
from tests.engine import HOUR, Engine, OpenCase, engine_in
from tests.inbound.test_answers import SELLER, bounce, reply
from tests.providers.dovecot import PROGRAM, Dovecot, dovecot

CASES = 60
_WITHIN = 180


@dataclass
class _Post:
    """The mailbox, and the process that reads it."""

    engine: Engine
    mailbox: Dovecot
    random: Random
    trial: Trial

    async def disturb(self) -> None:
        """Kill the service, and now and then the mail server, until cancelled."""
        while True:
            async with mail_reader(self.engine, self.mailbox):
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
    async with (
        dovecot(folder / "imap") as mailbox,
        engine_in(
            folder,
            ring_seconds=0.1,
            unread_mail=lambda client: ImapUnreadMail(
                mailbox.server, ADDRESSES, Settings().message_id_domain, Workflows(client)
            ),
        ) as engine,
    ):
        post = _Post(engine, mailbox, random, trial)
        opened = [
            await engine.open(seller_id=f"ANSWER{n}", email=SELLER, wait=False)
            for n in range(cases)
        ]
        disturbing = asyncio.create_task(post.disturb())
        await asyncio.gather(*(_answer(post, n, case) for n, case in enumerate(opened)))
        disturbing.cancel()
        await asyncio.wait([disturbing])
        await mailbox.start()  # it may have been stopped just now
        async with mail_reader(engine, mailbox):
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
            messages = [reply(address_for_answers(view.id))]
        case "twice":
            messages = [reply(address_for_answers(view.id))] * 2
        case "bounce":
            messages = [bounce(address_for_answers(view.id), SELLER)]
        case "at the deadline":
            await case.play(71 * HOUR)
            messages = [reply(address_for_answers(view.id))]
        case _:
            await case.play(74 * HOUR)
            final = next(a for a in (await case.view()).attempts if a.about == "final_notice")
            messages = [bounce(address_for_answers(view.id, final.number), SELLER)]
    for message in messages:
        post.mailbox.deliver(message)
        post.trial.emails += 1
    if _kind(number) == "at the deadline":
        await case.play(2 * HOUR)


async def _wrong(number: int, case: OpenCase) -> list[str]:
    """Return what should not be, in words."""
    view = await case.when(lambda v: v.status is not Status.DEACTIVATING, _WITHIN)
    held = view.reason == Reason.MESSAGE_WAITING
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
            fair = (view.status is Status.WORKING and contacts == 1) or held
            return [] if fair else [f"{view.status}, {contacts} contacts after a reply in time"]
        case _:
            fair = view.status is Status.DEACTIVATED or held
            return [] if fair else [f"{view.status} after silence"]
