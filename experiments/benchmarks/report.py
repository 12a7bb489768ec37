"""The report: each figure beside that of a bare workflow, and its goal.

Each run renews the sections of the parts that it measured, and keeps the others.
"""

import os
import platform
import subprocess
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.table import Table
from rich.text import Text

from runtime.dev_server import server_binary

Found = dict[str, float]
"""Figures by name, from which million_sellers.py computes others."""


class Row(NamedTuple):
    """What was measured, and its figure with the unit. Empty if there is none."""

    what: str
    figure: str
    bare: str = ""
    """The figure of a bare workflow, in the same run."""
    goal: str = ""
    met: bool = True


@dataclass(frozen=True)
class Part:
    """A part of the run, and the section of the page that it makes."""

    name: str
    title: str
    about: str
    measure: Callable[[Path, Found], Awaitable[list[Row]]]
    database: str = "a SQLite file (WAL, FULL)"
    """That of the Temporal server."""


class NotMeasured(Exception):
    """A part was not measured. The message says why."""


@dataclass(frozen=True)
class Conditions:
    """What the machine was like."""

    in_use: float
    """How many processors were in use just before."""
    slowness: float
    """How many times longer a loop of Python took than on the machine that goals were set on."""


_QUIET = 0.2
"""How many processors other work may use."""
_SLOW = 1.2
"""From this on times say as much of the machine as of us."""
_HEAD = """# Performance

Written by the runs; do not edit. `make bench` measures all of it, and
`python -m experiments.benchmarks PART ...` renews the sections of these parts. Below each table is
when and on what it was measured; server, workers and clients share the cores.

A machine that others share has slow hours. Times measured in a slow hour are marked. Only the
comparison of *bare* and ours holds for them.

*Bare* is a workflow of the same activities, timers and updates without any rule
(`experiments/benchmarks/bare.py`), measured in the same run. A goal in **bold** is missed.
"""
_HEADS = ("measure", "figure", "bare", "goal")


def show(part: Part, rows: list[Row]) -> None:
    """Print a part as soon as it is measured."""
    table = Table(*_HEADS, title=part.title)
    for row in rows:
        table.add_row(*map(Text, _cells(row)))  # the output of a command is no markup
    Console(width=130).print(table)


def renewed(
    page: str, part: Part, rows: list[Row], parts: Iterable[Part], conditions: Conditions
) -> str:
    """Return the page in markdown, with the section of what was measured renewed.

    Args:
        page: the page before.
        part: what was measured.
        rows: its figures.
        parts: every part, in the order of the page. Sections of no part are dropped.
        conditions: what the machine was like.
    """
    sections = {text.splitlines()[0]: text for text in page.split("\n## ")[1:]}
    sections[part.title] = _section(part, rows, conditions)
    kept = [sections[each.title] for each in parts if each.title in sections]
    return "\n## ".join([_HEAD, *kept])


def _section(part: Part, rows: list[Row], conditions: Conditions) -> str:
    notes = ""
    if conditions.in_use > _QUIET:
        notes += (
            "\n**The machine had other work: the times and rates below say nothing; the counts "
            f"hold.** Just before, {conditions.in_use:.1f} processors were in use.\n"
        )
    if conditions.slowness > _SLOW:
        notes += (
            f"\n**A slow hour**: a loop of Python took {conditions.slowness:.1f} times as long as "
            "on the machine that the goals were set on.\n"
        )
    return f"{part.title}\n\n{part.about}\n{notes}\n{_table(rows)}\n{_machine(part.database)}\n"


def _machine(database: str) -> str:
    """Return what it was measured on, without saying whose machine that is."""
    said = subprocess.run(  # noqa: S603 - our own binary
        [server_binary(), "--version"], capture_output=True, text=True, check=True
    )
    server = said.stdout.partition("(Server ")[2].partition(",")[0]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return (
        f"{datetime.now(UTC):%Y-%m-%d}: {os.cpu_count()} cores, {memory:.0f} GB of memory, "
        f"{platform.system()} {platform.machine()}, Python {platform.python_version()}, Temporal's "
        f"SDK {version('temporalio')}, server {server} with {database}."
    )


def _table(rows: list[Row]) -> str:
    cells = [_cells(row) for row in rows]
    used = [n for n in range(len(_HEADS)) if n < 2 or any(row[n] for row in cells)]
    lines = [tuple(_HEADS[n] if n else "" for n in used), ("---",) * len(used)]
    lines += [tuple(_inline(row[n]) for n in used) for row in cells]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _cells(row: Row) -> tuple[str, str, str, str]:
    goal = row.goal if row.met or not row.goal else f"**{row.goal}**"
    return row.what, row.figure, row.bare, goal


def _inline(text: str) -> str:
    indented = text.removeprefix("  ")
    said = " ".join(indented.split()).replace("|", "\\|")
    return f"&nbsp;&nbsp;{said}" if indented != text else said
