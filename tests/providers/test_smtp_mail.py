"""What comes of an e-mail handed to a mail server (docs/rules.md, section 4)."""

import asyncio
import base64
import logging
from pathlib import Path
from typing import Any

import pytest

from domain.attempt import Result
from providers.protocols import ProviderFailed
from providers.smtp_mail import Security
from tests.certificates import Certificates, certificates
from tests.providers.letters import notice
from tests.providers.mail_server import LOGIN, PASSWORD, TOKEN, Letterbox, mail_server, raw
from tests.reading import part_of

ADDRESS = "owner@kettle.example"


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return certificates(tmp_path_factory.mktemp("certificates"))


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


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
async def test_a_certificate_by_a_private_ca_is_trusted_once_its_file_is_given(
    certified: Certificates, security: Security
) -> None:
    offered = {security.value: certified.good}
    async with mail_server(**offered) as box:
        mail = box.client(security, ca_file=certified.ca_file)
        assert await mail.send(notice()) is Result.ACCEPTED
        assert len(box.taken) == 1
        assert box.encrypted == [True] or security is Security.TLS
        with pytest.raises(ProviderFailed, match="certificate not trusted"):
            await box.client(security).send(notice())


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
async def test_to_a_server_that_cannot_prove_who_it_is_nothing_is_said(
    certified: Certificates, security: Security
) -> None:
    for context, host in ((certified.self_signed, "127.0.0.1"), (certified.good, "localhost")):
        offered = {security.value: context}
        async with mail_server(**offered) as box:
            login = {"username": LOGIN, "password": PASSWORD}
            mail = box.client(security, host=host, ca_file=certified.ca_file, **login)
            with pytest.raises(ProviderFailed, match="certificate not trusted"):
                await mail.send(notice())
            assert box.commands == []
            assert b"AUTH" not in box.in_clear
            assert b"MAIL" not in box.in_clear


async def test_a_server_that_does_not_offer_starttls_is_told_nothing() -> None:
    async with mail_server() as box:
        login = {"username": LOGIN, "password": PASSWORD}
        with pytest.raises(ProviderFailed, match="STARTTLS"):
            await box.client(Security.STARTTLS, **login).send(notice())
        assert box.in_clear.split()[0] == b"EHLO"
        assert b"\r\n" not in box.in_clear.rstrip()


async def test_a_wrong_login_is_ours_and_a_right_one_is_let_in(certified: Certificates) -> None:
    async with mail_server(starttls=certified.good, login=True) as box:
        wrong, right = (
            box.client(
                Security.STARTTLS, ca_file=certified.ca_file, username=LOGIN, password=password
            )
            for password in ("wrong", PASSWORD)
        )
        with pytest.raises(ProviderFailed, match=r"login refused, 535 5\.7\.8"):
            await wrong.send(notice())
        assert await right.send(notice()) is Result.ACCEPTED
        assert len(box.taken) == 1


async def test_a_token_is_read_anew_for_each_login_and_a_refused_one_is_ours(
    certified: Certificates, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "token"
    file.write_text("old-token\n")
    ways = ({"token_file": file}, {"token_command": f"cat {file}"})
    async with mail_server(starttls=certified.good, login=True) as box:
        for way in ways:
            file.write_text("old-token\n")
            mail = box.client(Security.STARTTLS, ca_file=certified.ca_file, username=LOGIN, **way)
            with pytest.raises(ProviderFailed, match=r"login refused, 535") as refused:
                await mail.send(notice())
            file.write_text(TOKEN)
            assert await mail.send(notice()) is Result.ACCEPTED
            assert "token" not in str(refused.value)
        file.unlink()
        for way in ways:
            mail = box.client(Security.STARTTLS, ca_file=certified.ca_file, username=LOGIN, **way)
            with pytest.raises(ProviderFailed, match=r"token (file|command)"):
                await mail.send(notice())
    assert len(box.taken) == 2
    assert TOKEN not in "".join(capfd.readouterr())


@pytest.mark.parametrize("local_part", ["a..b", ".a", "a."])
async def test_an_address_with_misplaced_dots_is_written_to_in_the_quoted_form(
    local_part: str,
) -> None:
    async with mail_server() as box:
        message = notice(f"{local_part}@docomo.ne.jp")
        assert await box.client().send(message) is Result.ACCEPTED
        assert f'RCPT TO:<"{local_part}"@docomo.ne.jp>'.encode() in box.in_clear
        assert f'<"{local_part}"@docomo.ne.jp>'.encode() in raw(box.taken[0])


async def test_a_login_where_none_is_offered_is_ours() -> None:
    async with mail_server() as box:
        mail = box.client(username=LOGIN, password=PASSWORD)
        with pytest.raises(ProviderFailed, match="login is not offered"):
            await mail.send(notice())
        assert PASSWORD.encode() not in box.in_clear


async def test_no_password_and_no_address_reaches_a_log_line_or_a_failure(
    certified: Certificates, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    said = []
    async with mail_server(starttls=certified.good, login=True) as box:
        login: dict[str, Any] = {
            "username": LOGIN,
            "password": PASSWORD,
            "ca_file": certified.ca_file,
        }
        mail = box.client(Security.STARTTLS, **login)
        for command, code in (("RCPT", 550), ("RCPT", 450), ("MAIL", 550), ("DATA", 421)):
            box.answers[command] = [f"{code} <{ADDRESS}> is refused"]
            try:
                await mail.send(notice())
            except ProviderFailed as failed:
                said += [str(failed), repr(failed), repr(failed.__cause__)]
        with pytest.raises(ProviderFailed) as wrong:
            await box.client(Security.STARTTLS, **login | {"password": PASSWORD * 2}).send(notice())
        said += [str(wrong.value), repr(mail.__dict__)]
    # The server's own lines are none of ours.
    lines = [r.getMessage() for r in caplog.records if not r.name.startswith("mail.")]
    everything = "\n".join([*lines, *said, *capfd.readouterr()])
    assert "recipient refused, 550" in everything
    for secret in (PASSWORD, ADDRESS, "kettle"):
        assert secret not in everything
    assert base64.b64encode(PASSWORD.encode()).decode()[:12] not in everything


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


def test_a_ca_file_without_certificates_is_named_at_start(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("nothing")
    with pytest.raises(ValueError, match="smtp_ca_file"):
        Letterbox().client(Security.TLS, ca_file=tmp_path / "ca.pem")
