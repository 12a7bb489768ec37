"""Settings of the worker that are lists or addresses: what is taken, and what is refused."""

import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from domain.errors import explain
from runtime.settings import Settings
from tests.test_whole import ROOT, run

GOOD = [
    ("WEB_UI", "https://temporal.shop.example", "https://temporal.shop.example"),
    ("WEB_UI", "http://127.0.0.1:8233/ui", "http://127.0.0.1:8233/ui"),
    ("WARN_DAYS_BELOW", "", ()),
    ("WARN_DAYS_BELOW", " ", ()),
    ("WARN_DAYS_BELOW", "10, 7,7", (7, 10)),
    ("WARN_DAYS_BELOW", "1", (1,)),
    ("CALLED_REGIONS", "US", ("US",)),
    ("CALLED_REGIONS", "US, +44", ("US", "+44")),
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
    ("name", "given"),
    [("WEB_UI", "nowhere"), ("WARN_DAYS_BELOW", "11"), ("CALLED_REGIONS", "US,XX")],
)
async def test_a_worker_with_one_says_so_and_exits_2(tmp_path: Path, name: str, given: str) -> None:
    worker = (sys.executable, str(ROOT / "worker.py"))
    code, _, err = await run(*worker, cwd=tmp_path, **{f"CASE72_{name}": given})
    assert code == 2
    assert name.lower() in err.lower()
    assert "Traceback" not in err
