"""What comes of an e-mail handed to a mail server (docs/rules.md, section 4)."""

import asyncio

import pytest

from domain.shared.result import Result
from providers.protocols import ProviderFailed
from tests.providers.letters import notice
from tests.providers.mail_server import mail_server, raw
from tests.reading import part_of

ADDRESS = "owner@kettle.example"


async def test_an_accepted_message_arrives_as_it_was_written() -> None:
    text = "Ölkännchen für 日本\n.\n.leading dots stay\n" + "long " * 400 + "end"
    async with mail_server() as box:
        written = notice(name="Käthes Kännchen")
        html = part_of(written, "html")
        written.clear_content()
        written.set_content(text)  # lines that a template would not print as they are
        written.add_alternative(html, subtype="html")
        assert await box.client().send(written) is Result.ACCEPTED
        (envelope,), (message,) = box.taken, box.messages()
    assert (envelope.mail_from, envelope.rcpt_tos) == ("health@shop.example", [ADDRESS])
    assert message["To"].addresses[0].display_name == "Käthes Kännchen"
    assert str(message["From"]) == "Héalth <health@shop.example>"
    assert message["Reply-To"] == "desk@shop.example"
    assert message["Auto-Submitted"] == "auto-generated"
    assert text in part_of(message, "plain")
    assert part_of(message, "html") == html
    lines = raw(envelope).split(b"\r\n")
    assert max(map(len, lines)) <= 998
    assert not any(b"\n" in line or b"\r" in line for line in lines)


@pytest.mark.parametrize(
    ("command", "answer", "result"),
    [
        ("RCPT", "550 No such user", Result.BOUNCED),
        ("RCPT", "550 5.1.1 No such user", Result.BOUNCED),
        ("RCPT", "552 5.2.2 Mailbox full", Result.BOUNCED),
        ("RCPT", "550 5.4.1 Access denied", Result.BOUNCED),
        ("RCPT", "501 5.1.3 Bad recipient address syntax", Result.BOUNCED),
        ("RCPT", "556 5.1.10 Domain takes no mail", Result.BOUNCED),
        ("MAIL", "552 Too large", Result.BOUNCED),
        ("MAIL", "552 5.3.4 Message too big", Result.BOUNCED),
        ("DATA", "552 Too large", Result.BOUNCED),
        ("DATA", "550 5.2.1 Mailbox disabled", Result.BOUNCED),
        ("RCPT", "553 Mailbox name not allowed", Result.BOUNCED),
        ("DATA", "554 5.6.0 Content refused", Result.BOUNCED),
        # About us, in the words of well-known servers.
        ("RCPT", "550 5.4.5 Daily user sending quota exceeded", None),
        ("DATA", "550 5.4.5 Daily user sending quota exceeded", None),
        ("DATA", "554 5.2.0 STOREDRV.Submission.Exception:SendAsDeniedException", None),
        ("DATA", "554 5.2.252 SendAsDenied", None),
        ("DATA", "554 Message rejected: Email address is not verified", None),
        ("DATA", "550 The from address does not match a verified Sender Identity", None),
        ("RCPT", "550 5.1.90 Your message can't be sent: daily limit", None),
        ("RCPT", "554 5.4.6 Hop count exceeded", None),
        ("RCPT", "550 relay not permitted", None),
        ("RCPT", "550 authentication required", None),
        ("RCPT", "553 sorry, that domain isn't in my list of allowed rcpthosts", None),
        ("RCPT", "550 5.1.0 sender rejected", None),
        ("DATA", "554 Refused", None),
        ("RCPT", "550 5.7.1 Relaying denied", None),
        ("RCPT", "554 5.7.1 Client host blocked by a list", None),
        ("RCPT", "553 5.1.8 Sender's domain not found", None),
        ("RCPT", "504 5.5.2 Helo rejected: a full name is needed", None),
        ("RCPT", "530 Authentication required", None),
        ("RCPT", "550 5.3.5 Misconfigured", None),
        ("RCPT", "550 4.2.1 Both at once", None),
        ("RCPT", "450 4.7.1 Greylisted", None),
        ("RCPT", "452 4.2.2 Mailbox full for now", None),
        ("RCPT", "421 4.3.2 Shutting down", None),
        ("MAIL", "550 5.1.0 Sender refused", None),
        ("MAIL", "553 5.7.1 Not your address", None),
        ("MAIL", "535 5.7.8 Login is wrong", None),
        ("DATA", "554 5.7.1 Looks like spam", None),
        ("DATA", "451 4.3.0 Try later", None),
        ("DATA", "299 What?", None),
    ],
)
async def test_only_a_refusal_of_the_recipient_or_the_message_bounces(
    command: str, answer: str, result: Result | None
) -> None:
    async with mail_server() as box:
        box.answers[command] = [f"{answer}: <{ADDRESS}>"]
        mail = box.client()
        if result:
            assert await mail.send(notice()) is result
        else:
            with pytest.raises(ProviderFailed) as failed:
                await mail.send(notice())
            code, status = answer.split()[:2]
            assert code in str(failed.value)
            assert "." not in status or status in str(failed.value)
            assert "kettle" not in str(failed.value)
        assert len(box.taken) == (answer[0] == "2")


async def test_a_server_that_hangs_up_in_the_message_has_failed_and_the_next_try_delivers() -> None:
    async with mail_server() as box:
        box.hangs_up = ["in"]
        with pytest.raises(ProviderFailed, match="lost"):
            await box.client().send(notice())
        assert not box.taken
        assert await box.client().send(notice()) is Result.ACCEPTED
        assert len(box.taken) == 1


async def test_a_message_whose_answer_was_lost_is_sent_again_under_the_same_message_id() -> None:
    async with mail_server() as box:
        box.hangs_up = ["after"]
        with pytest.raises(ProviderFailed, match="lost"):
            await box.client().send(notice())
        assert await box.client().send(notice()) is Result.ACCEPTED
        first, second = box.messages()
    assert first["Message-ID"] == second["Message-ID"]
    assert first.as_bytes() == second.as_bytes()


async def test_a_server_too_slow_has_failed_when_the_time_is_up() -> None:
    async with mail_server() as box:
        box.falls_silent = 5
        began = asyncio.get_running_loop().time()
        with pytest.raises(ProviderFailed, match=r"no answer within 0\.2 s"):
            await box.client(timeout_seconds=0.2).send(notice())
        assert asyncio.get_running_loop().time() - began < 2


async def test_a_server_that_is_not_there_has_failed() -> None:
    async with mail_server() as box:
        mail = box.client()
    with pytest.raises(ProviderFailed, match="no connection"):
        await mail.send(notice())


@pytest.mark.parametrize("local_part", ["a..b", ".a", "a."])
async def test_an_address_with_misplaced_dots_is_written_to_in_the_quoted_form(
    local_part: str,
) -> None:
    async with mail_server() as box:
        message = notice(f"{local_part}@docomo.ne.jp")
        assert await box.client().send(message) is Result.ACCEPTED
        assert f'RCPT TO:<"{local_part}"@docomo.ne.jp>'.encode() in box.in_clear
        assert f'<"{local_part}"@docomo.ne.jp>'.encode() in raw(box.taken[0])


async def test_an_address_in_another_script_is_written_to_where_the_server_can() -> None:
    async with mail_server() as box:
        assert await box.client().send(notice("käthe@kettle.example")) is Result.ACCEPTED
        assert box.taken[0].rcpt_tos == ["käthe@kettle.example"]
        assert box.taken[0].smtp_utf8
        assert "käthe@kettle.example".encode() in raw(box.taken[0])


async def test_whether_an_address_in_another_script_is_taken_is_not_known_without_ehlo() -> None:
    async with mail_server() as box:
        box.answers["EHLO"] = ["451 4.3.0 Busy"]
        with pytest.raises(ProviderFailed, match="does not say what it offers"):
            await box.client().send(notice("用户@kettle.example"))


async def test_an_address_in_another_script_bounces_where_the_server_cannot() -> None:
    async with mail_server(utf8=False) as box:
        assert await box.client().send(notice("käthe@kettle.example")) is Result.BOUNCED
        assert box.commands == []


async def test_a_domain_in_another_script_needs_nothing_of_the_server() -> None:
    async with mail_server(utf8=False) as box:
        assert await box.client().send(notice("owner@straße.example")) is Result.ACCEPTED
        assert box.taken[0].rcpt_tos == ["owner@xn--strae-oqa.example"]
