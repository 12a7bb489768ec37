"""Who goes first when attempts queue up (docs/rules.md, section 4)."""

from datetime import datetime

from domain.case.attempt import Attempt
from domain.case.case import Case
from domain.case.status import Status

FIRST = 1
"""The smaller the number, the sooner; Temporal knows five, and takes 3 where none is given."""


def urgency(case: Case, attempt: Attempt, now: datetime) -> int:
    """From 1, at once, to 4: what a case that has just begun can wait for.

    In contacting the deadline decides, by the part of the window that is left: at most a twelfth
    (the last 6 of 72 hours) is 1, a third 2, two thirds 3. A third is where *really tried* is
    decided. Where the latest moment of a call is as close as a call may take, it goes at once:
    calling hours end, or a seller asked for it and waits at the telephone.
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
