"""Signed addresses to which answers to our e-mails come back (docs/inbound-mail.md).

`reply@in.shop.example` becomes `reply+TOKEN@in.shop.example`. The token says which e-mail it was,
so an answer finds its case whatever its From and its subject say. Nobody can make a token up.
"""

import base64
import hmac
import re
import struct
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_FORM = ">16sH"
"""The run id and the number of the e-mail."""
_PROOF_BYTES = 8
_TOKEN_LENGTH = 42
_RUN_LENGTH = 25
"""How many characters of a token depend on the run id alone."""
_PURPOSE = b"case72.mail\0"
LONGEST_LOCAL_PART = 64 - _TOKEN_LENGTH - len("+")
"""What a mail server allows before the `@`, without plus sign and token."""


@dataclass(frozen=True)
class SentEmail:
    """An e-mail of ours."""

    run_id: str
    """The first run of the case or the enrollment (`domain.shared.names.reference`)."""
    number: int
    """The number of the attempt or of the letter."""


class ReplyAddresses:
    """Makes and reads the addresses.

    Args:
        address: the mailbox, such as `reply@in.shop.example`.
        secrets: the first signs, and each verifies.
    """

    def __init__(self, address: str, secrets: Sequence[str]) -> None:
        self._local_part, _, self._domain = address.rpartition("@")
        self._secrets = [secret.encode() for secret in secrets]
        self._ours = re.compile(
            rf"{re.escape(self._local_part)}\+([a-z2-7]{{{_TOKEN_LENGTH}}})@{re.escape(self._domain)}",
            re.IGNORECASE,
        )

    def address(self, email: SentEmail) -> str:
        """Return the address for the answers to an e-mail.

        Raises:
            ValueError: the run id is not one of Temporal's.
        """
        data = struct.pack(_FORM, uuid.UUID(email.run_id).bytes, email.number)
        signed = data + _proof(self._secrets[0], data)
        token = base64.b32encode(signed).decode().rstrip("=").lower()
        return f"{self._local_part}+{token}@{self._domain}"

    def beginning_of(self, run_id: str) -> str:
        """Return what all addresses for the answers to the e-mails of a run begin with.

        Raises:
            ValueError: the run id is not one of Temporal's.
        """
        whole = base64.b32encode(uuid.UUID(run_id).bytes).decode().lower()
        return f"{self._local_part}+{whole[:_RUN_LENGTH]}"

    def find(self, addresses: Iterable[str]) -> list[SentEmail]:
        """Return the e-mails that the valid ones of these addresses are for, one of each run."""
        found: dict[str, SentEmail] = {}
        for address in addresses:
            ours = self._ours.fullmatch(address.strip())
            email = self._read(ours[1]) if ours else None
            if email is not None:
                found.setdefault(email.run_id, email)
        return list(found.values())

    def _read(self, token: str) -> SentEmail | None:
        padded = token.upper() + "=" * (-len(token) % 8)
        signed = base64.b32decode(padded)
        data, proof = signed[:-_PROOF_BYTES], signed[-_PROOF_BYTES:]
        if not any(hmac.compare_digest(_proof(secret, data), proof) for secret in self._secrets):
            return None
        run, number = struct.unpack(_FORM, data)
        return SentEmail(str(uuid.UUID(bytes=run)), number)


def _proof(secret: bytes, data: bytes) -> bytes:
    return hmac.digest(secret, _PURPOSE + data, "sha256")[:_PROOF_BYTES]
