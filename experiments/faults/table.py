"""experiments/faults/faults.md, written by the runs: each renews its own row and section."""

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

Written by the runs themselves. `make faults` makes every fault, one after the other, in some
fifteen minutes; `.venv/bin/python -m experiments.faults NAME --seed N` makes one and renews its row
and section
(`--keep FOLDER` keeps logs and ledgers). Cases live through their 72 hours on their own clocks,
played forward on a real server, some through 20 seconds that are real.

**A seed repeats what is drawn, not what happens.** The same seed gives the same cases, each with
the same seller and story, and the same row of random numbers: how long until the next fault, how
long it lasts, which worker it strikes. It does not give the same run. What a case is doing when a
fault strikes, how many faults there are before all cases are over, the order of what runs side by
side, and, where several draw from one row, who draws which number, all that the machine decides,
and it decides otherwise each time. So a violation may not come again with its seed: run it some
times, with `--keep`. And no violation in a run is no proof that there is none.

After each fault the same checks are made (`experiments/faults/checks.py`), from the providers'
own books and the cases' timelines: no case is lost or stuck, no attempt is dialled twice, nothing
is said to be done that was not, no e-mail reaches its reader twice, no account is deactivated
against [rules.md](../../docs/rules.md)."""

_TABLE = """| fault | date | seed | cases | faults | calls | e-mails | violations | seconds |
|---|---|---|---|---|---|---|---|---|"""


def write(trials: list[Trial], file: Path = FILE) -> None:
    """Put in what was tried; what was tried before and not now stays."""
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
