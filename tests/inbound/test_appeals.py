"""What comes back for the letters of an appeal (docs/rules.md, section 9)."""

from email.message import EmailMessage
from pathlib import Path

from domain.appeal.events import Verdict
from domain.appeal.status import AppealReason, AppealStatus
from inbound.placing import Placing
from reference.mail_tokens import SentEmail
from tests.inbound.test_answers import INBOUND, SELLER, Desk, bounce, desk, reply
from tests.inbound.test_other_emails import answers_to
from tests.providers.dovecot import needs_dovecot
from tests.workflows.appeals import OpenAppeal, deactivated, submit

pytestmark = needs_dovecot


async def test_a_question_that_comes_back_was_not_asked(tmp_path: Path, server: str) -> None:
    async with desk(tmp_path, server, Placing) as all_of_it:
        appeal, to = await asked(all_of_it, "RETURNS")
        all_of_it.mailbox.deliver(bounce(to, SELLER))
        view = await appeal.reaches(AppealStatus.SUBMITTED)
        assert view.reason is AppealReason.QUESTION_UNDELIVERED


async def test_a_reply_is_the_answer_and_what_comes_too_late_for_it_is_sent_to_the_desk(
    tmp_path: Path, server: str
) -> None:
    async with desk(tmp_path, server, Placing) as all_of_it:
        appeal, to = await asked(all_of_it, "ANSWERS")
        all_of_it.mailbox.deliver(reply(to, "It was Kettle Works."))
        view = await appeal.reaches(AppealStatus.SUBMITTED)
        assert (view.reason, view.seller_by) == (None, None)
        (added,) = view.submissions[-1].information
        assert added.said.text == "It was Kettle Works."
        await all_of_it.mailbox.when_empty()
        assert all_of_it.forwarded() == []
        await appeal.decide(Verdict.UPHOLD)
        all_of_it.mailbox.deliver(reply(to, "But it was Kettle Works!"))
        await all_of_it.mailbox.when_empty()
        (message,) = all_of_it.forwarded()
        (attached,) = message.iter_attachments()
        assert b"But it was Kettle Works" in attached.get_content()


async def test_the_files_of_a_reply_reach_the_desk(tmp_path: Path, server: str) -> None:
    async with desk(tmp_path, server, Placing) as all_of_it:
        appeal, to = await asked(all_of_it, "ATTACHES")
        message = EmailMessage()
        message["From"], message["To"], message["Message-ID"] = SELLER, to, "<1@seller.example>"
        message.set_content("See the invoice.")
        message.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="i.pdf")
        all_of_it.mailbox.deliver(message.as_bytes())
        view = await appeal.reaches(AppealStatus.SUBMITTED)
        assert view.submissions[-1].information[0].said.text == "See the invoice."
        await all_of_it.mailbox.when_empty()
        (forwarded,) = all_of_it.forwarded()
        (attached,) = forwarded.iter_attachments()
        assert b"i.pdf" in attached.get_content()


async def asked(all_of_it: Desk, seller_id: str) -> tuple[OpenAppeal, str]:
    """An appeal whose question was accepted, and where the answer to it goes."""
    replies = INBOUND.replies()
    assert replies is not None
    await deactivated(all_of_it.engine, seller_id)
    appeal = await submit(all_of_it.engine, seller_id)
    await appeal.decide(Verdict.MORE_INFORMATION)
    view = await appeal.when(lambda v: v.seller_by)
    question = sum(entry.about is not None for entry in view.timeline)
    return appeal, replies.address(SentEmail.of(view.id, question))


async def test_the_answer_may_come_to_any_e_mail_of_ours(tmp_path: Path, server: str) -> None:
    async with desk(tmp_path, server, Placing) as all_of_it:
        appeal, _ = await asked(all_of_it, "ANOTHER")
        deactivation = (await appeal.view()).deactivation
        assert deactivation is not None
        all_of_it.mailbox.deliver(reply(answers_to(deactivation.case_id), "It was Kettle Works."))
        view = await appeal.reaches(AppealStatus.SUBMITTED)
        assert view.submissions[-1].information[0].said.text == "It was Kettle Works."
        await all_of_it.mailbox.when_empty()
        assert all_of_it.forwarded() == []
