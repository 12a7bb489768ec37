"""Each activity is told what it needs of a case or an enrollment (docs/api.md)."""

from datetime import timedelta

import pytest

from domain.case import activity_inputs as of_case
from domain.case.attempt import Purpose
from domain.case.events import Decision
from domain.case.status import Reason
from domain.enrollment import activity_inputs as of_enrollment
from domain.enrollment.enrollment import Enrollment
from domain.enrollment.letters import Letter, LetterPurpose
from domain.enrollment.old_numbers import OldNumber
from domain.enrollment.status import EnrollmentReason
from domain.enrollment.verification import CallKind, NumberCall
from domain.shared.account import (
    Confirmation,
    ContactNews,
    SellerAccount,
    dialled_number,
    seller_of,
)
from domain.shared.activity_inputs import (
    announce_input,
    hang_up_id,
    place_call_id,
    share_contact_input,
)
from domain.shared.announcements import Announcement, EventType
from domain.shared.events import BY_CASE, RecordDeactivation
from domain.shared.names import (
    account_hash,
    account_hash_of,
    case_workflow_id_of,
    issue_hash,
    line_of,
    line_of_reference,
    line_workflow_id,
    person_hash,
    run_id_of,
    typed_reference,
)
from tests.domain.alike import unlike
from tests.domain.case.build import (
    MONDAY_9,
    NUMBER,
    OTHER_ADDRESS,
    OTHER_NUMBER,
    REJECT,
    a_decision,
    a_harm_report,
    a_plan,
    a_request,
    an_account,
)
from tests.domain.case.cases_by_status import escalated
from tests.domain.case.world import World
from tests.domain.enrollment.build import DAY, NOON, an_enrollment

ACCOUNT = an_account().model_copy(update={"extension": "12"})
EVENT = Announcement(id="evt_1", type=EventType.CASE_OPENED, at=NOON, data={})
CONFIRMS = Confirmation(number_changed=True, number_ends="11", email_changed=False)


def enrollment() -> Enrollment:
    found = an_enrollment()
    more = {"language": "en-US", "time_zone": "America/Los_Angeles"}
    found.account = found.account.model_copy(update=more)
    return found


# --- a case -------------------------------------------------------------------------------------


def test_a_call_goes_to_the_number_and_extension_of_its_attempt() -> None:
    world = World()
    (call,) = world.calls()
    call = call.model_copy(update={"extension": "12"})
    made = of_case.place_call_input(world.case, call)
    expected = {"case_id": world.case.id, "phone": NUMBER, "at_once": False}
    assert unlike(made, call, world.case.account) == expected


def test_a_call_that_the_seller_asked_for_waits_for_no_distance() -> None:
    world = World().take(a_request())
    (call,) = world.calls(Purpose.REQUESTED)
    assert of_case.place_call_input(world.case, call).at_once


def test_an_email_says_how_the_case_stands() -> None:
    world = World().take(a_plan(), REJECT)
    case, (email,) = world.case, world.emails(Purpose.PLAN_REJECTED)
    email = email.model_copy(update={"confirms": CONFIRMS, "to": OTHER_ADDRESS})
    case.reason = Reason.DECISION
    made = of_case.send_email_input(case, email)
    assert unlike(made, email, case.account, case) == {
        "case_id": case.id,
        "email": OTHER_ADDRESS,
        "number_needed": False,
        "calls": False,
        "button": True,
        "typed_reference": typed_reference(NUMBER, case.id),
    }


def test_the_desk_is_told_the_whole_story() -> None:
    world = escalated(policy={"second_person": True})
    world.take(a_plan(), a_decision(Decision.DEACTIVATE))
    case = world.case
    case.conversation_required = True
    made = of_case.tell_desk_input(case, MONDAY_9)
    assert unlike(made, case) == {
        "case_id": case.id,
        "plan": case.plans.newest,
        "timeline": case.timeline.entries,
        "proposed": case.desk.proposal,
        "due": MONDAY_9,
    }


def test_harm_deactivates_and_expels_with_who_reported_what() -> None:
    harm, case = a_harm_report(), World(account_service=False).take(a_harm_report()).case
    case.reason = Reason.NOT_REACHED
    assert of_case.deactivate_input(case).reason == Reason.HARM
    assert unlike(of_case.deactivate_input(case), case.account) == {
        "case_id": case.id,
        "reason": Reason.HARM,
        "opened_at": case.opened_at,
    }
    assert unlike(of_case.expel_input(case), harm, case.account) == {
        "case_id": case.id,
        "known": seller_of(case.account),
    }


def test_the_programme_is_told_who_deactivated_the_account() -> None:
    ours = World().play(80).case
    found = World(already_deactivated=True).case
    for case, by in ((ours, BY_CASE), (found, "account service")):
        made = of_case.tell_deactivation_input(case)
        assert (made.by, made.case_id, made.known) == (by, case.id, seller_of(case.account))
        assert (made.store, made.seller_id) == ("US", "A2EXAMPLE")
        assert made.key.startswith(case.id)


# --- an enrollment ------------------------------------------------------------------------------


def test_a_letter_is_sent_with_all_that_was_decided_when_it_was_written() -> None:
    letter = Letter(
        number=7,
        about=LetterPurpose.DAYS_BELOW,
        reason=EnrollmentReason.REQUIREMENTS_MET,
        at=NOON,
        days_below=25,
        confirms=CONFIRMS,
        prove_by=NOON + DAY,
    )
    made = of_enrollment.send_letter_input(enrollment(), letter, "to@b.example")
    assert unlike(made, letter, enrollment().account) == {
        "enrollment_id": enrollment().id,
        "email": "to@b.example",
    }


@pytest.mark.parametrize("prove_by", [None, NOON])
def test_a_number_is_checked_with_a_look_for_a_case_while_a_proof_has_time(
    prove_by: None,
) -> None:
    changed = enrollment()
    changed.verification.prove_by = prove_by
    made = of_enrollment.check_number_input(changed, OTHER_NUMBER)
    expected = {"phone": OTHER_NUMBER, "asks_for_case": prove_by is not None}
    assert unlike(made, changed.account) == expected


CALL = NumberCall(number=3, kind=CallKind.CODE, phone=OTHER_NUMBER, extension="12", at=NOON)
OLD = OldNumber(number=4, phone=OTHER_NUMBER, extension="12", until=NOON + DAY, proven=True)


@pytest.mark.parametrize("verified_at", [None, NOON])
def test_a_call_that_the_seller_asked_for_is_prepared_and_placed(verified_at: None) -> None:
    seller = enrollment()
    seller.verification.verified_at = verified_at
    prepared = of_enrollment.prepare_call_input(seller, CALL)
    assert unlike(prepared, CALL, seller.account) == {
        "call_id": f"{seller.id}/3",
        "proven": verified_at is not None,
    }
    placed = of_enrollment.place_number_call_input(seller, CALL)
    assert unlike(placed, CALL, seller.account) == {
        "case_id": seller.id,
        "latest": NOON + timedelta(minutes=5),
        "at_once": True,
    }


def test_an_old_number_is_told_within_its_hours_and_keeps_its_distance() -> None:
    asked = of_enrollment.look_up_way_input(enrollment(), OLD, NOON)
    assert unlike(asked, OLD, enrollment().account) == {
        "call_id": f"{enrollment().id}/4",
        "now": NOON,
    }
    told = of_enrollment.tell_old_number_input(enrollment(), OLD, NOON)
    assert unlike(told, OLD, enrollment().account) == {
        "case_id": enrollment().id,
        "at": NOON,
        "latest": NOON + DAY,
        "at_once": False,
        "kind": CallKind.CHANGED,
    }


def test_where_no_language_is_known_a_call_says_none() -> None:
    assert of_enrollment.place_number_call_input(an_enrollment(), CALL).language == ""
    assert of_enrollment.tell_old_number_input(an_enrollment(), OLD, NOON).language == ""


def test_an_open_case_hears_of_each_deactivation_under_a_key_of_its_own() -> None:
    seller = enrollment()
    seller.case_to_hear = RecordDeactivation(by="marketplace").by
    made = of_enrollment.tell_deactivation_input(seller)
    assert unlike(made, seller.account) == {
        "key": f"{seller.id}/deactivated/{seller.timeline.count}",
        "by": "marketplace",
        "case_id": None,
        "known": None,
        "seen": None,
    }


# --- both ---------------------------------------------------------------------------------------

NEWS = ContactNews(change=3, confirmed=("old@b.example",), answered=NUMBER, answered_extension="7")


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ((), {"emergency_phone": None, "extension": None, "email": None}),
        (("emergency_phone",), {"email": None}),
        (("email",), {"emergency_phone": None, "extension": None}),
        (("emergency_phone", "email"), {}),
    ],
)
def test_the_other_workflow_is_told_what_changed_and_nothing_else(
    fields: tuple[str, ...], told: dict[str, object]
) -> None:
    news = NEWS.model_copy(update={"fields": fields})
    made = share_contact_input("case/US/A2EXAMPLE/run-1", ACCOUNT, news)
    assert unlike(made, news, ACCOUNT) == {"key": "case/US/A2EXAMPLE/run-1/contact/3"} | told


def test_a_number_that_has_answered_is_news_of_its_own() -> None:
    news = ContactNews(change=2).with_answer(NUMBER, "12")
    assert (news.answered, news.answered_extension, news.change) == (NUMBER, "12", 3)
    assert news.is_any


def test_events_are_handed_over_with_what_is_known_of_the_seller() -> None:
    made = announce_input("case/1", ACCOUNT, (EVENT,))
    assert made.model_dump() == {
        "own_id": "case/1",
        "account": SellerAccount.model_validate(ACCOUNT.model_dump()).model_dump(),
        "events": (EVENT.model_dump(),),
    }
    assert made.account.selling_plan is None


def test_people_read_the_number_with_its_extension() -> None:
    assert dialled_number(ACCOUNT) == f"{NUMBER} extension 12"
    assert dialled_number(an_account()) == NUMBER
    without = seller_of(ACCOUNT).model_copy(update={"emergency_phone": None})
    assert dialled_number(without) is None


# --- names that others store --------------------------------------------------------------------


def test_names_stay_what_they_are_for_ever() -> None:
    """They stand in Temporal, in e-mails and in the systems of others."""
    own = f"{case_workflow_id_of(ACCOUNT)}/0199-run"
    assert own == "case/US/A2EXAMPLE/0199-run"
    assert run_id_of(own) == "0199-run"
    assert (place_call_id(3), hang_up_id(3)) == ("call-3", "hang-up-3")
    assert (line_of(NUMBER), person_hash("ana")) == ("a59f0", "24d4b")
    assert account_hash("US", "A2EXAMPLE") == account_hash_of(own) == "620547d5da3567da"
    assert line_workflow_id(NUMBER) == "line/a59f0"
    assert issue_hash("ISS-1") == "8d589e38"
    typed = typed_reference(NUMBER, own)
    assert typed == "06783840452"
    assert line_of_reference(typed) == line_of(NUMBER)
    assert line_of_reference("0000007" + typed[7:]) == "00007"
