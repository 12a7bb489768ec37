"""What comes back for the letters of an appeal (docs/rules.md, section 9)."""

from pathlib import Path

from domain.appeal.events import Verdict
from domain.appeal.status import AppealReason, AppealStatus
from inbound.placing import Placing
from reference.mail_tokens import SentEmail
from tests.inbound.test_answers import INBOUND, SELLER, bounce, desk, reply
from tests.providers.dovecot import needs_dovecot
from tests.workflows.appeals import deactivated, submit

pytestmark = needs_dovecot


async def test_a_question_that_comes_back_was_not_asked_and_a_reply_reaches_the_desk(
    tmp_path: Path, server: str
) -> None:
    replies = INBOUND.replies()
    assert replies is not None
    async with desk(tmp_path, server, Placing) as all_of_it:
        await deactivated(all_of_it.engine, "RETURNS")
        appeal = await submit(all_of_it.engine, "RETURNS")
        await appeal.decide(Verdict.MORE_INFORMATION)
        view = await appeal.when(lambda v: v.seller_by)
        question = sum(entry.about is not None for entry in view.timeline)
        to = replies.address(SentEmail(view.id.rpartition("/")[2], question))
        all_of_it.mailbox.deliver(bounce(to, SELLER))
        view = await appeal.reaches(AppealStatus.SUBMITTED)
        assert view.reason is AppealReason.QUESTION_UNDELIVERED
        all_of_it.mailbox.deliver(reply(to, "It was Kettle Works."))
        await all_of_it.mailbox.when_empty()
        (message,) = all_of_it.forwarded()
        (attached,) = message.iter_attachments()
        assert b"Kettle Works" in attached.get_content()
