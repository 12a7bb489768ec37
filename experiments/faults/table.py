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

The runs write this page. `make faults` makes all faults, one after the other, in some fifteen
minutes. `.venv/bin/python -m experiments.faults NAME --seed N` makes one fault, and renews its row
and section. `--keep FOLDER` keeps logs and ledgers. Most cases play 72 hours on their own clocks,
which a real server moves forward. Some have only 20 seconds, in real time.

**A seed repeats the random numbers, not the run.** The same seed gives the same cases, with the
same sellers and stories. It gives the same numbers for the time between faults, their length, and
the worker that they hit. The rest depends on the machine, and differs each time: what a case does
when a fault comes, how many faults come, and the order of concurrent work. So a violation may not
come again with the same seed. Run it several times, with `--keep`. A run without a violation does
not prove that there is none.

After each fault the same checks are made (`experiments/faults/checks.py`), from the providers'
own books and the cases' timelines: no case is lost or stuck, no attempt is dialled twice, no case
claims what was not done, no e-mail reaches its reader twice, and no account is deactivated against
[rules.md](../../docs/rules.md)."""

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
    file.write_text("\n\n".join([_HEAD, *parts]) + "\n")


def _row(trial: Trial) -> str:
    cells = [
        trial.name,
        f"{datetime.now(UTC):%Y-%m-%d}",
        trial.seed,
        trial.cases,
        _said(trial.faults),
        trial.calls,
        trial.emails,
        len(trial.violations),
        f"{trial.seconds:.0f}",
    ]
    return f"| {' | '.join(map(str, cells))} |"


def _section(trial: Trial) -> str:
    server = subprocess.run(
        [TEMPORAL, "--version"], capture_output=True, text=True, check=True
    ).stdout.strip()
    lines = [
        trial.name.capitalize(),
        "",
        f"{trial.done}.",
        f"On {os.cpu_count()} cores, Python {platform.python_version()}, {server}.",
        "",
        *(f"- {count} {name}" for name, count in sorted(trial.outcomes.items())),
        *(f"- violation: {said}" for said in trial.violations),
        *(f"- {note}" for note in trial.notes),
    ]
    return "\n".join(lines)


def _said(counts: Counter[str]) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))
