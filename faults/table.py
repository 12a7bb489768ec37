"""docs/faults.md, written by the run."""

import os
import platform
import subprocess
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from faults.trial import Trial
from tests.test_whole import ROOT, TEMPORAL

FILE = ROOT / "docs" / "faults.md"


def write(trials: list[Trial], file: Path = FILE) -> None:
    """Write the table of a whole run."""
    file.write_text("\n".join(_lines(trials)) + "\n")


def _lines(trials: list[Trial]) -> list[str]:
    server = subprocess.run(
        [TEMPORAL, "--version"], capture_output=True, text=True, check=True
    ).stdout.strip()
    return [
        "# Faults",
        "",
        "Written by `make faults`.",
        "",
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}, {server}.",
        "",
        "| fault | seed | cases | faults | calls | e-mails | violations | seconds |",
        "|---|---|---|---|---|---|---|---|",
        *(
            f"| {t.name} | {t.seed} | {t.cases} | {_said(t.faults)} | {t.calls} | {t.emails} | "
            f"{len(t.violations)} | {t.seconds:.0f} |"
            for t in trials
        ),
        "",
        *(line for trial in trials for line in _section(trial)),
    ]


def _section(trial: Trial) -> list[str]:
    return [
        f"## {trial.name.capitalize()}",
        "",
        f"{trial.done}.",
        "",
        *(f"- {count} {name}" for name, count in sorted(trial.outcomes.items())),
        "",
    ]


def _said(counts: Counter[str]) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))
