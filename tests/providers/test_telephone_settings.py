"""What the telephone's settings are refused for, by name and before anything is served."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from domain.shared.errors import explain
from page.__main__ import telephone_routes
from providers.simulated.texts import SimulatedTexts
from providers.twilio.callbacks import PATH
from providers.twilio.incoming_calls import ANSWERED, ENDED, INCOMING, TYPED
from providers.twilio.texts import TwilioTexts
from runtime.connection import connect
from runtime.providers import incoming_of, providers_of, telephone_of, texts_of
from runtime.settings import Settings
from tests.page.site import TLS_URL, settings_of
from tests.providers.twilio_calls import DESK, OURS, SID, TOKEN
from tests.test_whole import ROOT

GIVEN = {
    "CASE72_TELEPHONE": "twilio",
    "CASE72_TWILIO_ACCOUNT_SID": SID,
    "CASE72_TWILIO_AUTH_TOKEN": TOKEN,
    "CASE72_TWILIO_FROM": OURS,
    "CASE72_DESK_PHONE": DESK,
}


@pytest.fixture(autouse=True)
def state(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CASE72_STATE", str(tmp_path))


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in GIVEN.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_the_telephone_is_simulated_by_default() -> None:
    assert telephone_of(Settings()).names == ["simulated"]


@pytest.mark.usefixtures("given")
def test_twilio_takes_an_account_two_numbers_and_a_token_that_is_not_shown() -> None:
    settings = Settings()
    assert telephone_of(settings).names == ["twilio"]
    assert TOKEN not in repr(settings)


def test_a_list_is_an_order_of_preference(given: pytest.MonkeyPatch) -> None:
    given.setenv("CASE72_TELEPHONE", "twilio, simulated")
    assert Settings().telephone == ("twilio", "simulated")
    assert telephone_of(Settings()).names == ["twilio", "simulated"]


def test_which_countries_are_called_is_a_list_and_all_by_default(
    given: pytest.MonkeyPatch,
) -> None:
    assert Settings().called_regions == ()
    given.setenv("CASE72_CALLED_REGIONS", "US, CA,+44")
    assert Settings().called_regions == ("US", "CA", "+44")


@pytest.mark.parametrize("name", list(GIVEN)[1:])
def test_one_that_is_missing_is_named(given: pytest.MonkeyPatch, name: str) -> None:
    given.delenv(name)
    with pytest.raises(ValidationError) as refusal:
        Settings()
    lacking = f"{name.removeprefix('CASE72_').lower()}: required with telephone=twilio"
    assert explain(refusal.value) == lacking


@pytest.mark.parametrize(
    ("name", "value", "field"),
    [
        ("CASE72_TELEPHONE", "", "telephone"),
        ("CASE72_DESK_PHONE", OURS, "desk_phone"),
        ("CASE72_TWILIO_BASE_URL", "https://api.twilio.com:abc", "twilio_base_url"),
        ("CASE72_TELEPHONE", "twilio,carrier-pigeon", "telephone"),
        ("CASE72_TELEPHONE", "twilio,twilio", "telephone"),
        ("CASE72_TWILIO_ACCOUNT_SID", TOKEN, "twilio_account_sid"),
        ("CASE72_TWILIO_FROM", "2065550199", "twilio_from"),
        ("CASE72_DESK_PHONE", "+1 206 555 0198", "desk_phone"),
        ("CASE72_TWILIO_BASE_URL", "http://api.twilio.example", "twilio_base_url"),
        ("CASE72_TWILIO_BASE_URL", "api.twilio.com", "twilio_base_url"),
        ("CASE72_TWILIO_JOIN_URL", "http://handler.twilio.com/twiml/EH1", "twilio_join_url"),
        ("CASE72_CALLED_REGIONS", "", "called_regions: nothing is neither a region"),
        ("CASE72_CALLED_REGIONS", "US,XX", "called_regions: XX is neither a region"),
        ("CASE72_CALLED_REGIONS", "US,+881", "called_regions: +881 is neither a region"),
    ],
)
def test_what_is_no_use_is_named_and_not_quoted(
    given: pytest.MonkeyPatch, name: str, value: str, field: str
) -> None:
    given.setenv(name, value)
    with pytest.raises(ValidationError) as refusal:
        Settings()
    told = explain(refusal.value)
    assert told.startswith(field)
    assert TOKEN not in told
    assert TOKEN not in str(refusal.value)


async def test_our_number_is_called_back_only_where_that_is_set(given: pytest.MonkeyPatch) -> None:
    assert incoming_of(Settings(), TLS_URL) is None
    given.setenv("CASE72_TWILIO_INCOMING", "true")
    calls = incoming_of(Settings(), TLS_URL)
    assert calls is not None
    assert calls.url == TLS_URL
    missing = "CASE72_TWILIO_INCOMING: needs CASE72_PAGE_URL"
    with pytest.raises(ValueError, match=missing):
        incoming_of(Settings(), None)
    with pytest.raises(ValueError, match=missing):
        providers_of(Settings(), await connect("127.0.0.1:1", lazy=True))
    given.setenv("CASE72_TELEPHONE", "simulated")
    assert incoming_of(Settings(), TLS_URL) is None


@pytest.mark.usefixtures("given")
@pytest.mark.parametrize("setting", ["CASE72_TWILIO_INCOMING", "CASE72_TWILIO_CALLBACKS"])
async def test_the_page_serves_what_is_set_and_nothing_else(
    given: pytest.MonkeyPatch, setting: str
) -> None:
    paths = {
        "CASE72_TWILIO_CALLBACKS": [PATH],
        "CASE72_TWILIO_INCOMING": [INCOMING, TYPED, ANSWERED, ENDED],
    }
    given.setenv(setting, "true")
    client = await connect("127.0.0.1:1", lazy=True)
    routes = telephone_routes(client, Settings(), settings_of(TLS_URL))
    assert [route.path for route in routes] == paths[setting]


def test_a_worker_without_them_does_not_start(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "CASE72_TELEPHONE": "twilio"}
    done = subprocess.run(
        [sys.executable, str(ROOT / "worker.py")],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert "twilio_auth_token" in done.stderr


def test_texts_are_off_unless_they_are_set_up(given: pytest.MonkeyPatch) -> None:
    assert texts_of(Settings()) is None
    given.setenv("CASE72_TEXTS", "simulated")
    assert isinstance(texts_of(Settings()), SimulatedTexts)
    given.setenv("CASE72_TEXTS", "twilio")
    with pytest.raises(ValidationError) as refusal:
        Settings()
    assert explain(refusal.value) == "twilio_text_sender: required with texts=twilio"
    for sender in (OURS, "MG" + "7a" * 16):
        given.setenv("CASE72_TWILIO_TEXT_SENDER", sender)
        assert isinstance(texts_of(Settings()), TwilioTexts)
    given.setenv("CASE72_TWILIO_TEXT_SENDER", "SHOP")
    with pytest.raises(ValidationError):
        Settings()


def test_texts_at_twilio_need_no_calls_there(given: pytest.MonkeyPatch) -> None:
    given.setenv("CASE72_TELEPHONE", "simulated")
    given.setenv("CASE72_TEXTS", "twilio")
    given.setenv("CASE72_TWILIO_TEXT_SENDER", OURS)
    assert Settings().sends_texts
    given.setenv("CASE72_TWILIO_BASE_URL", "http://api.twilio.example")
    with pytest.raises(ValidationError) as refusal:
        Settings()
    assert explain(refusal.value).startswith("twilio_base_url: must be https")
