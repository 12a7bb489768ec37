"""What waits for a receiver, what was given up, and what comes twice (docs/rules.md, section 7)."""

from domain.shared.announcements import Announcement, EventType, event_id
from domain.shared.deliveries import Deliveries
from tests.domain.case.build import MONDAY_9


def an_event(number: int) -> Announcement:
    what = EventType.CASE_ESCALATED
    return Announcement(id=event_id("case/US/A/run", number, what), type=what, at=MONDAY_9, data={})


ONE, TWO, THREE = (an_event(number) for number in (1, 2, 3))


def holding(*events: Announcement) -> Deliveries:
    deliveries = Deliveries()
    deliveries.hand_over(events)
    return deliveries


def test_events_wait_in_the_order_in_which_they_were_handed_over() -> None:
    deliveries = holding(ONE, TWO)
    deliveries.hand_over([THREE])
    assert deliveries.waiting == (ONE, TWO, THREE)


def test_a_repeat_changes_nothing_whatever_became_of_the_event() -> None:
    deliveries = holding(ONE, TWO, THREE)
    deliveries.end_first(delivered=True)
    deliveries.end_first(delivered=False)
    before = deliveries.model_copy()
    deliveries.hand_over([ONE, TWO, THREE])
    assert deliveries == before


def test_what_is_new_is_taken_beside_repeats() -> None:
    deliveries = holding(ONE, TWO)
    deliveries.end_first(delivered=True)
    deliveries.hand_over([ONE, TWO, THREE])
    assert deliveries.waiting == (TWO, THREE)


def test_what_is_given_up_stays_so_while_others_are_handed_over() -> None:
    deliveries = holding(ONE)
    deliveries.end_first(delivered=False)
    deliveries.hand_over([TWO])
    assert (deliveries.waiting, deliveries.given_up) == ((TWO,), (ONE,))


def test_one_that_is_given_up_is_kept_and_the_next_is_first() -> None:
    deliveries = holding(ONE, TWO)
    deliveries.end_first(delivered=False)
    assert (deliveries.waiting, deliveries.given_up) == ((TWO,), (ONE,))


def test_handed_over_again_they_wait_again_but_for_what_still_does() -> None:
    deliveries = holding(ONE, TWO, THREE)
    deliveries.end_first(delivered=True)
    deliveries.end_first(delivered=False)
    deliveries.hand_over([ONE, TWO, THREE], again=True)
    assert deliveries.waiting == (THREE, ONE, TWO)
    assert deliveries.given_up == ()


def test_the_newest_hundred_that_were_delivered_are_remembered() -> None:
    deliveries = holding(*map(an_event, range(101)))
    for _ in range(101):
        deliveries.end_first(delivered=True)
    deliveries.hand_over([an_event(0), an_event(1)])
    assert deliveries.waiting == (an_event(0),)
