"""What a program shows Temporal to be let in: an API key, and a certificate with its key."""

import base64
import json
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pydantic_settings import BaseSettings, SettingsConfigDict
from temporalio.service import TLSConfig

from runtime.secrets import secrets_in

KEY_FILE = "CASE72_TEMPORAL_API_KEY_FILE"


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
    expiry = _expiry_of(api_key)
    if expiry is not None and expiry <= datetime.now(UTC):
        return f"the API key expired on {expiry:%Y-%m-%d %H:%M} UTC"
    return "the API key lacks the right, or Temporal does not know who signed it"


def _expiry_of(api_key: str) -> datetime | None:
    try:
        payload = api_key.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return datetime.fromtimestamp(claims["exp"], UTC)
    except (IndexError, KeyError, TypeError, ValueError, OverflowError, OSError):
        return None  # it is no JWT, or one without this claim


def check_certificates(tls: TLSConfig) -> None:
    """Check what can be checked without a connection.

    Raises:
        ValueError: a certificate or its key cannot be used. The message says which, and why.
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
        raise ValueError("the client certificate and the client key do not belong together")
    now, until = datetime.now(UTC), certificate.not_valid_after_utc
    if now > until:
        raise ValueError(f"the client certificate expired on {until:%Y-%m-%d %H:%M} UTC")
    if now < (since := certificate.not_valid_before_utc):
        raise ValueError(f"the client certificate is valid only from {since:%Y-%m-%d %H:%M} UTC")


def _certificate(pem: bytes, what: str) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificates(pem)[0]
    except ValueError:
        raise ValueError(f"{what} is not one in PEM") from None
