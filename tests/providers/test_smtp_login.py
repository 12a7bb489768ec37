"""How a mail server is trusted, and logged in to (docs/real-mail.md)."""

import base64
import logging
from pathlib import Path
from typing import Any

import pytest

from domain.shared.result import Result
from providers.protocols import ProviderFailed
from providers.smtp.mail import Security
from tests.certificates import Certificates, certificates
from tests.providers.letters import notice
from tests.providers.mail_server import LOGIN, PASSWORD, TOKEN, Letterbox, mail_server

ADDRESS = "owner@kettle.example"


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return certificates(tmp_path_factory.mktemp("certificates"))


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


def test_a_ca_file_without_certificates_is_named_at_start(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("nothing")
    with pytest.raises(ValueError, match="smtp_ca_file"):
        Letterbox().client(Security.TLS, ca_file=tmp_path / "ca.pem")
