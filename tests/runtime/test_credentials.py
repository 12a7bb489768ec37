"""What a program shows Temporal to be let in: what is wrong with it is said before it is used."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey
from temporalio.service import TLSConfig

from runtime.connection import environment
from runtime.credentials import (
    KEY_FILE,
    BadConnection,
    Credential,
    NotValidNow,
    credentials,
    why_refused,
)
from tests.certificates import certificates


def test_the_api_key_of_the_file_is_used_with_tls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "api-key"
    monkeypatch.setenv(KEY_FILE, str(file))
    for key in ("a.b.c", "d.e.f"):  # it is read each time
        file.write_text(f"{key}\n")
        assert environment()["api_key"] == key
    assert environment()["tls"] is True


@pytest.mark.parametrize("content", ["", "two keys", "one\ntwo", "k\u00e9y"])
def test_a_file_that_holds_no_api_key_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str
) -> None:
    file = tmp_path / "api-key"
    file.write_text(content, "utf-8")
    monkeypatch.setenv(KEY_FILE, str(file))
    with pytest.raises(BadConnection, match=f"{KEY_FILE}: must hold one API key"):
        environment()


def test_two_api_keys_are_one_too_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "api-key"
    file.write_text("a.b.c")
    monkeypatch.setenv(KEY_FILE, str(file))
    monkeypatch.setenv("TEMPORAL_API_KEY", "d.e.f")
    with pytest.raises(BadConnection, match=f"TEMPORAL_API_KEY and {KEY_FILE} are set"):
        environment()


@pytest.fixture
def shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Path, Path], object]:
    """Has the environment name a certificate and a key, and says what they are read as."""

    def show(certificate: Path, key: Path) -> object:
        monkeypatch.setenv("TEMPORAL_TLS", "true")
        monkeypatch.setenv("TEMPORAL_TLS_CLIENT_CERT_PATH", str(certificate))
        monkeypatch.setenv("TEMPORAL_TLS_CLIENT_KEY_PATH", str(key))
        return environment()["tls"]

    return show


def test_a_certificate_and_its_key_are_used(
    tmp_path: Path, shown: Callable[[Path, Path], object]
) -> None:
    good = certificates(tmp_path).good_file
    tls = shown(good, good)
    assert isinstance(tls, TLSConfig)
    assert tls.client_cert == good.read_bytes()


def test_a_certificate_with_the_key_of_another_is_refused(
    tmp_path: Path, shown: Callable[[Path, Path], object]
) -> None:
    made = certificates(tmp_path)
    with pytest.raises(NotValidNow, match="do not belong together"):
        shown(made.good_file, made.self_signed_file)


def test_it_is_said_that_an_api_key_has_expired() -> None:
    key = ECKey.generate_key("P-256")

    def api_key(expires: datetime) -> str:
        return jwt.encode({"alg": "ES256"}, {"exp": int(expires.timestamp())}, key)

    past, now = datetime(2026, 1, 2, 3, 4, tzinfo=UTC), datetime.now(UTC)
    assert why_refused(api_key(past)) == "the API key expired on 2026-01-02 03:04 UTC"
    for other in (
        api_key(now + timedelta(hours=1)),
        "no JWT",
        "a.b.c",
        jwt.encode({"alg": "ES256"}, {}, key),
    ):
        assert why_refused(other).startswith("the API key lacks the right")
    assert why_refused(None) == "there is no API key"


@pytest.mark.parametrize(
    ("life", "before"),
    [
        (timedelta(days=365), timedelta(days=7)),
        (timedelta(days=30), timedelta(days=7)),
        (timedelta(days=2), timedelta(hours=12)),
        (None, timedelta(days=7)),
    ],
)
def test_it_is_to_be_renewed_a_week_before_it_expires_or_after_three_quarters_of_its_life(
    life: timedelta | None, before: timedelta
) -> None:
    expires = datetime(2027, 5, 31, tzinfo=UTC)
    issued = None if life is None else expires - life
    assert Credential("API key", expires, issued).renew_by == expires - before


def test_it_is_known_when_api_key_and_certificate_expire(tmp_path: Path) -> None:
    issued, expires = datetime(2027, 5, 1, tzinfo=UTC), datetime(2027, 5, 31, tzinfo=UTC)
    claims = {"iat": int(issued.timestamp()), "exp": int(expires.timestamp())}
    api_key = jwt.encode({"alg": "ES256"}, claims, ECKey.generate_key("P-256"))
    good = certificates(tmp_path, good_for=timedelta(days=3)).good_file.read_bytes()
    key, certificate = credentials(api_key, TLSConfig(client_cert=good, client_private_key=good))
    assert key == Credential("API key", expires, issued)
    assert certificate.name == "client certificate"
    assert timedelta(days=2.9) < certificate.expires - datetime.now(UTC) <= timedelta(days=3)
    assert credentials("no JWT", True) == credentials(None, None) == []
