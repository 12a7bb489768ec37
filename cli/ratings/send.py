"""Send one update for each seller, with all ratings of the file.

A repeated import changes nothing.
"""

import asyncio
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import NamedTuple

from cli.failure_words import in_words, no_answer_in_words
from cli.ratings.by_seller import RatedSeller
from cli.terminal.files import clean
from cli.terminal.problems import DidNotHappen
from domain.enrollment.events import AccountNews, RecordRatings
from domain.shared.taken import Taken
from temporal_client.failures import NoAnswer, NoServer, NoWorker, UpdateRefused, WorkerFailed
from temporal_client.names import enrollment_name
from temporal_client.workflows import Workflows
from workflows.shared.search_attributes import enrollment_at_start

_AT_ONCE = 16
"""Updates under way at once: enough to keep a server and a worker of two cores busy."""
_ANSWERS_WITHIN = timedelta(seconds=30)
"""With so many updates at once an engine may be slow, which nobody minds here."""
_RATING = re.compile(r"ratings\.(\d+)\.")


class NotTaken(StrEnum):
    """Why an update was not taken."""

    REFUSED = "refused"
    UNANSWERED = "unanswered"


class LineProblem(NamedTuple):
    """A line, and what is wrong with it."""

    line: int
    reason: str


@dataclass
class Sent:
    """The results so far."""

    outcomes: Counter[str] = field(default_factory=Counter)
    """How many sellers there are of each status, or of each reason that nothing was taken."""
    problems: list[LineProblem] = field(default_factory=list)
    under_way: dict[int, None] = field(default_factory=dict)
    """The first lines of the sellers under way, in the order of the file."""
    last: int = 0
    """The first line of the seller that was begun last."""

    @property
    def again_from(self) -> int:
        """Return the first line of the first seller that is not done."""
        return next(iter(self.under_way), self.last + 1)


async def send(
    workflows: Workflows,
    sellers: Iterator[RatedSeller],
    by: str,
    sent: Sent,
    advance: Callable[[], None],
) -> None:
    """Send each seller. `sent` collects the results; `advance` is called after each seller.

    Raises:
        DidNotHappen: nobody answers. The sellers that are not done are left.
    """
    patient = Workflows(workflows.client, _ANSWERS_WITHIN)

    async def work() -> None:
        for seller in sellers:
            sent.last = seller.first_line
            sent.under_way[seller.first_line] = None
            sent.outcomes[await _outcome_of(patient, seller, by, sent)] += 1
            del sent.under_way[seller.first_line]
            advance()

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(_AT_ONCE):
                group.create_task(work())
    except ExceptionGroup as group_of:  # all have the same cause
        raise group_of.exceptions[0] from None


async def _outcome_of(workflows: Workflows, seller: RatedSeller, by: str, sent: Sent) -> str:
    try:
        return (await _send_one(workflows, seller, by)).status
    except (UpdateRefused, WorkerFailed) as refusal:
        sent.problems.append(_where(seller, in_words(refusal)))
        return NotTaken.REFUSED
    except (NoWorker, NoServer) as failure:  # which stops every seller, unlike a stuck enrollment
        raise DidNotHappen(no_answer_in_words(failure)) from None
    except NoAnswer:
        why = "nobody answers for this seller; import the file again"
        sent.problems.append(_where(seller, why))
        return NotTaken.UNANSWERED


async def _send_one(workflows: Workflows, seller: RatedSeller, by: str) -> Taken:
    account = seller.account
    known = account.model_dump(exclude={"store", "seller_id"}, exclude_none=True)
    news = AccountNews(**known) if known else None
    return await workflows.execute_update_with_start(
        enrollment_name(account.store, account.seller_id),
        "record_ratings",
        RecordRatings(by=by, ratings=seller.ratings, account=news),
        known=account,
        attributes=enrollment_at_start(account),
    )


def _where(seller: RatedSeller, reason: str) -> LineProblem:
    """Return the line of the rating that a refusal names, or else the seller's first line."""
    named = _RATING.search(reason)
    position = int(named[1]) if named else -1
    known = position in range(len(seller.lines))
    line = seller.lines[position] if known else seller.first_line
    return LineProblem(line, clean(_RATING.sub("", reason)))
