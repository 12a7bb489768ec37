"""The form of an appeal in a walk: all that what is to come depends on."""

from collections.abc import Hashable
from datetime import datetime

from domain.appeal.appeal import Appeal
from domain.appeal.question import OpenQuestion
from tests.domain.appeal.build import BOUNCE, DEACTIVATED_AT
from tests.domain.appeal.oracle import Known


def form_of(it: Appeal, known: Known, now: datetime) -> Hashable:
    """All but the timeline, ids and texts; moments as distances from now."""
    question = it.question or OpenQuestion()
    distances = (
        *(it.desk_by, it.desk_due, it.seller_by, it.until),
        *(question.remind_at, question.seller_by, it.answer_told_at),
    )
    own = (*question.letters[-1:], it.answer_letter)
    return (
        it.status,
        it.reason,
        it.problem,
        it.wants_look_up,
        it.deactivation and it.deactivation.case_id,
        it.later and it.later.deactivation and it.later.deactivation.case_id,
        tuple(
            (s.said, s.question and s.question.said.by, s.answer and s.answer.said.by, s.judges)
            for s in it.submissions
        ),
        tuple(len(s.information) for s in it.submissions),
        tuple(outage.at > it.since for outage in it.outages),
        # In seconds: Python's hash of -1 day is that of -2 days.
        tuple(m and (m - now).total_seconds() for m in distances),
        now - DEACTIVATED_AT,
        now - it.since,
        it.delay_told,
        it.programme_told,
        # Of the numbers of letters, only what they are for, and whether it may come back.
        tuple(
            (
                *(e.about, e.note, e.number in question.letters, e.number == BOUNCE.attempt),
                *(e.number == number for number in own),
            )
            for e in it.letters
        ),
        (BOUNCE.attempt in question.letters, BOUNCE.attempt == it.answer_letter),
        (question.is_over, it.answer_letter is None, min(it.letter_count, 2), it.account.email),
        (known.asked, known.judges, known.first_judges, now - known.answered_at),
        known.has_moved(),
    )
