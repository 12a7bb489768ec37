"""Settings of the worker that are lists or addresses: what is taken, and what is refused."""

import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from domain.shared.errors import explain
from runtime.page_settings import PageSettings, check_ways
from runtime.settings import Settings
from tests.test_whole import ROOT, run, service

GOOD = [
    ("WEB_UI", "https://temporal.shop.example", "https://temporal.shop.example"),
    ("WEB_UI", "http://127.0.0.1:8233/ui", "http://127.0.0.1:8233/ui"),
    ("WARN_DAYS_BELOW", "", ()),
    ("WARN_DAYS_BELOW", " ", ()),
    ("WARN_DAYS_BELOW", "10, 7,7", (7, 10)),
    ("WARN_DAYS_BELOW", "1", (1,)),
    ("CALLED_REGIONS", "US", ("US",)),
    ("CALLED_REGIONS", "US, +44", ("US", "+44")),
    ("CALL_DISTANCE_SECONDS", "0", 0),
    ("PAUSE_AFTER_CONTACT_SECONDS", "0", 0),
]
BAD = [
    ("WEB_UI", "temporal.shop.example"),
    ("WEB_UI", ""),
    ("WEB_UI", "ftp://temporal.shop.example"),
    ("WEB_UI", "https://temporal.shop.example?a=1"),
    ("WEB_UI", "https://temporal.shop.example:port"),
    ("WARN_DAYS_BELOW", "0"),
    ("WARN_DAYS_BELOW", "11"),
    ("WARN_DAYS_BELOW", "seven"),
    ("WARN_DAYS_BELOW", "7,,10"),
    *((name, f"/{'x' * 300}") for name in ("TEMPLATES", "SMTP_CA_FILE", "SMTP_TOKEN_FILE")),
    ("CALLED_REGIONS", ""),
    ("CALLED_REGIONS", "us"),
    ("CALLED_REGIONS", "US,"),
    ("CALLED_REGIONS", "44"),
    ("CALL_DISTANCE_SECONDS", "-1"),
    ("CALL_DISTANCE_SECONDS", "3601"),
    ("PAUSE_AFTER_CONTACT_SECONDS", "-1"),
    ("PAUSE_AFTER_CONTACT_SECONDS", "86401"),
]


@pytest.mark.parametrize(("name", "given", "taken"), GOOD)
def test_what_is_taken(
    monkeypatch: pytest.MonkeyPatch, name: str, given: str, taken: object
) -> None:
    monkeypatch.setenv(f"CASE72_{name}", given)
    assert getattr(Settings(), name.lower()) == taken


@pytest.mark.parametrize(("name", "given"), BAD)
def test_what_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, name: str, given: str) -> None:
    monkeypatch.setenv(f"CASE72_{name}", given)
    with pytest.raises(ValidationError) as refused:
        Settings()
    assert explain(refused.value).startswith(name.lower())


@pytest.mark.parametrize(
    ("name", "given", "such_as"),
    [
        ("SILENCE_HELD_UNTIL", "tomorrow", "2026-12-01T08:00:00Z"),
        ("SILENCE_HELD_UNTIL", "2026-12-01T08:00:00", "2026-12-01T08:00:00Z"),
        ("TIME_ZONES_CHECKED", "today", "2026-12-01"),
        ("LEAST_WINDOW", "24h", "PT24H"),
    ],
)
def test_a_refusal_of_a_time_shows_one_that_is_taken(
    monkeypatch: pytest.MonkeyPatch, name: str, given: str, such_as: str
) -> None:
    monkeypatch.setenv(f"CASE72_{name}", given)
    with pytest.raises(ValidationError) as refused:
        Settings()
    assert explain(refused.value).endswith(f", such as {such_as}")
    monkeypatch.setenv(f"CASE72_{name}", such_as)
    Settings()


@pytest.mark.parametrize(
    ("name", "given"),
    [("WEB_UI", "nowhere"), ("WARN_DAYS_BELOW", "11"), ("CALLED_REGIONS", "US,XX")],
)
async def test_a_worker_with_one_says_so_and_exits_2(tmp_path: Path, name: str, given: str) -> None:
    worker = (sys.executable, str(ROOT / "worker.py"))
    code, _, err = await run(*worker, cwd=tmp_path, **{f"CASE72_{name}": given})
    assert code == 2
    assert name.lower() in err.lower()
    assert "Traceback" not in err


SECRET = "a-secret-of-forty-characters-for-tests-1"
SMTP = {"CASE72_MAIL": "smtp", "CASE72_SMTP_HOST": "127.0.0.1"}
URL = {"CASE72_PAGE_URL": "https://health.shop.example"}
SECRETS = {"CASE72_PAGE_SECRETS": SECRET}
PHONE = {"CASE72_DESK_PHONE": "+12065550199"}
# Nobody listens there: a worker that finds nothing wrong in its settings ends with 1.
NOBODY = {"TEMPORAL_ADDRESS": "127.0.0.1:1"}


@pytest.mark.parametrize(
    ("settings", "names"),
    [
        (URL, "CASE72_PAGE_SECRETS or CASE72_PAGE_SECRETS_FILE: is required"),
        (URL | PHONE | SMTP, "CASE72_PAGE_SECRETS or CASE72_PAGE_SECRETS_FILE: is required"),
        (SECRETS, "CASE72_PAGE_URL: is required"),
        (SECRETS | PHONE, "CASE72_PAGE_URL: is required"),
        (SMTP, "CASE72_PAGE_URL with its secrets, or CASE72_DESK_PHONE: is required"),
        ({"CASE72_REQUIRE_VERIFIED_NUMBER": "true"}, "CASE72_REQUIRE_VERIFIED_NUMBER: needs"),
    ],
)
async def test_a_worker_whose_emails_would_name_no_way_to_us_exits_2(
    tmp_path: Path, settings: dict[str, str], names: str
) -> None:
    worker = (sys.executable, str(ROOT / "worker.py"))
    code, _, err = await run(*worker, cwd=tmp_path, **NOBODY, **settings)
    assert (code, err.count("\n")) == (2, 1), err
    assert err.startswith(names)
    assert SECRET not in err


WAYS: list[dict[str, str]] = [{}, PHONE, SMTP | PHONE, URL | SECRETS, SMTP | URL | SECRETS]


@pytest.mark.parametrize("settings", WAYS)
def test_one_way_to_us_is_enough(monkeypatch: pytest.MonkeyPatch, settings: dict[str, str]) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    check_ways(PageSettings(), Settings())


async def test_the_worker_for_development_has_a_page_of_its_own(tmp_path: Path) -> None:
    async with service(tmp_path, CASE72_PAGE_SECRETS=SECRET, **SMTP) as (_, lines):
        assert lines[-1]["event"] == "serving"


async def test_secrets_are_read_from_a_folder_as_kubernetes_mounts_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Kubernetes swaps the folder behind the links when a secret changes.
    (tmp_path / "..2026").mkdir()
    (tmp_path / "..data").symlink_to("..2026")
    secrets = {
        "CASE72_SMTP_PASSWORD": "open-sesame",
        "CASE72_PAGE_SECRETS": f"{'a' * 40},{'b' * 40}",
    }
    for name, value in secrets.items():
        (tmp_path / "..2026" / name).write_text(f"{value}\n")
        (tmp_path / name).symlink_to(f"..data/{name}")
    monkeypatch.setenv("CASE72_SECRETS_FOLDER", str(tmp_path))
    password = Settings().smtp_password
    assert password is not None
    assert password.get_secret_value() == "open-sesame"
    assert PageSettings().keys == ("a" * 40, "b" * 40)
    monkeypatch.setenv("CASE72_SMTP_PASSWORD", "the environment goes first")
    given = Settings().smtp_password
    assert given is not None
    assert given.get_secret_value() == "the environment goes first"


@pytest.mark.parametrize("command", [["worker.py"], ["-m", "desk"], ["client.py", "list"]])
@pytest.mark.parametrize("bad", ["missing", "binary"])
async def test_a_folder_of_secrets_that_cannot_be_used_is_named_and_exits_2(
    command: list[str], bad: str, tmp_path: Path
) -> None:
    folder = tmp_path / bad
    if bad == "binary":
        folder.mkdir()
        for name in ("CASE72_TWILIO_AUTH_TOKEN", "CASE72_ENCRYPTION_KEYS_FILE"):
            (folder / name).write_bytes(b"\xff\xfe\x00")
    code, _, err = await run(sys.executable, *command, cwd=ROOT, CASE72_SECRETS_FOLDER=str(folder))
    assert code == 2, err
    assert "secrets_folder" in err.lower()
    assert "Traceback" not in err
