"""Files that commands write: whole, or not at all."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from cli.terminal.problems import BadInput

_FORMULA = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
"""A spreadsheet takes a cell that begins with one of these for a formula. In Chinese and Japanese
that is so of the wide ones too."""


@contextmanager
def written(output: Path | None, option: str) -> Iterator[TextIO]:
    """Open the file that `option` names, or standard output. Nobody reads half of a file.

    Raises:
        BadInput: it cannot be written.
    """
    if output is None:
        yield sys.stdout
        return
    part = output.with_name(f"{output.name}.part")
    try:
        file = part.open("w", encoding="utf-8", newline="")
    except OSError as error:
        raise BadInput(f"{option}: {error.strerror}: {part}") from None
    try:
        with file:
            yield file
        part.replace(output)
    finally:
        part.unlink(missing_ok=True)


def defused(cell: str | int | float | None) -> str | int | float | None:
    """Return a cell of CSV with a ' before what a spreadsheet would take for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
