"""Encrypts what Temporal stores, with keys from a file (docs/encryption.md)."""

import base64
import binascii
import os
import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic_settings import SettingsConfigDict
from temporalio.api.common.v1 import Payload
from temporalio.converter import DataConverter, PayloadCodec

from domain.shared.errors import explain
from runtime.existing_paths import ExistingFile
from runtime.from_environment import FromEnvironment
from workflows.shared.payloads import (
    DATA_CONVERTER,
    ENCRYPTED,
    WHY_UNREADABLE,
    EncodedFailureConverter,
)

_SETTING = "CASE72_ENCRYPTION_KEYS_FILE"
_ENCODING, _KEY_ID = "encoding", "encryption-key-id"
_KEY_BYTES = 32
_NONCE_BYTES = 12
_ID = re.compile(r"[A-Za-z0-9._-]{1,32}")


class BadKeys(ValueError):
    """The keys are bad. The message names the setting and the line, and never quotes a key."""


@dataclass(frozen=True)
class Key:
    """A key. Its id is stored beside what it encrypted."""

    id: str
    cipher: AESGCM


class Codec(PayloadCodec):
    """AES-256-GCM. The first key encrypts; each key decrypts the payloads with its id.

    A payload without an id was written before encryption was switched on, and is read as it is.
    A payload that cannot be decrypted is passed on with the reason. The payload converter decides
    what to do with it (workflows/shared/payloads.py).
    """

    def __init__(self, keys: Sequence[Key]) -> None:
        self._encrypts = keys[0]
        self._keys = {key.id: key.cipher for key in keys}

    @property
    def encrypts_with(self) -> str:
        """Return the id of the key that encrypts."""
        return self._encrypts.id

    async def encode(self, payloads: Iterable[Payload]) -> list[Payload]:
        """Encrypt each payload, including its metadata."""
        return [self._encrypted(payload) for payload in payloads]

    async def decode(self, payloads: Iterable[Payload]) -> list[Payload]:
        """Decrypt each encrypted payload."""
        return [self._decrypted(payload) for payload in payloads]

    def _encrypted(self, payload: Payload) -> Payload:
        key = self._encrypts
        nonce = os.urandom(_NONCE_BYTES)
        data = nonce + key.cipher.encrypt(nonce, payload.SerializeToString(), _bound_to(key.id))
        metadata = {_ENCODING: ENCRYPTED.encode(), _KEY_ID: key.id.encode()}
        return Payload(metadata=metadata, data=data)

    def _decrypted(self, payload: Payload) -> Payload:
        if payload.metadata.get(_ENCODING) != ENCRYPTED.encode():
            return payload
        key_id = payload.metadata.get(_KEY_ID, b"").decode(errors="replace")
        if not _ID.fullmatch(key_id):  # do not quote an id that is not ours
            return _unreadable(payload, "it is encrypted, but not by case72")
        if key_id not in self._keys:
            return _unreadable(payload, f"it needs the key {key_id}, which is not in {_SETTING}")
        nonce, sealed = payload.data[:_NONCE_BYTES], payload.data[_NONCE_BYTES:]
        try:
            plain = self._keys[key_id].decrypt(nonce, sealed, _bound_to(key_id))
        except (InvalidTag, ValueError):  # ValueError if the data is cut short
            return _unreadable(payload, f"it was changed, or another key has the id {key_id} here")
        return Payload.FromString(plain)


def _bound_to(key_id: str) -> bytes:
    """Return the associated data. It is authenticated, so key id and encoding cannot be changed."""
    return f"{ENCRYPTED} {key_id}".encode()


def _unreadable(payload: Payload, reason: str) -> Payload:
    marked = Payload()
    marked.CopyFrom(payload)
    marked.metadata[WHY_UNREADABLE] = reason.encode()
    return marked


class EncryptionSettings(FromEnvironment):
    model_config = SettingsConfigDict(env_prefix="CASE72_", hide_input_in_errors=True)

    encryption_keys_file: ExistingFile | None = None


def codec_of_environment() -> Codec | None:
    """Return the codec for the keys in the setting; None if the setting is empty.

    Raises:
        BadKeys: the setting or its file is bad.
    """
    try:
        file = EncryptionSettings().encryption_keys_file
    except ValueError as error:
        raise BadKeys(f"settings (CASE72_*): {explain(error)}") from None
    if file is None:
        return None
    try:
        lines = file.read_text("ascii").splitlines()
    except OSError as error:
        raise BadKeys(f"{_SETTING}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise BadKeys(f"{_SETTING}: is not text in UTF-8; give ID:BASE64 in each line") from None
    return Codec(keys_of(lines))


def keys_of(lines: Iterable[str]) -> list[Key]:
    """Read the keys, one `ID:BASE64` a line. Skip empty lines and lines that begin with #.

    Raises:
        BadKeys: a key is bad, two have the same id, or there is none.
    """
    keys: dict[str, Key] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        where = f"{_SETTING}: line {number}"
        key_id, _, secret = line.strip().partition(":")
        if not secret or not _ID.fullmatch(key_id):
            raise BadKeys(
                f"{where}: must be ID:BASE64, the id of up to 32 letters, digits, . _ or -"
            )
        if key_id in keys:
            raise BadKeys(f"{where}: an earlier key has the same id; give each key its own")
        try:
            raw = base64.b64decode(secret, validate=True)
        except binascii.Error:
            raise BadKeys(f"{where}: the text after the id is not base64; {_MAKE_ONE}") from None
        if len(raw) != _KEY_BYTES:
            raise BadKeys(f"{where}: the key must have {_KEY_BYTES} bytes; {_MAKE_ONE}")
        keys[key_id] = Key(key_id, AESGCM(raw))
    if not keys:
        raise BadKeys(f"{_SETTING}: the file holds no key; {_MAKE_ONE}")
    return list(keys.values())


_MAKE_ONE = "make one with `python client.py keys new`"


def new_key() -> str:
    """Make a line for the file of keys. The id begins with the date."""
    key_id = f"{datetime.now(UTC):%Y-%m-%d}-{secrets.token_hex(2)}"
    return f"{key_id}:{base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode()}"


def data_converter() -> DataConverter:
    """Return the data converter that every connection to Temporal uses.

    Raises:
        BadKeys: the keys are bad.
    """
    codec = codec_of_environment()
    if codec is None:
        return DATA_CONVERTER
    return replace(
        DATA_CONVERTER, payload_codec=codec, failure_converter_class=EncodedFailureConverter
    )
