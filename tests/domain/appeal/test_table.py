"""Every cell of the table in docs/rules.md, section 9: what each event makes of each status."""

import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from domain.appeal import step_results, updates
from domain.appeal.advance import advance
from domain.appeal.appeal import Appeal
from domain.appeal.events import Verdict
from domain.appeal.letters import AppealLetter, AppealPurpose
from domain.appeal.status import AppealReason, AppealStatus
from domain.shared.errors import Refused
from domain.shared.result import Result
from tests.domain.appeal.build import (
    ADDED,
    AGAIN,
    NOW,
    OUTAGE,
    answer,
    apply,
    in_status,
)

Happens = Callable[[Appeal, datetime], None]
QUESTION = AppealPurpose.MORE_INFORMATION


def told(result: Result) -> Happens:
    """What comes of the e-mail with the question."""

    def happens(appeal: Appeal, now: datetime) -> None:
        letter = AppealLetter(number=99, about=QUESTION, at=now)
        step_results.sent(appeal, letter, result, now)

    return happens


def sellers_time_passes(appeal: Appeal, now: datetime) -> None:
    advance(appeal, appeal.seller_by or now)


def desks_time_passes(appeal: Appeal, now: datetime) -> None:
    advance(appeal, appeal.desk_by or now)


def failed_or_held(appeal: Appeal, now: datetime) -> None:
    held = appeal.model_copy()
    step_results.not_reinstated(appeal, AppealReason.REINSTATEMENT_FAILED, now)
    step_results.not_reinstated(held, AppealReason.REINSTATEMENT_HELD, now)
    assert held.status is appeal.status


EVENTS: dict[str, Happens] = {
    "appeal": lambda appeal, now: apply(appeal, AGAIN, now),
    "information added": lambda appeal, now: apply(appeal, ADDED, now),
    "decision: more information": lambda appeal, now: apply(
        appeal, answer(Verdict.MORE_INFORMATION), now
    ),
    "decision: reinstate": lambda appeal, now: apply(appeal, answer(Verdict.REINSTATE), now),
    "decision: uphold": lambda appeal, now: apply(appeal, answer(Verdict.UPHOLD), now),
    "outage reported": lambda appeal, now: apply(appeal, OUTAGE, now),
    "the question is accepted by the mail server": told(Result.ACCEPTED),
    "the question does not get through": told(Result.BOUNCED),
    "the seller's 7 days pass": sellers_time_passes,
    "the desk's 7 days pass": desks_time_passes,
    "the account service has done it": step_results.reinstated,
    "it failed for 24 h, or holds it": failed_or_held,
    "the workflow is cancelled": updates.ignore_cancellation,
}
REFUSED = "refused"


def table() -> dict[tuple[str, AppealStatus], str]:
    """The cells, by event and status."""
    rules = Path("docs/rules.md").read_text("utf-8").partition("\n## 9. ")[2]
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in rules.splitlines()
        if line.startswith("|")
    ]
    head = next(row for row in rows if row[0] == "event")
    statuses = [AppealStatus(name) for name in head[1:]]
    cells = [row for row in rows if len(row) == len(head) and row[0] not in ("event", "---")]
    return {
        (event, status): re.sub(r" \(\d\)$", "", cell)
        for event, *becomes in cells
        for status, cell in zip(statuses, becomes, strict=True)
    }


TABLE = table()


def test_the_table_has_every_event_and_every_status() -> None:
    assert {event for event, _ in TABLE} == {*EVENTS}
    assert {status for _, status in TABLE} == {*AppealStatus}
    assert {*TABLE.values()} == {REFUSED, *AppealStatus}


@pytest.mark.parametrize(("event", "status"), TABLE, ids=str)
def test_each_cell_is_what_an_appeal_becomes(event: str, status: AppealStatus) -> None:
    appeal = in_status(status, NOW)
    now = appeal.since
    before = appeal.model_copy()
    try:
        EVENTS[event](appeal, now)
    except Refused:
        assert TABLE[event, status] == REFUSED
        assert appeal == before, "what is refused changes nothing"
    else:
        assert TABLE[event, status] == appeal.status
