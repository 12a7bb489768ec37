"""Plays the policies of examples/policies in the worlds of examples/worlds: docs/policies.md.

`make policies` renews the tables of that page. `CASES=2000 make policies` plays fewer cases.
"""

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from time import monotonic

from pydantic import JsonValue, TypeAdapter

from cli.simulation.report import ROWS
from domain.case.policy import Policy, effective_policy
from simulation.compare import Compared, Comparison, Figure, compared
from simulation.run import simulate
from simulation.world import World

SEED = 7
CASES = int(os.environ.get("CASES") or 20_000)
_EXAMPLES = Path("examples")
_PAGE = Path("docs/policies.md")
_FIRST = "default"
"""What the others are compared with."""
_JSON = TypeAdapter(dict[str, JsonValue])

_DIGITS: Mapping[str, int] = {
    "reached": 1,
    "hours_median": 1,
    "hours_p90": 1,
    "resolved": 1,
    "deactivated": 1,
    "would_have_answered": 2,
    "calls": 2,
    "emails": 2,
    "odd_calls": 2,
    "desk_hours": 3,
    "actions": 1,
    "telephone_minutes": 1,
}
"""The measures that the page shows, each with as many digits."""
_THAT_MATTERS_MOST = "would_have_answered"


def policies() -> dict[str, Policy]:
    """Return the policies of the examples by their names, the default first."""
    files = sorted((_EXAMPLES / "policies").glob("*.json"), key=lambda f: (f.stem != _FIRST, f))
    return {f.stem: effective_policy(_JSON.validate_json(f.read_bytes())) for f in files}


def table(comparison: Comparison) -> str:
    """Return the figures of the first policy, and by how much the others differ from them."""
    names = list(comparison["reached"])
    lines = ["| of a case | " + " | ".join(names) + " |", "|---|" + "---|" * len(names)]
    for measure, digits in _DIGITS.items():
        shown = ROWS[measure]
        words = f"**{shown.words}**" if measure == _THAT_MATTERS_MOST else shown.words
        cells = [_cell(comparison[measure][name], shown.unit, digits) for name in names]
        lines.append(f"| {words} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _cell(found: Compared, unit: float, digits: int) -> str:
    if found.difference is None:
        return _said(found.figure, unit, digits, "")
    said = _said(found.difference, unit, digits, "+")
    return said if found.is_certain else f"({said})"


def _said(figure: Figure | None, unit: float, digits: int, sign: str) -> str:
    if figure is None:
        return "-"
    value = f"{figure.value * unit:{sign}.{digits}f}"
    if figure.low is None or figure.high is None:
        return value
    return f"{value} ± {(figure.high - figure.low) / 2 * unit:.{digits}f}"


def main() -> None:
    """Renew the tables of the page."""
    known, files = policies(), sorted((_EXAMPLES / "worlds").glob("*.json"))
    missing = [f.stem for f in files if not _place(f.stem).search(_PAGE.read_text())]
    if missing:
        sys.exit(f"{_PAGE} has no place for {', '.join(missing)}")
    _write("played", f"{CASES:,} cases in each world, seed {SEED}.\n")
    for file in files:
        began = monotonic()
        world = World.model_validate_json(file.read_bytes())
        shown = table(compared(simulate(world, known, cases=CASES, seed=SEED)))
        print(
            f"{file.stem}: {CASES} cases under {len(known)} policies, {monotonic() - began:.0f} s"
        )
        print(shown, flush=True)
        _write(file.stem, shown)


def _place(name: str) -> re.Pattern[str]:
    """Return what finds the lines between a marker and the next empty line."""
    return re.compile(rf"(<!-- {name} -->\n)(.+\n)*")


def _write(name: str, lines: str) -> None:
    page = _place(name).sub(lambda found: found.group(1) + lines, _PAGE.read_text())
    _PAGE.write_text(page)


if __name__ == "__main__":
    main()
