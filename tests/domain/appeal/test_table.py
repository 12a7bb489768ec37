"""Every cell of the table in docs/rules.md, section 9: what each event makes of each status."""

import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from domain.appeal import step_results, updates
from domain.appeal.advance import advance
from domain.appeal.appeal import Appeal, OutageReport
from domain.appeal.events import Verdict
from domain.appeal.letters import AppealLetter, AppealPurpose
from domain.appeal.status import AppealReason, AppealStatus
from domain.shared.errors import Refused
from domain.shared.result import Result
from tests.domain.appeal.build import (
    ADDED,
    AGAIN,
    BOUNCE,
    MOVED,
    NOW,
    OUTAGE,
    REPLY,
    answer,
    apply,
    in_status,
    lapses,
)

Happens = Callable[[Appeal, datetime], None]
QUESTION = AppealPurpose.MORE_INFORMATION


def told(result: Result) -> Happens:
    """What comes of the e-mail with the question."""

    def happens(appeal: Appeal, now: datetime) -> None:
        number = appeal.question.letters[0] if appeal.question else 99
        step_results.sent(appeal, AppealLetter(number=number, about=QUESTION, at=now), result, now)

    return happens


def comes_back(appeal: Appeal, now: datetime) -> None:
    number = appeal.question.letters[0] if appeal.question else 1
    appeal.letter_count = max(appeal.letter_count, number)
    apply(appeal, BOUNCE.model_copy(update={"attempt": number}), now)


def sellers_time_passes(waits: bool) -> Happens:
    def happens(appeal: Appeal, now: datetime) -> None:
        if appeal.status is AppealStatus.MORE_INFORMATION:
            lapses(appeal, waits)
        step_results.looked_for_answer(appeal, waits, now)

    return happens


def a_message_waits_or_an_outage_was_reported(appeal: Appeal, now: datetime) -> None:
    beside = appeal.model_copy(update={"outages": (OutageReport(at=now, said=OUTAGE),)})
    sellers_time_passes(True)(appeal, now)
    sellers_time_passes(False)(beside, now)
    assert beside.status is appeal.status


def account_is(active: bool) -> Happens:
    return lambda appeal, now: step_results.looked_at_account(appeal, active, now)


def information_or_reply(appeal: Appeal, now: datetime) -> None:
    added = appeal.model_copy()
    apply(appeal, REPLY, now)
    apply(added, ADDED, now)
    assert added.status is appeal.status


def desks_time_passes(appeal: Appeal, now: datetime) -> None:
    advance(appeal, appeal.desk_by or now)


def failed_or_held(appeal: Appeal, now: datetime) -> None:
    held = appeal.model_copy()
    step_results.not_reinstated(appeal, AppealReason.REINSTATEMENT_FAILED, now)
    step_results.not_reinstated(held, AppealReason.REINSTATEMENT_HELD, now)
    assert held.status is appeal.status


EVENTS: dict[str, Happens] = {
    "appeal": lambda appeal, now: apply(appeal, AGAIN, now),
    "information added, or a reply": information_or_reply,
    "decision: more information": lambda appeal, now: apply(
        appeal, answer(Verdict.MORE_INFORMATION), now
    ),
    "decision: reinstate": lambda appeal, now: apply(appeal, answer(Verdict.REINSTATE), now),
    "decision: uphold": lambda appeal, now: apply(appeal, answer(Verdict.UPHOLD), now),
    "outage reported": lambda appeal, now: apply(appeal, OUTAGE, now),
    "the address changes": lambda appeal, now: apply(appeal, MOVED, now),
    "the question is accepted by the mail server": told(Result.ACCEPTED),
    "the question, or its reminder, does not get through": told(Result.BOUNCED),
    "the question, or its reminder, comes back": comes_back,
    "the seller's 7 days pass, and no message waits": sellers_time_passes(False),
    "the seller's 7 days pass, and a message waits, or an outage was reported": (
        a_message_waits_or_an_outage_was_reported
    ),
    "the desk's 7 days pass": desks_time_passes,
    "the account service has done it": step_results.reinstated,
    "it failed for 24 h, or holds it": failed_or_held,
    "the account is found deactivated, or nobody could look for 24 h": account_is(False),
    "the account is found active": account_is(True),
    "the programme knows of another's deactivation since": step_results.deactivated_meanwhile,
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
