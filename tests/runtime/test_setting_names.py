"""A setting whose name is mistyped is refused, rather than left out without a word."""

import sys
from pathlib import Path

import pytest

from runtime.credentials import BadConnection
from runtime.setting_names import SETTING_NAMES, refuse_unknown_settings
from tests.test_whole import ROOT, run


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("CASE72_TELEPHON", "there is no such setting; did you mean CASE72_TELEPHONE?"),
        ("case72_mial", "there is no such setting; did you mean CASE72_MAIL?"),
        ("CASE72_QQQQ_XXXX_QQQQ_XXXX", "there is no such setting (docs/settings.md has all)"),
    ],
)
def test_an_unknown_name_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, told: str) -> None:
    monkeypatch.setenv(name, "twilio")
    with pytest.raises(BadConnection) as refused:
        refuse_unknown_settings()
    assert str(refused.value) == f"{name}: {told}"


def test_every_setting_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SETTING_NAMES:
        monkeypatch.setenv(name, "x")
    refuse_unknown_settings()


PROGRAMS = (
    ("worker.py",),
    ("-m", "page"),
    ("-m", "desk"),
    ("-m", "inbound"),
    ("client.py", "list"),
)


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: p[-1])
async def test_every_program_says_so_in_a_line_and_exits_2(
    program: tuple[str, ...], tmp_path: Path
) -> None:
    settings = {
        "CASE72_TELEPHON": "twilio",
        "CASE72_STATE": str(tmp_path),
        "CASE72_PAGE_URL": "http://localhost:8080",
        "CASE72_PAGE_SECRETS": "a" * 43,
        "CASE72_DESK_URL": "http://localhost:8082",
        "CASE72_DESK_SECRETS": "b" * 43,
        "CASE72_INBOUND_ADDRESS": "answers@shop.example",
        "CASE72_INBOUND_SECRETS": "c" * 43,
        "CASE72_INBOUND_IMAP_HOST": "127.0.0.1",
        "CASE72_INBOUND_IMAP_USERNAME": "answers",
        "CASE72_INBOUND_IMAP_PASSWORD": "password",
    }
    code, _, err = await run(sys.executable, *program, cwd=ROOT, **settings)
    assert (code, err.count("\n")) == (2, 1), err
    assert "CASE72_TELEPHON: there is no such setting; did you mean CASE72_TELEPHONE?" in err
