"""How fast answers to e-mails are placed.

The mailbox is a real IMAP server's. It, the reader, the worker and Temporal share this machine.
"""

import asyncio
import statistics
import time
from pathlib import Path

from domain.case.events import ReceiveReply
from domain.case.status import Status
from domain.shared.names import own_id
from experiments.benchmarks.report import Found, Row
from experiments.mail_reader import address_for_answers, mail_reader
from tests.engine import OpenCase, engine_in
from tests.inbound.test_answers import SELLER, reply
from tests.providers.dovecot import PROGRAM, Dovecot, dovecot
from workflows.case.issue_case import IssueCase

ABOUT = (
    "Replies of sellers, each to a case of its own, in the mailbox of a real IMAP server, Dovecot. "
    "*Bare* sends the same updates to Temporal from one client, 50 at once, without any mail. The "
    "goal was set when workers kept workflows in memory. Now each reply, and each e-mail that "
    "follows it, has a worker replay the case. The reader is not what limits it: *bare* takes no "
    "less."
)
_CASES = 600
_ONE_BY_ONE = 15
_AT_ONCE = 50
_OPENED_WITHIN = 600
"""Seconds."""


async def measure(folder: Path, found: Found) -> list[Row]:
    """Time replies one by one, then as many as there are cases at once."""
    if PROGRAM is None:
        return [Row("not measured: Dovecot is not installed", "")]
    async with dovecot(folder / "imap") as mailbox, engine_in(folder) as engine:
        cases = [await engine.open(wait=False, email=SELLER) for _ in range(2 * _CASES)]
        handles = [case.handle for case in cases]
        ids = [own_id(one.id, one.first_execution_run_id or "") for one in handles]
        replies = [reply(address_for_answers(case_id)) for case_id in ids]
        for case in cases:  # their first calls and e-mails are no part of it
            await case.idle(within=_OPENED_WITHIN)
        async with mail_reader(engine, mailbox):
            late = [
                await _placed(mailbox, *one)
                for one in zip(cases[:_ONE_BY_ONE], replies[:_ONE_BY_ONE], strict=True)
            ]
            rate = await _rate(mailbox, replies[_ONE_BY_ONE:_CASES])
        bare = await _bare_rate(cases[_CASES:])
    return [
        Row(
            "from a reply's arrival in the mailbox to the contact, median (most)",
            f"{statistics.median(late):.2f} s ({max(late):.2f} s)",
            goal="2 s",
            met=statistics.median(late) <= 2,
        ),
        Row(
            f"{_CASES - _ONE_BY_ONE} replies at once",
            f"{rate:.0f} /s",
            f"{bare:.0f} /s",
            goal="100 /s",
            met=rate >= 100,
        ),
    ]


async def _placed(mailbox: Dovecot, case: OpenCase, message: bytes) -> float:
    at = mailbox.deliver(message)
    await case.when(lambda view: view.status is Status.WORKING)
    return time.monotonic() - at


async def _rate(mailbox: Dovecot, messages: list[bytes]) -> float:
    began = time.monotonic()
    for message in messages:
        mailbox.deliver(message)
    await mailbox.when_empty(within=120)
    return len(messages) / (time.monotonic() - began)


async def _bare_rate(cases: list[OpenCase]) -> float:
    limit = asyncio.Semaphore(_AT_ONCE)

    async def tell(case: OpenCase) -> None:
        async with limit:
            await case.handle.execute_update(
                IssueCase.receive_reply, ReceiveReply(by="seller", text="I have removed it.")
            )

    began = time.monotonic()
    await asyncio.gather(*map(tell, cases))
    return len(cases) / (time.monotonic() - began)
