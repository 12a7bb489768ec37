"""The events of an enrollment, as people and receivers get them (docs/rules.md, sections 2, 7)."""

import pytest

from domain.enrollment.announcements import announcements, untold
from domain.enrollment.letters import LetterPurpose
from domain.enrollment.status import EnrollmentReason, EnrollmentStatus
from domain.enrollment.timeline import EnrollmentEntry, detail_of
from domain.shared.result import Result
from tests.domain.enrollment.build import NOON, NUMBER_REMOVED
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
    assert enrollment.timeline.entries[number - 1].at == told[-1].at
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


def test_who_begins_to_listen_is_told_of_changes_from_then_on() -> None:
    enrollment = enrolled().enrollment
    enrollment.announces, enrollment.told = False, 0
    enrollment.announce_from_now()
    assert (enrollment.announces, untold(enrollment)) == (True, ())
    enrollment.told = 0
    enrollment.announce_from_now()
    assert untold(enrollment) != (), "somebody wanted to know before"
