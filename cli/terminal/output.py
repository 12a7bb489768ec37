"""Where the client writes to. What people wrote is never taken for markup."""

import codecs
import json
import os
import sys
from typing import TYPE_CHECKING, TextIO

from rich.console import Console

if TYPE_CHECKING:
    from rich.progress import Progress

_PIPED_WIDTH = 120


def console() -> Console:
    """Standard output, for rich text."""
    narrow = sys.stdout.isatty() or "COLUMNS" in os.environ
    return Console(
        markup=False, highlight=False, emoji=False, width=None if narrow else _PIPED_WIDTH
    )


def say(line: str) -> None:
    """A line for whoever asked."""
    print(line)


def say_json(text: str) -> None:
    """JSON for whoever asked."""
    print(as_json_for(sys.stdout, text))


def as_json_for(file: TextIO, text: str) -> str:
    """JSON as a file can take it: JSON is UTF-8, or else must be ASCII to be read by anybody."""
    if text.isascii() or codecs.lookup(file.encoding or "ascii").name == "utf-8":
        return text
    return "".join(c if c.isascii() else json.dumps(c)[1:-1] for c in text)


def warn(line: str) -> None:
    """A line that is not part of the answer."""
    print(line, file=sys.stderr)


def progress() -> "Progress":
    """Bars on standard error, where that is a terminal."""
    # Here, since few commands need it.
    from rich.progress import Progress

    # Not what rich takes for a terminal: FORCE_COLOR makes it one of any pipe.
    hidden = not sys.stderr.isatty()
    return Progress(console=Console(stderr=True), redirect_stdout=False, disable=hidden)
