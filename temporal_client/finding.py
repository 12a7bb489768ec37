"""Finds cases by what people know of them (docs/api.md, search attributes)."""

import re

from domain.shared.names import RUN_ID, issue_hash
from reference.find_hashes import FindHashes
from temporal_client.search_attributes import FIND, SELLER

_KEY = re.compile(r"[A-Za-z0-9._-]{1,64}")
_DIGITS = re.compile(r"[0-9]{11}")


def condition_of(text: str, hashes: FindHashes | None) -> str | None:
    """Return the condition that a case is meant by a text; None if none can be.

    A text is a seller's id, an issue's id, the reference in an e-mail, or the eleven digits that a
    seller types. With secrets it is an e-mail address, a telephone number, or words of a name too.
    """
    text = text.strip()
    conditions = []
    if _KEY.fullmatch(text):
        conditions += [f"{SELLER.name} = '{text}'", _all_of(issue_hash(text))]
    if RUN_ID.fullmatch(text.lower()):
        conditions.append(_all_of(text.lower()))
    if _DIGITS.fullmatch(text.replace(" ", "")):
        conditions.append(_all_of(text.replace(" ", "")))
    if hashes is not None:
        conditions += [_all_of(*meaning) for meaning in hashes.of_text(text)]
    return f"({' OR '.join(conditions)})" if conditions else None


def _all_of(*values: str) -> str:
    every = " AND ".join(f"{FIND.name} = '{value}'" for value in values)
    return f"({every})"
