"""Which attempts go first when they queue (docs/rules.md, section 4)."""

from datetime import datetime

from domain.case.attempt import Attempt
from domain.case.case import Case
from domain.case.status import Status

FIRST = 1
"""The priority that goes first. Temporal has 1 to 5, and 3 is its default."""


def urgency(case: Case, attempt: Attempt, now: datetime) -> int:
    """Return the priority of an attempt, from 1 (first) to 4.

    While we contact the seller, the part of the window that is left decides: up to a twelfth (the
    last 6 of 72 hours) is 1, up to a third 2, up to two thirds 3. The last third decides *really
    tried*. A call is 1 if its latest moment is no further away than a call may take: calling hours
    end, or a seller asked for the call and waits for it.
    """
    if attempt.latest is not None and attempt.latest - now <= case.rules.call_timeout:
        return FIRST
    if case.status is not Status.CONTACTING or case.deadline is None:
        return 3
    left = (case.deadline - now) / case.rules.window
    for key, part in ((FIRST, 1 / 12), (2, 1 / 3), (3, 2 / 3)):
        if left <= part:
            return key
    return 4
