"""Times and text by people, formatted for the Temporal Web UI."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Protocol, TypeVar

from domain.shared.codes import plain
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


class Logged(Protocol):
    """An event of a timeline."""

    @property
    def at(self) -> datetime: ...
    @property
    def what(self) -> str: ...
    @property
    def by(self) -> str: ...


SomeEntry = TypeVar("SomeEntry", bound=Logged)


def event_line(entry: SomeEntry, detail_of: Callable[[SomeEntry], str]) -> str:
    """Format an event: `- 2026-11-23 09:00:00 **email** notice: accepted`."""
    detail = f" {safe(found)}" if (found := detail_of(entry)) else ""
    by = "" if entry.by == ENGINE else f" (by {safe(entry.by)})"
    return f"- {entry.at:%Y-%m-%d %H:%M:%S} **{plain(entry.what)}**{detail}{by}"
