"""Metrics of appeals. Each entry of the timeline is counted when it is logged.

How many wait, and for how long, is not counted here but looked up (runtime/appeals_watch.py).
"""

from collections.abc import Mapping

from domain.appeal.appeal import Appeal
from domain.appeal.events import AppealEventKind, Verdict
from domain.appeal.status import AppealReason, AppealStatus
from domain.appeal.timeline import AppealEntry
from workflows.shared.metering import DESK_WAIT, DESK_WAIT_HELP, add, record

SUBMITTED = "case72_appeals_submitted"
ANSWERED = "case72_appeals_answered"
NOT_REINSTATED = "case72_reinstatements_failed"

HELP = {
    SUBMITTED: "Appeals that came in, the first or the second against a deactivation",
    ANSWERED: "Answers of the desk to appeals, questions to sellers included",
    NOT_REINSTATED: "Appeals granted in vain: the account service failed or refused",
}
_NOT_REINSTATED = (AppealReason.REINSTATEMENT_FAILED, AppealReason.REINSTATEMENT_HELD)

FROM_THE_START: tuple[tuple[str, Mapping[str, str]], ...] = (
    (SUBMITTED, {}),
    *((ANSWERED, {"verdict": verdict}) for verdict in Verdict),
    *((NOT_REINSTATED, {"reason": reason}) for reason in _NOT_REINSTATED),
)
"""These series start at 0. Prometheus sees no increase in a series that starts at 1."""


def count(appeal: Appeal, news: int) -> None:
    """Count the newest `news` entries of the appeal's timeline."""
    entries = appeal.timeline.entries
    for number in range(max(0, len(entries) - news), len(entries)):
        _count(entries[number], entries[:number])


def _count(entry: AppealEntry, before: tuple[AppealEntry, ...]) -> None:
    if entry.what is AppealEventKind.SUBMITTED:
        add(SUBMITTED, HELP[SUBMITTED])
    elif entry.what is AppealEventKind.DECIDED and entry.verdict is not None:
        add(ANSWERED, HELP[ANSWERED], verdict=entry.verdict)
        _record_wait(entry, before)
    elif entry.reason in _NOT_REINSTATED:
        add(NOT_REINSTATED, HELP[NOT_REINSTATED], reason=entry.reason)


def _record_wait(entry: AppealEntry, before: tuple[AppealEntry, ...]) -> None:
    """Record how long the appeal was with the desk. While the seller was asked, it was not."""
    became = next((e for e in reversed(before) if e.what is AppealEventKind.STATUS), None)
    if became is not None and became.status is AppealStatus.SUBMITTED:
        record(DESK_WAIT, DESK_WAIT_HELP, entry.at - became.at, about="appeal")
