"""What may happen to a walked appeal from outside: every event, and what a look-up finds."""

from domain.appeal.events import Verdict
from domain.appeal.status import AppealReason
from domain.shared.events import Event
from tests.domain.appeal.build import (
    ADDED,
    AGAIN,
    APPEAL,
    BOUNCE,
    DIAZ,
    FACTS,
    LATER,
    MOVED,
    NOTHING,
    NOVAK,
    OUTAGE,
    PART,
    REPLY,
    WITH_FILE,
    answer,
)

NOT_DONE = (AppealReason.REINSTATEMENT_FAILED, AppealReason.REINSTATEMENT_HELD)
ANOTHER = FACTS.model_copy(update={"deactivation": LATER})
APPEALS = {"an appeal": APPEAL, "one with evidence": AGAIN, "one with a file": WITH_FILE}
WHAT_IS_FOUND = {"": FACTS, ", of another case": ANOTHER, ", of nothing": NOTHING}
EVENTS: dict[str, Event] = {
    "information": ADDED,
    "reply": REPLY,
    "another address": MOVED,
    "outage": OUTAGE,
    "a letter comes back": BOUNCE,
    **{
        f"{verdict}, by {by}": answer(verdict, by)
        for verdict in Verdict
        for by in (PART, NOVAK, DIAZ)
    },
}
