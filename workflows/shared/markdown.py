"""Times and text by people, formatted for the Temporal Web UI."""

import re
from datetime import datetime

from domain.shared.codes import plain
from domain.shared.entry import Entry
from domain.shared.events import ENGINE


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


def event_line(entry: Entry, detail: str) -> str:
    """Format an event: `- 2026-11-23 09:00:00 **email** notice: accepted`."""
    said = f" {safe(detail)}" if detail else ""
    by = "" if entry.by == ENGINE else f" (by {safe(entry.by)})"
    return f"- {entry.at:%Y-%m-%d %H:%M:%S} **{plain(entry.what)}**{said}{by}"
