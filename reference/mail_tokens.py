"""Signed addresses to which answers to our e-mails come back (docs/inbound-mail.md).

`reply@in.shop.example` becomes `reply+TOKEN@in.shop.example`. The token says which e-mail it was,
so an answer finds its case whatever its From and its subject say. It says whose account it is about
too, so the answer finds the account when the case is long gone. Nobody can make a token up.
"""

import base64
import hmac
import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from domain.shared.names import account_hash_of, run_id_of

_FORM = ">8s8sH"
"""The account, the run and the number of the e-mail."""
_PROOF_BYTES = 8
_TOKEN_LENGTH = 42
_RUN_BYTES = 8
_PURPOSE = b"case72.mail\0"
ADDRESSED_IN = ("Delivered-To", "X-Original-To", "Envelope-To", "To", "Cc")
"""The headers of an answer in which our address may stand."""
REFERS_IN = ("In-Reply-To", "References")
"""The headers in which an answer names what it answers."""
LONGEST_LOCAL_PART = 64 - _TOKEN_LENGTH - len("+")
"""What a mail server allows before the `@`, without plus sign and token."""


@dataclass(frozen=True)
class SentEmail:
    """An e-mail of ours."""

    account: str
    """Whose account it is about (`domain.shared.names.account_hash`)."""
    run: str
    """The last 16 hexadecimal digits of the first run of the case, enrollment or appeal."""
    number: int
    """The number of the attempt or of the letter."""

    @classmethod
    def of(cls, own_id: str, number: int) -> Self:
        """Return an e-mail of the case, enrollment or appeal that has this id."""
        return cls(account_hash_of(own_id), short_run(run_id_of(own_id)), number)

    def is_of(self, run_id: str | None) -> bool:
        """Return whether the workflow with this first run sent it."""
        return run_id is not None and short_run(run_id) == self.run


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
            re.IGNORECASE | re.ASCII,  # else other characters pass for letters: K, the Kelvin sign
        )

    def address(self, email: SentEmail) -> str:
        """Return the address for the answers to an e-mail.

        Raises:
            ValueError: the run id is too short for one of Temporal's.
        """
        account, run = bytes.fromhex(email.account), bytes.fromhex(email.run)
        if len(run) != _RUN_BYTES:
            raise ValueError("the run id is too short")
        data = struct.pack(_FORM, account, run, email.number)
        signed = data + _proof(self._secrets[0], data)
        token = base64.b32encode(signed).decode().rstrip("=").lower()
        return f"{self._local_part}+{token}@{self._domain}"

    def find_in(self, text: str) -> list[SentEmail]:
        """Return the e-mails that the valid addresses in a text are for, one of each run."""
        found: dict[tuple[str, str], SentEmail] = {}
        for token in self._ours.findall(text):
            email = self._read(token)
            if email is not None:
                found.setdefault((email.account, email.run), email)
        return list(found.values())

    def _read(self, token: str) -> SentEmail | None:
        padded = token.upper() + "=" * (-len(token) % 8)
        signed = base64.b32decode(padded)
        data, proof = signed[:-_PROOF_BYTES], signed[-_PROOF_BYTES:]
        if not any(hmac.compare_digest(_proof(secret, data), proof) for secret in self._secrets):
            return None
        account, run, number = struct.unpack(_FORM, data)
        return SentEmail(account.hex(), run.hex(), number)


def short_run(run_id: str) -> str:
    """Return the part of a run id that e-mails name: its last digits, which nobody can guess."""
    return run_id.replace("-", "")[-2 * _RUN_BYTES :]


def thread_of(own_id: str) -> str:
    """Return what the Message-IDs of the e-mails of a case, enrollment or appeal begin with."""
    return f"{account_hash_of(own_id)}.{short_run(run_id_of(own_id))}"


def messages_in(text: str, domain: str) -> list[SentEmail]:
    """Return the e-mails that Message-IDs of our domain in a text name. Anybody may write them.

    So they prove nothing, unless such a run is known: nobody can guess its digits. The Message-ID
    of a whole thread has the number 0.
    """
    ours = rf"<([0-9a-f]{{16}})\.([0-9a-f]{{16}})(?:\.([0-9]{{1,5}}))?@{re.escape(domain)}>"
    return [
        SentEmail(account, run, int(number or 0)) for account, run, number in re.findall(ours, text)
    ]


def _proof(secret: bytes, data: bytes) -> bytes:
    return hmac.digest(secret, _PURPOSE + data, "sha256")[:_PROOF_BYTES]
