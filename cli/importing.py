"""`ratings import` at work: a file is read to its end, then each seller is sent one message.

What an import says is true however often it is said, so one that was interrupted goes on where
it stopped, and may repeat what was under way.
"""

import asyncio
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import BinaryIO
from uuid import uuid4

from temporalio.client import Client

from cli import enrollments
from cli.asking import NoAnswer, NoWorker, SaidNo
from cli.lines import clean, is_csv, numbered
from cli.problems import BadInput
from cli.rating_lines import ACCOUNT, Checked, Checker, Values, from_json, parser
from cli.staging import Outcome, Problem, StagedSeller, Staging
from domain.enrollment.events import AccountNews, RecordRatings
from domain.enrollment.view import EnrollmentView

_AT_ONCE = 16
"""Sellers that are sent at once: enough to keep a server and a worker of two cores busy."""
_TRIES = 6
_LONGEST = 10_000
"""Bytes of a line: more than its columns can take."""
_BATCH = 10_000
_RATING = re.compile(r"ratings\.(\d+)\.")


def read(file: BinaryIO, staging: Staging, tell_bytes: Callable[[int], None]) -> None:
    """Read a file to its end, check each line, and stage it; broken ones are kept as such.

    Raises:
        BadInput: the file is not what it must be.
    """
    checker = Checker(staging, datetime.now(UTC).date())
    lines = numbered(file, _LONGEST)
    parse: Callable[[str], Values | None] = from_json
    if is_csv(file):
        parse = parser(next(lines, (1, ""))[1])
    good: list[tuple[int, Checked]] = []
    broken: list[Problem] = []
    count = 0
    for number, line in lines:
        try:
            if line is None:
                raise BadInput(f"is longer than {_LONGEST} bytes")
            if not line.strip() or (values := parse(line)) is None:
                continue
            good.append((number, checker.check(values)))
        except BadInput as problem:
            broken.append(Problem(number, clean(problem.message)))
        count += 1
        if len(good) + len(broken) >= _BATCH:
            staging.add(good, broken)
            good, broken = [], []
            tell_bytes(file.tell())
    if not count:
        raise BadInput(f"{file.name}: has no line of ratings")
    staging.add(good, broken)
    staging.finish(count)
    tell_bytes(file.tell())


async def send(client: Client, staging: Staging, by: str, tell_done: Callable[[], None]) -> None:
    """Send each seller that is left; what comes of it stands in the staging.

    Raises:
        DidNotHappen: nobody answers. What is not done is left.
    """
    sellers = staging.left()

    async def work(sellers: Iterator[StagedSeller]) -> None:
        for seller in sellers:
            try:
                view = await _send_one(client, seller, by)
            except SaidNo as no:
                staging.not_taken(seller.number, Outcome.REFUSED, _where(seller, no.message))
            except NoWorker:  # which is everybody's, where a stuck enrollment is its own
                raise
            except NoAnswer:
                why = "nobody answers for this seller; the same command again asks again"
                staging.not_taken(seller.number, Outcome.UNANSWERED, _where(seller, why))
            else:
                staging.done(seller.number, view.status)
            tell_done()

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(_AT_ONCE):
                group.create_task(work(sellers))
    except ExceptionGroup as group_of:  # all have the same cause
        raise group_of.exceptions[0] from None


async def _send_one(client: Client, seller: StagedSeller, by: str) -> EnrollmentView:
    key = str(uuid4())  # one message, however often it is sent
    for tries_left in reversed(range(_TRIES)):
        try:
            return await _tell(client, seller, by, key)
        except NoAnswer as no:
            # Asked by so many at once an engine may be slow, which nobody minds here.
            if isinstance(no, NoWorker) or not tries_left:
                raise
    raise AssertionError


async def _tell(client: Client, seller: StagedSeller, by: str, key: str) -> EnrollmentView:
    said = {name: getattr(seller.account, name) for name in ACCOUNT}
    known = {name: value for name, value in said.items() if value is not None}
    event = RecordRatings(
        by=by, ratings=seller.ratings, account=AccountNews(**known) if known else None
    )
    return await enrollments.tell_anybody(client, seller.account, "record_ratings", event, key)


def _where(seller: StagedSeller, reason: str) -> Problem:
    """The line that a refusal is about: that of the rating it names, or the seller's first."""
    named = _RATING.search(reason)
    position = int(named[1]) if named else -1
    known = position in range(len(seller.lines))
    line = seller.lines[position] if known else min(seller.lines)
    return Problem(line, clean(_RATING.sub("", reason)))
