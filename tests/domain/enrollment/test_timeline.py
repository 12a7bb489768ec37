"""The events of an enrollment, as people and receivers get them (docs/rules.md, sections 2, 7)."""

import pytest

from domain.enrollment import step_results
from domain.enrollment.advance import advance
from domain.enrollment.announcements import announcements, untold
from domain.enrollment.letters import LetterPurpose
from domain.enrollment.status import EnrollmentReason, EnrollmentStatus
from domain.enrollment.steps import NumberFacts
from domain.enrollment.timeline import EnrollmentEntry, detail_of
from domain.shared.result import Result
from domain.shared.steps import Announce
from tests.domain.enrollment.build import NOON, NUMBER_REMOVED, an_enrollment
from tests.domain.enrollment.sellers_by_status import enrolled


@pytest.mark.parametrize(
    ("facts", "reads"),
    [
        ({}, ""),
        ({"about": LetterPurpose.DAYS_BELOW, "result": Result.BOUNCED}, "days below: bounced"),
        (
            {"status": EnrollmentStatus.NOT_ELIGIBLE, "reason": EnrollmentReason.DEACTIVATED},
            "not eligible (deactivated)",
        ),
        ({"changed": ("name", "time_zone")}, "name, time zone"),
        (
            {"code": "false_documents", "case_id": "case/US/A/1", "note": "See file_7"},
            "false documents: case/US/A/1: See file_7",
        ),
    ],
)
def test_an_event_reads_as_english(facts: dict[str, object], reads: str) -> None:
    entry = EnrollmentEntry.model_validate({"at": NOON, "what": "status", "by": "x", **facts})
    assert detail_of(entry) == reads


def test_a_change_of_status_is_told_with_what_it_became_and_why() -> None:
    enrollment = enrolled().take(NUMBER_REMOVED).enrollment
    enrollment.told = 0
    told = untold(enrollment)
    assert [(one.data["status"], one.data["reason"]) for one in told][-2:] == [
        ("enrolled", "requirements_met"),
        ("invited", "no_number"),
    ]
    about = {"enrollment_id": enrollment.id, "store": "US", "seller_id": "A2EXAMPLE"}
    assert told[-1].data == about | {"status": "invited", "reason": "no_number"}
    assert told[-1].type.value == "enrollment.changed"
    number = int(told[-1].id.split("_")[-2])
    assert enrollment.timeline.entries[number - 1].status is EnrollmentStatus.INVITED
    enrollment.told = number - 1
    assert untold(enrollment) == told[-1:]
    enrollment.told = number
    assert untold(enrollment) == ()


def test_an_event_keeps_its_id_when_older_entries_are_gone() -> None:
    enrollment = enrolled().take(NUMBER_REMOVED).enrollment
    entries, count = enrollment.timeline.entries, enrollment.timeline.count
    every = announcements(enrollment.id, enrollment.account, entries, count)
    assert len({one.id for one in every}) == len(every)
    later = announcements(enrollment.id, enrollment.account, entries[1:], count)
    assert later == every[len(every) - len(later) :]


def test_a_change_that_is_the_first_of_all_is_told_too() -> None:
    enrollment = enrolled().enrollment
    (first,) = (e for e in enrollment.timeline.entries if e.status is EnrollmentStatus.ENROLLED)
    assert len(announcements(enrollment.id, enrollment.account, (first,), 1)) == 1


@pytest.mark.parametrize("announces", [True, False])
def test_it_is_found_out_once_whether_anybody_wants_to_know(announces: bool) -> None:
    enrollment = an_enrollment()
    facts = NumberFacts(valid=True, must_be_verified=False, announces=announces)
    step_results.number_checked(enrollment, facts, NOON)
    assert enrollment.announces is announces
    other = facts.model_copy(update={"announces": not announces})
    step_results.number_checked(enrollment, other, NOON)
    assert enrollment.announces is announces


@pytest.mark.parametrize(
    ("announces", "told", "hands_over"),
    [(None, 0, True), (True, 0, True), (False, 0, False), (None, 99, False), (True, 99, False)],
)
def test_changes_are_handed_over_unless_it_is_known_that_nobody_wants_them(
    announces: bool | None, told: int, hands_over: bool
) -> None:
    enrollment = enrolled().enrollment
    enrollment.announces, enrollment.told = announces, told
    assert (Announce() in advance(enrollment, NOON)) is hands_over


def test_who_begins_to_listen_is_told_of_changes_from_then_on() -> None:
    enrollment = enrolled().enrollment
    enrollment.announces, enrollment.told = False, 0
    enrollment.announce_from_now()
    assert (enrollment.announces, untold(enrollment)) == (True, ())
    enrollment.told = 0
    enrollment.announce_from_now()
    assert untold(enrollment) != (), "somebody wanted to know before"
