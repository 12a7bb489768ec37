"""The secrets of the hashes by which cases are found."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from domain.shared.account import Account
from runtime.finding_settings import FindSettings, of_this_machine, with_kept_secret
from tests.engine import account

SECRET, OLDER = "s" * 40, "o" * 40
WHO: Account = account("A")


def hashes(settings: FindSettings) -> tuple[str, ...]:
    found = settings.find_hashes()
    return found.of_account(WHO) if found else ()


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CASE72_FIND_SECRETS", "CASE72_FIND_SECRETS_FILE"):
        monkeypatch.delenv(name, raising=False)


def test_without_a_secret_there_are_no_hashes() -> None:
    assert hashes(FindSettings()) == ()


def test_a_secret_comes_from_the_environment_or_a_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "secrets").write_text(f"{SECRET}\n\n{OLDER}\n")
    from_file = FindSettings(find_secrets_file=tmp_path / "secrets")
    monkeypatch.setenv("CASE72_FIND_SECRETS", f"{SECRET}, {OLDER}")
    assert hashes(FindSettings()) == hashes(from_file) != ()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"short", "32 characters or more"),
        (b"\n \n", "holds no secret"),
        (b"\xff" * 40, "not text in UTF-8"),
    ],
)
def test_what_is_no_secret_is_refused_without_quoting_it(
    tmp_path: Path, content: bytes, says: str
) -> None:
    (tmp_path / "secrets").write_bytes(content)
    with pytest.raises(ValidationError, match=says) as refused:
        FindSettings(find_secrets_file=tmp_path / "secrets")
    assert "short" not in str(refused.value)


def test_both_at_once_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "secrets").write_text(SECRET)
    monkeypatch.setenv("CASE72_FIND_SECRETS", SECRET)
    with pytest.raises(ValidationError, match="give one of them"):
        FindSettings(find_secrets_file=tmp_path / "secrets")


def test_a_developer_has_a_secret_that_the_client_finds(tmp_path: Path) -> None:
    assert hashes(of_this_machine(FindSettings(), tmp_path)) == ()
    worker = with_kept_secret(FindSettings(), tmp_path)
    assert hashes(worker) == hashes(of_this_machine(FindSettings(), tmp_path)) != ()
    assert hashes(with_kept_secret(FindSettings(), tmp_path)) == hashes(worker)


def test_a_given_secret_stays(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CASE72_FIND_SECRETS", SECRET)
    given = FindSettings()
    assert with_kept_secret(given, tmp_path) == given
    assert not list(tmp_path.iterdir())
