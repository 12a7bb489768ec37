"""Keyed hashes by which a case is found, so that its search attributes hold nothing personal.

Of an account they are made of the e-mail address, the telephone number and each word of the name.
Whoever has no secret can neither make nor undo them (docs/api.md, search attributes).
"""

import hmac
import re
import unicodedata
from collections.abc import Sequence

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

from domain.shared.account import Account

_DIGITS = 12
"""Hexadecimal digits of a hash. Two in a hundred thousand cases are hardly ever the same."""
_MOST_WORDS = 12
"""Temporal takes 2 KB in a search attribute, and a case may have a hundred issues."""
_NUMBER = re.compile(r"[+(]?[0-9][0-9 ()./-]{5,}[0-9]")
_REGION = "US"
"""Where a number is from that somebody types without its country. Both stores are at +1."""


class FindHashes:
    """Makes the hashes. The first secret makes those of cases; a search tries every secret."""

    def __init__(self, secrets: Sequence[str]) -> None:
        if not secrets:
            raise ValueError("a secret is required")
        self._secrets = [secret.encode() for secret in secrets]

    def of_account(self, account: Account) -> tuple[str, ...]:
        """Return the hashes of an account, in an order that says nothing of what they are of."""
        newest = self._secrets[0]
        values = [
            ("email", _address(account.email)),
            ("phone", account.emergency_phone),
            *(("word", word) for word in _words(account.name)[:_MOST_WORDS]),
        ]
        return tuple(sorted({_hash(newest, kind, value) for kind, value in values}))

    def of_text(self, text: str) -> tuple[tuple[str, ...], ...]:
        """Return what a text could mean. A case is meant that has all hashes of one of these.

        A text is an e-mail address, a telephone number, or words that a name has, in any order.
        """
        meanings: list[list[tuple[str, str]]] = []
        if (phone := _phone(text)) is not None:
            meanings.append([("phone", phone)])
        if "@" in text:
            meanings.append([("email", _address(text))])
        elif words := _words(text)[:_MOST_WORDS]:
            meanings.append([("word", word) for word in words])
        return tuple(
            tuple(_hash(secret, kind, value) for kind, value in meaning)
            for secret in self._secrets
            for meaning in meanings
        )


def _hash(secret: bytes, kind: str, value: str) -> str:
    return hmac.digest(secret, f"case72.find\0{kind}\0{value}".encode(), "sha256").hex()[:_DIGITS]


def _address(text: str) -> str:
    """Return an address as no two people would write it. Few servers tell capitals apart."""
    return unicodedata.normalize("NFC", text.strip()).casefold()


def _phone(text: str) -> str | None:
    """Return a number in E.164 form, however it is typed; None if the text is no number."""
    if not _NUMBER.fullmatch(text.strip()):
        return None
    try:
        number = phonenumbers.parse(text, _REGION)
    except NumberParseException:
        return None
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _words(text: str) -> list[str]:
    """Return each word once, without capitals and accents: `L'Érable` is `l` and `erable`."""
    plain = "".join(
        c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)
    ).casefold()
    return list(dict.fromkeys(re.findall(r"\w+", plain)))
