"""The output of the client. Text that people wrote is never taken for markup."""

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
    """Return standard output, for rich text."""
    narrow = sys.stdout.isatty() or "COLUMNS" in os.environ
    return Console(
        markup=False, highlight=False, emoji=False, width=None if narrow else _PIPED_WIDTH
    )


def say(line: str) -> None:
    """Print a line of the answer."""
    print(line)


def say_json(text: str) -> None:
    """Print JSON as the answer."""
    print(as_json_for(sys.stdout, text))


def as_json_for(file: TextIO, text: str) -> str:
    """Return JSON that everybody can read from the file: as ASCII, unless the file is UTF-8."""
    if text.isascii() or codecs.lookup(file.encoding or "ascii").name == "utf-8":
        return text
    return "".join(c if c.isascii() else json.dumps(c)[1:-1] for c in text)


def warn(line: str) -> None:
    """Print a line that is not part of the answer."""
    print(line, file=sys.stderr)


def progress() -> "Progress":
    """Return progress bars on standard error, if that is a terminal."""
    # Imported here, since few commands need it.
    from rich.progress import Progress

    # Not rich's own test of a terminal: FORCE_COLOR makes any pipe one.
    hidden = not sys.stderr.isatty()
    return Progress(console=Console(stderr=True), redirect_stdout=False, disable=hidden)
