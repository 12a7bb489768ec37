"""What comes back for our e-mails (sections 4 and 5)."""

from collections.abc import Callable

import pytest

from domain.case import step_results
from domain.case.attempt import Purpose
from domain.case.events import (
    ConversationOutcome,
    EventKind,
    MailKind,
    NoteMail,
    ReceiveBounce,
    ReceiveReply,
)
from domain.case.status import Reason, Status
from domain.shared.errors import Refusal, Refused
from domain.shared.events import Event
from domain.shared.result import Result
from tests.domain.case.build import (
    HOUR,
    MONDAY_9,
    OTHER_ADDRESS,
    a_change,
    a_conversation,
    a_withdrawal,
    apply,
)
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


def test_a_bounce_is_written_down_with_what_came_back_and_why() -> None:
    world = bounced(contacting(), 1)
    entry = world.case.timeline.entries[-1]
    assert (entry.what, entry.by, entry.attempt) == (EventKind.BOUNCED, "mail", 1)
    assert (entry.about, entry.result, entry.code) == (Purpose.NOTICE, Result.BOUNCED, "5.1.1")


def test_a_reply_is_written_down_as_a_contact_with_its_words() -> None:
    contact = next(e for e in contacting().take(REPLY).case.timeline.entries if e.what == "contact")
    assert (contact.by, contact.code, contact.note) == ("seller", "email", REPLY.text)


@pytest.mark.parametrize(
    ("attempt", "code"),
    [(1, Refusal.EMAIL_UNDER_WAY), (2, Refusal.NO_SUCH_EMAIL), (9, Refusal.NO_SUCH_EMAIL)],
)
def test_only_an_email_that_was_made_can_come_back(attempt: int, code: Refusal) -> None:
    """The first attempt is an e-mail that is being sent, the second was a call."""
    world = contacting(email_takes=HOUR).play(0.1)
    assert [a.channel for a in world.case.attempts.made] == ["call"]
    with pytest.raises(Refused) as refused:
        world.take(ReceiveBounce(by="mail", attempt=attempt))
    assert (refused.value.code, refused.value.values) == (code, {"attempt": attempt})


def test_an_automatic_answer_is_noted_once_for_each_email_and_a_complaint_told_to_the_desk() -> (
    None
):
    automatic = NoteMail(by="mail", kind=MailKind.AUTOMATIC, attempt=1)
    world = contacting().take(automatic, automatic)
    told = len(world.desk_mails)
    for more in ({"attempt": 2}, {"attempt": None}, {"kind": MailKind.COMPLAINT}):
        world.take(automatic.model_copy(update=more))
    noted = [e for e in world.case.timeline.entries if e.what is EventKind.MAIL_NOTED]
    assert [(e.by, e.code, e.attempt) for e in noted] == [
        ("mail", "automatic", 1),
        ("mail", "automatic", 2),
        ("mail", "automatic", None),
        ("mail", "complaint", 1),
    ]
    assert len(world.desk_mails) == told + 1
    assert world.status is Status.CONTACTING


def test_what_comes_for_a_case_that_has_ended_is_refused() -> None:
    for event in (NoteMail(by="mail", kind=MailKind.AUTOMATIC), REPLY):
        with pytest.raises(Refused) as refused:
            contacting().take(a_withdrawal(), event)
        assert refused.value.code is Refusal.CASE_ENDED


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


@pytest.mark.parametrize("start", [working, in_review])
def test_a_reply_is_news_for_the_desk_until_it_was_told(start: Callable[[], World]) -> None:
    case = start().case
    for told in (False, True):
        apply(case, REPLY, MONDAY_9)
        step_results.told_desk(case, MONDAY_9, told, MONDAY_9)
        assert case.desk_news is not told
    step_results.told_desk(case, case.desk_due or MONDAY_9, False, MONDAY_9)
    assert not case.desk_news


def test_a_desk_that_could_not_be_told_is_told_again_a_day_later_and_not_at_once() -> None:
    case = in_review().case
    for told, heard, again in (
        (False, MONDAY_9 + HOUR, MONDAY_9 + 24 * HOUR),
        (True, MONDAY_9 + HOUR, MONDAY_9 + 24 * HOUR),
        (True, MONDAY_9 + 24 * HOUR, MONDAY_9 + 48 * HOUR),
        (True, MONDAY_9 + 25 * HOUR, MONDAY_9 + 49 * HOUR),
        (False, MONDAY_9 + 25 * HOUR, MONDAY_9 + 25 * HOUR),
    ):
        case.desk_due = MONDAY_9
        step_results.told_desk(case, MONDAY_9, told, heard)
        assert case.desk_due == again


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
