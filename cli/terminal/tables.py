"""Tables and sections for people."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import TypeVar

from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Column, Table
from rich.text import Text

from cli.terminal.output import console, say
from domain.shared.codes import plain

SomeStatus = TypeVar("SomeStatus", bound=StrEnum)

_PADDING = 2
"""The padding of a column. rich counts as much for the outermost ones, which have less."""


def head(rows: Iterable[tuple[str, str]]) -> Table:
    """Return names and values, one below the other."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="bold")
    grid.add_column(overflow="fold")
    for name, value in rows:
        grid.add_row(name, value)
    return grid


def section(title: str, content: RenderableType) -> RenderableType:
    """Return a titled part of a page."""
    return Group(Text(f"\n{title}", style="bold cyan"), Padding(content, (0, 0, 0, 2)))


def table_of(*columns: str) -> Table:
    """Return a table without lines, of which nothing is cut off."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def keep_words(table: Table, width: int) -> None:
    """Break as few words as the width of the terminal allows. rich by itself breaks more."""
    whole = [max(map(cell_len, _cells(column))) for column in table.columns]
    words = [max(map(cell_len, " ".join(_cells(column)).split())) for column in table.columns]
    room = width - _PADDING * len(whole)
    least = _narrowed(words, [1] * len(words), room)
    for column, given in zip(table.columns, _narrowed(whole, least, room), strict=True):
        column.width = given


def _narrowed(wanted: list[int], least: list[int], room: int) -> list[int]:
    """Return the widths, the widest columns narrowed until all fit or have their least width."""
    most, widths = max(wanted), wanted
    while most > 1 and sum(widths) > room:
        most -= 1
        widths = [min(want, max(few, most)) for want, few in zip(wanted, least, strict=True)]
    return widths


def _cells(column: Column) -> list[str]:
    return [str(cell) for cell in (column.header, *column.cells)]


def print_found(table: Table, total: int, counts: Mapping[SomeStatus, int], nothing: str) -> None:
    """Print a table of what was found, and the counts."""
    if table.row_count:
        screen = console()
        keep_words(table, screen.width)
        screen.print(table)
    if total > table.row_count:
        say(f"{table.row_count} of {total} shown; narrow it down, or give a higher --limit.")
    counted = ", ".join(f"{plain(status)} {n}" for status, n in counts.items() if n)
    say(f"Counts: {counted}" if counted else nothing)
