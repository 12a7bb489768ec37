"""Settings under which no mail could be sent are refused at start, by name."""

import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from domain.shared.errors import explain
from providers.simulated.mail import SimulatedMail
from providers.smtp.mail import SmtpMail
from runtime.providers import mail_of
from runtime.settings import Settings
from tests.test_whole import ROOT, run

SMTP = {"mail": "smtp", "smtp_host": "mx.example"}


def test_mail_is_simulated_unless_a_server_is_set(tmp_path: Path) -> None:
    assert isinstance(mail_of(Settings(state=tmp_path)), SimulatedMail)
    assert isinstance(mail_of(Settings.model_validate(SMTP)), SmtpMail)


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"smtp_host": ""}, "smtp_host"),
        ({"smtp_username": "relay"}, "smtp_password"),
        ({"smtp_password": "s3cret"}, "smtp_username"),
        (
            {"smtp_username": "relay", "smtp_password": "s3cret", "smtp_security": "none"},
            "smtp_security",
        ),
        (
            {"smtp_username": "relay", "smtp_password": "s3cret", "smtp_token_file": __file__},
            "smtp_password, smtp_token_file: give one of them",
        ),
        (
            {"smtp_username": "relay", "smtp_password": "s3cret", "smtp_token_command": "cat x"},
            "smtp_password, smtp_token_command: give one of them",
        ),
        (
            {"smtp_username": "relay", "smtp_token_file": __file__, "smtp_token_command": "cat x"},
            "smtp_token_file, smtp_token_command: give one of them",
        ),
        ({"smtp_token_file": __file__}, "smtp_username"),
        ({"smtp_token_command": "cat x"}, "smtp_username"),
        ({"smtp_username": "relay", "smtp_token_command": "cat 'x"}, "smtp_token_command"),
        ({"emails_per_second": "inf"}, "emails_per_second"),
        ({"calls_per_second": "nan"}, "calls_per_second"),
        ({"smtp_username": "relay", "smtp_token_file": "nowhere"}, "smtp_token_file"),
        ({"smtp_security": "ssl"}, "smtp_security"),
        ({"smtp_port": 0}, "smtp_port"),
        ({"smtp_timeout_seconds": 600}, "smtp_timeout_seconds"),
        ({"smtp_ca_file": "nowhere.pem"}, "smtp_ca_file"),
        ({"sender": "Account Health"}, "sender"),
        ({"sender": "A <a@shop.example>, b@shop.example"}, "sender"),
        ({"sender": "a@shop.example\nTo: b@shop.example"}, "sender"),
        ({"sender": "Health\nTo: x <a@shop.example>"}, "sender"),
        ({"desk": "@shop.example"}, "desk"),
        ({"desk": "schalter@käthe.example"}, "desk"),
        ({"desk": "The desk <desk@shop.example>"}, "desk"),
    ],
)
def test_a_wrong_combination_is_refused_by_name(wrong: dict[str, object], named: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Settings.model_validate(SMTP | wrong)
    assert named in explain(refused.value)
    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize(
    "way",
    [{"smtp_password": "s3cret"}, {"smtp_token_file": __file__}, {"smtp_token_command": "cat x"}],
)
def test_any_one_way_of_logging_in_is_taken(way: dict[str, object]) -> None:
    assert isinstance(
        mail_of(Settings.model_validate({**SMTP, "smtp_username": "relay", **way})), SmtpMail
    )


@pytest.mark.parametrize("domain", ["shop.example", "a-b.c1.shop.example", "xn--kthe-5qa.example"])
def test_message_ids_end_in_a_domain_of_ours(domain: str) -> None:
    assert Settings(message_id_domain=domain).message_id_domain == domain


@pytest.mark.parametrize(
    "wrong",
    [
        *(
            "",
            ".",
            "shop..example",
            ".shop.example",
            "shop.example.",
            "-shop.example",
            "shop-.example",
        ),
        *("käthe.example", "shop example", "shop.example>", "a@shop.example", "shop\n.example"),
        *("x" * 64 + ".example", "x." * 127 + "example"),
    ],
)
def test_what_is_no_domain_is_refused_by_name(wrong: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Settings(message_id_domain=wrong)
    assert explain(refused.value) == (
        "message_id_domain: must be a domain of ASCII letters, digits, hyphens and dots"
    )


async def test_the_worker_says_so_and_exits_2(tmp_path: Path) -> None:
    wrong: list[tuple[dict[str, str], str]] = [
        ({}, "smtp_host"),
        ({"CASE72_SMTP_HOST": "mx.example", "CASE72_SMTP_USERNAME": "relay"}, "smtp_password"),
    ]
    for settings, named in wrong:
        worker = (sys.executable, str(ROOT / "worker.py"))
        code, _, err = await run(*worker, cwd=tmp_path, CASE72_MAIL="smtp", **settings)
        assert code == 2
        assert named in err
        assert "Traceback" not in err


def test_a_line_break_at_the_end_as_of_a_mounted_file_is_taken_off() -> None:
    settings = Settings.model_validate(
        {
            **SMTP,
            "sender": "Health <a@shop.example>\n",
            "smtp_username": "u",
            "smtp_password": "p\n",
        }
    )
    assert settings.sender == "Health <a@shop.example>"
    assert settings.smtp_password
    assert settings.smtp_password.get_secret_value() == "p"
