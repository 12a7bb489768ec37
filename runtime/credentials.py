"""What a program shows Temporal to be let in: an API key, and a certificate with its key."""

import base64
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pydantic_settings import BaseSettings, SettingsConfigDict
from temporalio.service import TLSConfig

from runtime.secrets import secrets_in

KEY_FILE = "CASE72_TEMPORAL_API_KEY_FILE"


class BadConnection(ValueError):
    """The environment's settings of the connection are bad. The message says which."""


class NotValidNow(BadConnection):
    """The client certificate has expired, is not valid yet, or does not belong to its key.

    No setting has to be changed: the certificate is to be renewed, or somebody has replaced only
    one of its two files so far. So a program that ends because of it is to be started again.
    """


class AccessSettings(BaseSettings):
    """What Temporal's own settings have no name for: the key may expire, so it is read again."""

    model_config = SettingsConfigDict(env_prefix="CASE72_", env_ignore_empty=True)

    temporal_api_key_file: Path | None = None


def api_key_in_file() -> str | None:
    """Return the API key in the file that the setting names; None if it names none.

    Raises:
        ValueError: the file holds no API key. The message names the setting.
    """
    file = AccessSettings().temporal_api_key_file
    if file is None:
        return None
    keys = secrets_in(file, KEY_FILE)
    if len(keys) != 1 or not keys[0].isascii() or len(keys[0].split()) != 1:
        raise ValueError(f"{KEY_FILE}: must hold one API key, and nothing else")
    return keys[0]


def why_refused(api_key: object) -> str:
    """Return why Temporal refuses us, as far as the API key shows it. Temporal gives no reason."""
    if not isinstance(api_key, str):
        return "there is no API key"
    expires = _moment(api_key, "exp")
    if expires is not None and expires <= datetime.now(UTC):
        return f"the API key expired on {expires:%Y-%m-%d %H:%M} UTC"
    return "the API key lacks the right, or Temporal does not know who signed it"


@dataclass(frozen=True)
class Credential:
    """An API key or a certificate that we show Temporal, and that expires."""

    name: str
    expires: datetime
    issued: datetime | None

    @property
    def renew_by(self) -> datetime:
        """When it ought to have been renewed: a week before it expires.

        One with a short life ought to have been renewed after three quarters of it.
        """
        margin = timedelta(days=7)
        if self.issued is not None:
            margin = min(margin, (self.expires - self.issued) / 4)
        return self.expires - margin


def credentials(api_key: object, tls: object) -> list[Credential]:
    """Return those of a connection of which it is known when they expire."""
    found = []
    if isinstance(api_key, str) and (expires := _moment(api_key, "exp")):
        found.append(Credential("API key", expires, _moment(api_key, "iat")))
    if isinstance(tls, TLSConfig) and tls.client_cert is not None:
        shown = _certificate(tls.client_cert, "the client certificate")
        since, until = shown.not_valid_before_utc, shown.not_valid_after_utc
        found.append(Credential("client certificate", until, since))
    return found


def _moment(api_key: str, claim: str) -> datetime | None:
    try:
        payload = api_key.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return datetime.fromtimestamp(claims[claim], UTC)
    except (IndexError, KeyError, TypeError, ValueError, OverflowError, OSError):
        return None  # it is no JWT, or one without this claim


def check_certificates(tls: TLSConfig) -> None:
    """Check what can be checked without a connection.

    Raises:
        NotValidNow: the files are well formed, and cannot be used as they are now.
        ValueError: a certificate or its key can never be used. The message says which, and why.
    """
    if tls.server_root_ca_cert is not None:
        _certificate(tls.server_root_ca_cert, "the certificate of the server's CA")
    if tls.client_cert is None and tls.client_private_key is None:
        return
    if tls.client_cert is None or tls.client_private_key is None:
        raise ValueError("the client certificate and its key are needed together")
    certificate = _certificate(tls.client_cert, "the client certificate")
    try:
        key = load_pem_private_key(tls.client_private_key, None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ValueError("the client key is not one in PEM without a password") from None
    if key.public_key() != certificate.public_key():
        raise NotValidNow("the client certificate and the client key do not belong together")
    now, until = datetime.now(UTC), certificate.not_valid_after_utc
    if now > until:
        raise NotValidNow(f"the client certificate expired on {until:%Y-%m-%d %H:%M} UTC")
    if now < (since := certificate.not_valid_before_utc):
        raise NotValidNow(f"the client certificate is valid only from {since:%Y-%m-%d %H:%M} UTC")


def _certificate(pem: bytes, what: str) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificates(pem)[0]
    except ValueError:
        raise ValueError(f"{what} is not one in PEM") from None
