"""What the account service's settings are refused for, by name and before anything is served."""

import os
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from domain.shared.errors import explain
from providers.http.account_service import HttpAccountService
from providers.protocols import ProviderFailed
from providers.simulated.account_service import SimulatedMarketplace
from runtime.providers import accounts_of
from runtime.settings import Settings
from tests.certificates import certificates
from tests.providers.disturbed_account_service import SELLER, disturbed
from tests.test_whole import ROOT, run

SECRET = "a-token-that-nobody-reads"
GIVEN = {
    "MARKETPLACE": "http",
    "ACCOUNTS_URL": "https://a.example/v1",
    "ACCOUNTS_TOKEN": SECRET,
    "TELEPHONE": "simulated",
    "MAIL": "simulated",
}
NONE = "accounts_token, accounts_token_file, accounts_certificate_file: one is required"


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    monkeypatch.setenv("CASE72_STATE", str(tmp_path))
    for name, value in GIVEN.items():
        monkeypatch.setenv(f"CASE72_{name}", value)
    return monkeypatch


def refusal() -> str:
    with pytest.raises(ValidationError) as refused:
        Settings()
    assert SECRET not in str(refused.value)
    return explain(refused.value)


def test_the_account_service_is_simulated_by_default(tmp_path: Path) -> None:
    assert isinstance(accounts_of(Settings(state=tmp_path)), SimulatedMarketplace)


@pytest.mark.usefixtures("given")
def test_http_takes_an_address_and_a_token_that_is_not_shown() -> None:
    settings = Settings()
    assert isinstance(accounts_of(settings), HttpAccountService)
    assert SECRET not in repr(settings)
    assert SECRET not in repr(settings.account_server())


@pytest.mark.parametrize(
    ("url", "taken"),
    [
        ("https://a.example", "https://a.example"),
        ("https://A.example:443/v1/", "https://a.example/v1"),
        ("http://localhost:8273", "http://localhost:8273"),
        ("http://127.0.0.1:8273/", "http://127.0.0.1:8273"),
        ("http://[::1]:8273", "http://[::1]:8273"),
    ],
)
def test_an_address_that_is_taken(given: pytest.MonkeyPatch, url: str, taken: str) -> None:
    given.setenv("CASE72_ACCOUNTS_URL", url)
    assert Settings().account_server().url == taken


@pytest.mark.parametrize(
    "url",
    [
        "",
        "a.example",
        "http://a.example",
        "http://localhost.a.example",
        "http://localhost@a.example",
        "ftp://a.example",
        "https://",
        "https://user:pass@a.example",
        "https://a.example:port",
        "https://a.example?x=1",
        "https://a.example/v1?x=1",
        "https://a.example/#v1",
        "https://a.example/a b",
        "https://ä.example",
    ],
)
def test_an_address_that_is_refused(given: pytest.MonkeyPatch, url: str) -> None:
    given.setenv("CASE72_ACCOUNTS_URL", url)
    assert refusal().startswith("accounts_url")


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("MARKETPLACE", "https", "marketplace: "),
        ("ACCOUNTS_URL", None, "accounts_url: is required with marketplace=http"),
        ("ACCOUNTS_TOKEN", None, NONE),
        ("ACCOUNTS_TOKEN", "", "accounts_token: must be a token"),
        ("ACCOUNTS_TOKEN", "  ", "accounts_token: must be a token"),
        ("ACCOUNTS_TOKEN", f"{SECRET} {SECRET}", "accounts_token: must be a token"),
        ("ACCOUNTS_TOKEN", f"{SECRET}\r\nX: y", "accounts_token: must be a token"),
        ("ACCOUNTS_TOKEN", f"{SECRET}é", "accounts_token: must be a token"),
        ("ACCOUNTS_TOKEN_FILE", "/no/such/file", "accounts_token_file: "),
        ("ACCOUNTS_CERTIFICATE_FILE", "/no/such/file", "accounts_certificate_file: "),
        ("ACCOUNTS_KEY_FILE", str(ROOT / "README.md"), "accounts_certificate_file: is required"),
        ("ACCOUNTS_CERTIFICATE_FILE", str(ROOT / "README.md"), "accounts_certificate_file: must"),
        ("ACCOUNTS_CA_FILE", "/no/such/file", "accounts_ca_file: "),
        ("ACCOUNTS_CA_FILE", str(ROOT / "README.md"), "accounts_ca_file: must hold certificates"),
        ("TELEPHONE", None, "telephone: required with marketplace=http, which deactivates real"),
        ("MAIL", None, "mail: required with marketplace=http, which deactivates real"),
        ("ACCOUNTS_TIMEOUT_SECONDS", "0", "accounts_timeout_seconds: "),
        ("ACCOUNTS_TIMEOUT_SECONDS", "16", "accounts_timeout_seconds: "),
        ("ACCOUNTS_TIMEOUT_SECONDS", "nan", "accounts_timeout_seconds: "),
    ],
)
def test_what_is_no_use_is_named_and_not_quoted(
    given: pytest.MonkeyPatch, name: str, value: str | None, told: str
) -> None:
    if value is None:
        given.delenv(f"CASE72_{name}")
    else:
        given.setenv(f"CASE72_{name}", value)
    assert refusal().startswith(told)


def test_a_certificate_is_shown_over_https_only(given: pytest.MonkeyPatch, tmp_path: Path) -> None:
    made = certificates(tmp_path)
    given.setenv("CASE72_ACCOUNTS_CERTIFICATE_FILE", str(made.good_file))
    given.delenv("CASE72_ACCOUNTS_TOKEN")
    assert Settings().account_server().token is None
    given.setenv("CASE72_ACCOUNTS_URL", "http://localhost")
    assert refusal() == "accounts_url: must be https with a certificate"


@pytest.mark.parametrize("content", [b"", b"\n", b"two words", b"\x00", b"caf\xc3\xa9"])
def test_a_file_without_a_token_is_refused(
    given: pytest.MonkeyPatch, tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "token"
    file.write_bytes(content)
    given.delenv("CASE72_ACCOUNTS_TOKEN")
    given.setenv("CASE72_ACCOUNTS_TOKEN_FILE", str(file))
    assert refusal().startswith("accounts_token_file: must be a token")


def test_a_token_is_given_once(given: pytest.MonkeyPatch) -> None:
    given.setenv("CASE72_ACCOUNTS_TOKEN_FILE", str(ROOT / "README.md"))
    assert refusal() == "accounts_token, accounts_token_file: give one of them"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_that_we_may_not_read_is_named(given: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.touch(mode=0)
    given.delenv("CASE72_ACCOUNTS_TOKEN")
    given.setenv("CASE72_ACCOUNTS_TOKEN_FILE", str(file))
    assert refusal() == "accounts_token_file: cannot be read: Permission denied"


async def test_a_token_that_is_exchanged_is_used_at_once(
    given: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "token"
    file.write_text("old")
    given.delenv("CASE72_ACCOUNTS_TOKEN")
    given.setenv("CASE72_ACCOUNTS_TOKEN_FILE", str(file))
    async with disturbed() as service:
        given.setenv("CASE72_ACCOUNTS_URL", service.url)
        accounts = accounts_of(Settings())
        with pytest.raises(ProviderFailed, match="401"):
            await accounts.is_active("US", SELLER)
        file.write_text("example\n")
        assert await accounts.is_active("US", SELLER)
        file.unlink()
        with pytest.raises(ProviderFailed, match="TOKEN_FILE cannot be read"):
            await accounts.is_active("US", SELLER)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"MARKETPLACE": "http"}, "accounts_url: is required"),
        (GIVEN | {"ACCOUNTS_URL": "http://a.example"}, "accounts_url: must be https"),
        (GIVEN | {"ACCOUNTS_CERTIFICATE_FILE": "/no/such"}, "accounts_certificate_file: "),
    ],
)
async def test_a_worker_with_one_says_so_and_exits_2(
    tmp_path: Path, settings: dict[str, str], told: str
) -> None:
    worker = (sys.executable, str(ROOT / "worker.py"))
    environment = {f"CASE72_{name}": value for name, value in settings.items()}
    code, _, err = await run(*worker, cwd=tmp_path, **environment)
    assert (code, err.count("\n")) == (2, 1), err
    assert err.startswith(f"settings (CASE72_*): {told}")
    assert SECRET not in err


def test_simulated_calls_do_not_step_in_where_accounts_are_real(
    given: pytest.MonkeyPatch,
) -> None:
    given.setenv("CASE72_TELEPHONE", "twilio,simulated")
    for name in ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"):
        given.setenv(f"CASE72_{name}", "AC" + "0" * 32)
    given.setenv("CASE72_TWILIO_FROM", "+12065550100")
    given.setenv("CASE72_DESK_PHONE", "+12065550101")
    assert refusal().startswith("telephone: leave simulated out with marketplace=http")
    given.setenv("CASE72_MARKETPLACE", "simulated")
    assert not Settings().reaches_nobody
