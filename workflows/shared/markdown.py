"""Times and text by people, formatted for the Temporal Web UI."""

import re
from datetime import datetime


def time(moment: datetime) -> str:
    """Format a moment: `2026-11-23 09:00 UTC`."""
    return f"{moment:%Y-%m-%d %H:%M} UTC"


_MARKUP = re.compile(
    r"[\\`*_~\[\]<$]"  # code, emphasis, links, HTML, formulas
    r"|:(?=//)"  # a web address, which becomes a link
    r"|&(?=#?\w+;)"  # a character reference
)
"""The markup within a line. Markdown shows the backslash before any other character."""


def safe(text: str) -> str:
    """Put a person's text into one line and escape markdown in it.

    Do not use it at the beginning of a line, where more characters are markup.
    """
    return _MARKUP.sub(r"\\\g<0>", " ".join(text.split()))
