"""Writes experiments/faults/faults.md. Each run renews its own row and section."""

import os
import platform
import subprocess
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from experiments.faults.trial import Trial
from tests.test_whole import TEMPORAL

FILE = Path(__file__).with_name("faults.md")

_HEAD = """# Faults

Written by the runs; do not edit. `make faults` makes every fault: half an hour, and two hours
with those on a cluster.
`.venv/bin/python -m experiments.faults NAME --seed N` makes one, and renews its row and section;
`--keep FOLDER` keeps logs and ledgers. Cases live through their 72 hours on a real server, most of
them with their clocks played forward.

After each fault `experiments/faults/checks.py` looks into the providers' own books and the cases'
timelines: no case is lost or stuck, no attempt is dialled twice, nothing is said to be done that
was not, no e-mail reaches its reader twice, no account is deactivated against
[rules.md](../../docs/rules.md).

A seed repeats the cases and the random numbers, not the run: the machine decides what a case is
doing when a fault strikes. So a violation may not come again with its seed. Run it several times.

The last run was on """

_TABLE = """| fault | date | seed | cases | faults | calls | e-mails | violations | seconds |
|---|---|---|---|---|---|---|---|---|"""


def write(trials: list[Trial], file: Path = FILE) -> None:
    """Renew the rows and sections of these trials. Keep the others."""
    before = file.read_text() if file.exists() else ""
    rows = {
        line.split(" | ")[0]: line
        for line in before.splitlines()
        if line.startswith("| ") and not line.startswith("| fault ")
    }
    sections = {part.splitlines()[0]: part.rstrip() for part in before.split("\n## ")[1:]}
    for trial in trials:
        row = _row(trial)
        rows[row.split(" | ")[0]] = row
        sections[trial.name.capitalize()] = _section(trial)
    parts = ["\n".join([_TABLE, *rows.values()]), *(f"## {part}" for part in sections.values())]
    file.write_text("\n\n".join([f"{_HEAD}{_machine()}", *parts]) + "\n")


def _row(trial: Trial) -> str:
    cells = [
        trial.name,
        f"{datetime.now(UTC):%Y-%m-%d}",
        trial.seed,
        trial.cases,
        _counts(trial.faults),
        trial.calls,
        trial.emails,
        len(trial.violations),
        f"{trial.seconds:.0f}",
    ]
    return f"| {' | '.join(map(str, cells))} |"


def _machine() -> str:
    server = subprocess.run(
        [TEMPORAL, "--version"], capture_output=True, text=True, check=True
    ).stdout.strip()
    return f"{os.cpu_count()} cores, Python {platform.python_version()}, {server}."


def _section(trial: Trial) -> str:
    lines = [
        trial.name.capitalize(),
        "",
        f"{trial.done}.",
        "",
        *(f"- {count} {name}" for name, count in sorted(trial.outcomes.items())),
        *(f"- violation: {said}" for said in trial.violations),
        *(f"- {note}" for note in trial.notes),
    ]
    return "\n".join(lines)


def _counts(counts: Counter[str]) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))
