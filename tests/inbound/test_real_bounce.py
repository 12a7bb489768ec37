"""An e-mail of ours that a real mail server sends back, from the case and to the case again."""

from email.message import EmailMessage
from pathlib import Path

from domain.case.events import EventKind
from domain.case.view import CaseView
from domain.shared.result import Result
from tests.engine import HOUR, engine_in
from tests.inbound.test_answers import INBOUND, reading
from tests.providers.dovecot import dovecot, needs_dovecot
from tests.providers.mail_server import mail_server
from tests.providers.postfix import needs_postfix, postfix

pytestmark = [needs_dovecot, needs_postfix]
SELLERS = "bluekettle.example"


def last_email(view: CaseView) -> Result | None:
    return next(a for a in reversed(view.attempts) if a.channel == "email").result


async def test_what_the_sellers_server_refuses_comes_back_and_counts_as_bounced(
    tmp_path: Path, server: str
) -> None:
    async with (
        mail_server() as sellers,
        dovecot(tmp_path / "imap") as mailbox,
        postfix(str(INBOUND.address), mailbox.folder / "maildir", SELLERS, sellers.port) as relay,
        engine_in(tmp_path, server=server, mail=relay.mail, replies=INBOUND.replies()) as engine,
        reading(engine, mailbox),
    ):
        sellers.unknown = "gone"
        case = await engine.open(wait=False, email=f"gone@{SELLERS}")
        await case.when(lambda v: v.attempts and last_email(v) is Result.BOUNCED)
        view = await case.view()
        (bounced,) = [e for e in view.timeline if e.what is EventKind.BOUNCED]
        assert (bounced.by, bounced.code) == ("mail", "5.1.1")
        assert view.email_needed
        # The relay had taken it, so to the case it was accepted first.
        assert [e.result for e in view.timeline if e.what is EventKind.EMAIL] == [Result.ACCEPTED]

        other = await engine.open(wait=False, email=f"owner@{SELLERS}")
        await other.when(lambda v: v.attempts and last_email(v))
        (arrived,) = sellers.messages()
        answer = EmailMessage()
        answer["From"], answer["To"] = f"owner@{SELLERS}", arrived["Reply-To"]
        answer["Message-ID"], answer["Subject"] = "<1@bluekettle.example>", "Re: your account"
        answer.set_content("I have removed the listing.")
        await relay.mail.send(answer)
        view = await other.when(lambda v: any(e.what is EventKind.CONTACT for e in v.timeline))
        assert last_email(view) is Result.ACCEPTED
        await case.play(HOUR)
        assert last_email(await other.view()) is Result.ACCEPTED
