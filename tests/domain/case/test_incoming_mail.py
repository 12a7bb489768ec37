"""What comes back for our e-mails (sections 4 and 5)."""

from collections.abc import Callable

import pytest

from domain.case.attempt import Purpose
from domain.case.events import ConversationOutcome, EventKind, ReceiveBounce, ReceiveReply
from domain.case.status import Reason, Status
from domain.shared.events import Event
from tests.domain.case.build import OTHER_ADDRESS, a_change, a_conversation, a_withdrawal, apply
from tests.domain.case.cases_by_status import contacting, in_review, working
from tests.domain.case.world import World

REPLY = ReceiveReply(by="seller", text="I have removed the listing.")


def bounced(world: World, number: int, code: str | None = "5.1.1") -> World:
    """The e-mail of that place among them comes back."""
    attempt = world.emails()[number - 1].number
    return world.take(ReceiveBounce(by="mail", attempt=attempt, code=code))


def test_an_address_is_needed_once_every_email_has_come_back() -> None:
    world = contacting().play(25)
    assert len(world.emails()) == 2
    bounced(world, 1)
    assert world.case.email_needed, "the second one may still come back"
    bounced(world, 2)
    assert world.case.email_needed


def test_an_address_that_got_an_email_before_is_not_needed() -> None:
    world = contacting().play(25)
    bounced(world, 2)
    assert not world.case.email_needed, "the first one arrived"


def test_the_next_email_does_not_prove_the_address() -> None:
    world = bounced(contacting(), 1).play(25)
    assert len(world.emails()) == 2
    assert world.case.email_needed


def test_a_new_address_is_not_needed() -> None:
    world = bounced(contacting(), 1).take(a_change(email=OTHER_ADDRESS))
    assert not world.case.email_needed


@pytest.mark.parametrize(("code", "needed"), [("4.4.7", False), ("5.1.1", True), (None, True)])
def test_a_full_or_unreachable_mailbox_says_nothing_of_the_address(
    code: str | None, needed: bool
) -> None:
    assert bounced(contacting(), 1, code).case.email_needed is needed


@pytest.mark.parametrize("after", [a_conversation(ConversationOutcome.RESOLVED), a_withdrawal()])
@pytest.mark.parametrize("start", [contacting, working, in_review])
def test_the_desk_is_told_of_a_reply_whatever_follows_at_once(
    start: Callable[[], World], after: Event
) -> None:
    world = start()
    told = len(world.desk_mails)
    apply(world.case, REPLY, world.now)  # and the next event comes before the desk was told
    world.take(after)
    assert len(world.desk_mails) == told + 1
    assert world.case.closed_at is not None


def test_a_desk_that_cannot_be_told_of_a_reply_keeps_no_case_open() -> None:
    world = working(desk_mail=False).take(REPLY, a_conversation(ConversationOutcome.RESOLVED))
    assert world.play(48).case.closed_at is not None
    assert EventKind.DESK_NOT_TOLD in [e.what for e in world.case.timeline.entries]


def test_a_reply_after_the_seller_was_reached_is_a_sign() -> None:
    world = working().play(50).take(REPLY)
    assert world.play(50).status is Status.WORKING
    assert world.play(30).case.reason == Reason.NO_COOPERATION


def test_a_final_notice_that_came_back_is_no_final_notice() -> None:
    world = contacting().play(67)
    final = len(world.emails())
    assert world.emails()[-1].about is Purpose.FINAL_NOTICE
    assert bounced(world, final).play(8).case.reason == Reason.NOT_REALLY_TRIED
