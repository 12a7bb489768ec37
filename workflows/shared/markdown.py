"""Words, times and other people's text as the Temporal Web UI shows them."""

import re
from datetime import datetime


def words(code: str) -> str:
    """A code without its underscores."""
    return code.replace("_", " ")


def time(moment: datetime) -> str:
    """`2026-11-23 09:00 UTC`."""
    return f"{moment:%Y-%m-%d %H:%M} UTC"


_TAKEN = re.compile(
    r"[\\`*_~\[\]<$]"  # code, emphasis, links, HTML, formulas
    r"|:(?=//)"  # what is taken for an address becomes a link
    r"|&(?=#?\w+;)"  # a character by its name
)
"""What markdown takes for its own within a line; of anything else the backslash is shown."""


def safe(text: str) -> str:
    """What a person wrote, in one line, with nothing in it that markdown would take for its own.

    It is not for the beginning of a line, where more would be.
    """
    return _TAKEN.sub(r"\\\g<0>", " ".join(text.split()))
