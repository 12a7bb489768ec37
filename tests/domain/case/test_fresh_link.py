"""A fresh link to the account health page is sent, seldom, and is no contact (section 5)."""

import pytest

from domain.case.admission import MAXIMUM_WRITTEN
from domain.case.attempt import Channel, Purpose
from domain.case.events import Decision, EventKind
from domain.case.status import Status
from domain.enrollment.letters import LetterPurpose
from domain.enrollment.timeline import EnrollmentEventKind
from domain.shared.errors import Refused
from domain.shared.events import SendLink
from domain.shared.result import Result
from tests.domain.case.build import HOUR, MINUTE, OTHER_ADDRESS, a_change, a_decision
from tests.domain.case.cases_by_status import (
    contacting,
    deactivating,
    escalated,
    in_review,
    working,
)
from tests.domain.case.world import World
from tests.domain.enrollment.build import ADDRESS_COMES, ADDRESS_REMOVED
from tests.domain.enrollment.world import Programme

ASKED = SendLink(by="page")


@pytest.mark.parametrize("start", [contacting, working, in_review, escalated])
def test_a_link_is_sent_to_the_address_on_file_and_changes_nothing_else(start: object) -> None:
    world: World = start()  # type: ignore[operator]  # one of the above
    world.take(a_change(email=OTHER_ADDRESS))
    before = world.case.model_copy()
    world.take(ASKED).play(0.01)
    (mail,) = world.emails(Purpose.FRESH_LINK)
    assert (mail.to, mail.result) == (OTHER_ADDRESS, Result.ACCEPTED)
    case = world.case
    assert (case.status, case.deadline, case.reached) == (
        before.status,
        before.deadline,
        before.reached,
    )
    assert case.attempts.agenda == before.attempts.agenda
    assert EventKind.LINK_REQUESTED in {entry.what for entry in case.timeline.entries}
    since = case.timeline.entries[len(before.timeline.entries) :]
    assert EventKind.CONTACT not in {entry.what for entry in since}


def test_silence_with_links_asked_for_is_silence_all_the_same() -> None:
    world = contacting()
    for _ in range(3):
        world.play(23).take(ASKED)
    assert world.play(10).status is Status.DEACTIVATED


def test_one_on_its_way_at_the_deadline_delays_nothing() -> None:
    world = contacting().play(71.9)
    world.durations[Channel.EMAIL] = 0.9 * HOUR
    world.take(ASKED).play(0.1)
    assert world.case.deadline == world.now
    assert world.status in {Status.DEACTIVATING, Status.DEACTIVATED}


def test_one_makes_no_judgement_stale() -> None:
    """Whoever asks proves nothing; only what people did to the case counts."""
    world = escalated()
    seen = len(world.case.timeline.entries)
    world.take(ASKED).play(1)
    decision = a_decision(Decision.RESOLVE).model_copy(update={"seen": seen})
    assert world.take(decision).status is Status.RESOLVED


def test_a_link_is_sent_once_in_15_minutes_and_3_times_in_24_hours() -> None:
    world = contacting().take(ASKED)
    with pytest.raises(Refused, match="just now"):
        world.play(14.9 / 60).take(ASKED)
    world.play(0.2 / 60).take(ASKED).play(1).take(ASKED).play(1)
    with pytest.raises(Refused, match="3 links were sent within 24 hours"):
        world.take(ASKED)
    assert len(world.play(22).take(ASKED).play(0.1).emails(Purpose.FRESH_LINK)) == 4


def test_what_has_ended_sends_none() -> None:
    with pytest.raises(Refused, match="appeal"):
        deactivating().take(ASKED)


def test_a_full_case_sends_one_as_the_page_says() -> None:
    world = contacting()
    world.case.bytes_written = MAXIMUM_WRITTEN
    world.take(ASKED).play(0.01)
    (mail,) = world.emails(Purpose.FRESH_LINK)
    assert mail.result is Result.ACCEPTED


def test_an_enrollment_sends_one_to_the_address_it_knows_then() -> None:
    world = Programme()
    before = len(world.letters)
    world.take(ASKED)
    assert world.letters[before:] == [LetterPurpose.FRESH_LINK]
    asked = world.enrollment.timeline.entries[-2]
    assert (asked.what, asked.by) == (EnrollmentEventKind.LINK_REQUESTED, ASKED.by)
    with pytest.raises(Refused, match="just now"):
        world.take(ASKED)
    for _ in range(2):
        world.now += 16 * MINUTE
        world.take(ASKED)
    world.now += HOUR
    with pytest.raises(Refused, match="3 links"):
        world.take(ASKED)


def test_an_enrollment_without_an_address_keeps_what_waits_for_one() -> None:
    world = Programme()
    world.take(ADDRESS_REMOVED)
    waiting = world.enrollment.outbox.letters
    with pytest.raises(Refused, match="no e-mail address is known"):
        world.take(ASKED)
    assert world.enrollment.outbox.letters == waiting
    world.take(ADDRESS_COMES).take(ASKED)
    assert world.letters[-1] is LetterPurpose.FRESH_LINK
