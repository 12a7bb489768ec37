"""Every event that the walk of an enrollment hands over (tests/walk.md)."""

from datetime import date

from domain.enrollment.events import AccountNews, EnterCode, RecordAnswer, TryCall, VerifyNumber
from domain.shared.events import Event, SendLink
from tests.domain.case.build import ADDRESS, NUMBER, OTHER_ADDRESS, OTHER_NUMBER
from tests.domain.enrollment.build import (
    ADDRESS_COMES,
    ADDRESS_REMOVED,
    BECOMES_INDIVIDUAL,
    BECOMES_PROFESSIONAL,
    DAY,
    DEACTIVATED,
    DEACTIVATED_BY_OTHERS,
    NUMBER_COMES,
    NUMBER_REMOVED,
    READMITTED,
    REINSTATED,
    a_change,
    an_expulsion,
    rated,
)
from tests.domain.enrollment.world import proof_of

EVENTS: dict[str, Event] = {
    "number comes": NUMBER_COMES,
    "other number": a_change(emergency_phone=OTHER_NUMBER),
    "number removed": NUMBER_REMOVED,
    "address comes": ADDRESS_COMES,
    "address removed": ADDRESS_REMOVED,
    "individual": BECOMES_INDIVIDUAL,
    "professional": BECOMES_PROFESSIONAL,
    "expelled": an_expulsion(None),
    "expelled by case 1": an_expulsion("case-1"),
    "readmitted": READMITTED,
    "deactivated": DEACTIVATED,
    "deactivated by others": DEACTIVATED_BY_OTHERS,
    "reinstated": REINSTATED,
    "link": SendLink(by="page"),
    "call with a code": VerifyNumber(by="seller"),
    "test call": TryCall(by="seller"),
    "case's call connects": RecordAnswer(by="case", phone=NUMBER),
    "right code": EnterCode(by="seller", proofs=tuple(map(proof_of, range(1, 6)))),
    "wrong code": EnterCode(by="seller", proofs=("f" * 64,)),
    "address by a case": a_change(email=OTHER_ADDRESS).model_copy(
        update={"by": "case", "confirmed": (ADDRESS, OTHER_ADDRESS)}
    ),
}
RATINGS = {"good today": (0, 250), "bad today": (0, 249), "bad since 10 days": (9, 249)}
PAST = {"bad 11 days ago": (10, 249), "good 11 days ago": (10, 250)}


def events_on(today: date) -> dict[str, Event]:
    """Every event that a letter hands over, on a day."""
    ratings = {
        name: rated({today - back * DAY: score}) for name, (back, score) in (RATINGS | PAST).items()
    }
    both = rated({today: 249}, AccountNews(email=OTHER_ADDRESS))
    return EVENTS | ratings | {"rating and address": both}
