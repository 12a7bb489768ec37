"""The kinds of text that a case accepts, with their limits (docs/api.md).

These checks run again on every replay of a stored history. So they test the form only, by rules
that never change. Whether a number, an address or a time zone *exists* depends on the data of a
machine. `reference/contact_check.py` checks that outside of workflows.
"""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, StringConstraints


class Frozen(BaseModel):
    """A value: it never changes, is equal by content, and quotes no input in its errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


def _unbroken(text: str) -> str:
    if any(unicodedata.category(c) in _CONTROLS for c in text):
        raise ValueError("must not contain control characters or line breaks")
    return text


def _readable(text: str) -> str:
    if any(unicodedata.category(c) in _CONTROLS and c not in "\n\t" for c in text):
        raise ValueError("must not contain control characters other than line breaks")
    return text


def _or_none(text: object) -> object:
    return None if isinstance(text, str) and not text.strip() else text


def _unix_lines(text: object) -> object:
    return text.replace("\r\n", "\n") if isinstance(text, str) else text


# Control characters, surrogates (no encoder accepts them), and line and paragraph separators
# (some readers end a mail header there).
_CONTROLS = {"Cc", "Cs", "Zl", "Zp"}

# A `Line` can appear in a mail header. A `Paragraph` appears in bodies only, so it may have line
# breaks.
Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    AfterValidator(_unbroken),
]
Paragraph = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=1000),
    AfterValidator(_readable),
    # Keep this last: pydantic runs it first. Placed nearer to `str`, the length would be checked
    # before the strip, and a blank text would pass.
    BeforeValidator(_unix_lines),
]

# What a person writes in an e-mail.
Reply = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=4000),
    AfterValidator(_readable),
    BeforeValidator(_unix_lines),
]

# A blank optional text counts as none.
OptionalParagraph = Annotated[Paragraph | None, BeforeValidator(_or_none)]
OptionalReply = Annotated[Reply | None, BeforeValidator(_or_none)]

_KEY = r"^[A-Za-z0-9._-]{1,64}$"
_CODE = r"^[A-Z][A-Z0-9_]{0,63}$"
_LANGUAGE = r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$"
_TIME_ZONE = r"^[A-Za-z][A-Za-z0-9_+/-]{0,63}$"
_PHONE = r"^\+[1-9][0-9]{6,14}$"
_EXTENSION = r"^[*#w]*[0-9][0-9*#w]*$"
_EMAIL = r'^[^@\s<>"(),:;\\\[\]]{1,64}@[^@\s<>"(),:;\\]+\.[^@\s<>"(),:;\\.]+$'

FORMS = {
    _KEY: "1 to 64 letters, digits, '.', '_' or '-'",
    _CODE: "a capital letter, then up to 63 capitals, digits or '_', such as LISTING_POLICY",
    _LANGUAGE: "a language such as en-US",
    _TIME_ZONE: "a time zone such as America/Los_Angeles",
    _PHONE: "'+', the country code and the number, 7 to 15 digits in all, such as +14165550101",
    _EXTENSION: "up to 32 digits, '*', '#' and 'w' (half a second's pause), with a digit in it",
    _EMAIL: "an address such as owner@shop.example",
}
"""Each pattern described in words."""

Key = Annotated[str, StringConstraints(pattern=_KEY)]
Code = Annotated[str, StringConstraints(pattern=_CODE)]
Language = Annotated[str, StringConstraints(pattern=_LANGUAGE)]
TimeZone = Annotated[str, StringConstraints(pattern=_TIME_ZONE)]
Phone = Annotated[str, StringConstraints(pattern=_PHONE)]
Extension = Annotated[str, StringConstraints(max_length=32, pattern=_EXTENSION)]
"""What is dialled after the answer."""
Email = Annotated[str, StringConstraints(max_length=254, pattern=_EMAIL), AfterValidator(_unbroken)]
