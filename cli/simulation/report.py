"""What a comparison of policies says to people, and to programs."""

from typing import BinaryIO, NamedTuple

from pydantic import JsonValue, ValidationError

from cli.terminal.files import json_object
from cli.terminal.output import console
from cli.terminal.problems import BadInput
from cli.terminal.tables import keep_words, table_of
from domain.shared.text import Frozen
from reports.simulated import Simulated
from simulation.compare import Compared, Comparison, Figure


class Shown(NamedTuple):
    """How a measure is shown to people."""

    words: str
    unit: float = 1
    """What a value is multiplied by."""
    digits: int = 2


_PERCENT = 100
ROWS = {
    "reached": Shown("reached, %", _PERCENT),
    "hours_median": Shown("hours until reached, half of them", digits=1),
    "hours_p90": Shown("hours until reached, 90 % of them", digits=1),
    "resolved": Shown("resolved, %", _PERCENT),
    "escalated": Shown("escalated, %", _PERCENT),
    "deactivated": Shown("deactivated, %", _PERCENT),
    "would_have_answered": Shown("deactivated, would have answered one more, %", _PERCENT),
    "would_have_answered_call": Shown("  one more call, %", _PERCENT),
    "would_have_answered_email": Shown("  one more e-mail, %", _PERCENT),
    "answered_too_late": Shown("deactivated, answered within the next day, %", _PERCENT),
    "calls": Shown("calls"),
    "emails": Shown("e-mails"),
    "odd_calls": Shown("calls at odd hours"),
    "reviews": Shown("reviews", digits=3),
    "decisions": Shown("decisions of leads", digits=3),
    "conversations": Shown("conversations", digits=3),
    "desk_hours": Shown("hours of work at the desk", digits=3),
    "actions": Shown("billable actions", digits=1),
    "telephone_minutes": Shown("telephone minutes"),
}
"""Every measure, in words."""


class Simulation(Frozen):
    """What was played, and what came of it: the file of `simulate --json`. Rates are of 1."""

    cases: int
    seed: int
    world_file: str
    world: dict[str, JsonValue]
    policies: dict[str, dict[str, JsonValue]]
    measures: Comparison


def tables(comparison: Comparison) -> None:
    """Print the first policy, and each other one beside it."""
    first, *others = next(iter(comparison.values()))
    for beside in [[other] for other in others] or [[]]:
        grid = table_of("of a case", first, *(c for o in beside for c in (o, f"{o} - {first}")))
        for name, by_policy in comparison.items():
            row = ROWS[name]
            cells = [_figure(by_policy[first].figure, row)]
            for other in beside:
                cells += [_figure(by_policy[other].figure, row), _difference(by_policy[other], row)]
            grid.add_row(row.words, *cells)
        screen = console()
        keep_words(grid, screen.width)
        screen.print(grid)


def _figure(figure: Figure | None, row: Shown) -> str:
    if figure is None:
        return "-"
    return f"{_number(figure.value, row)} {_interval(figure, row)}"


def _difference(compared: Compared, row: Shown) -> str:
    difference = compared.difference
    if difference is None:
        return "-"
    mark = " *" if compared.is_certain else ""
    return f"{_number(difference.value, row, '+')} {_interval(difference, row, '+')}{mark}"


def _interval(figure: Figure, row: Shown, sign: str = "") -> str:
    if figure.low is None or figure.high is None:
        return ""
    return f"({_number(figure.low, row, sign)} to {_number(figure.high, row, sign)})"


def _number(value: float, row: Shown, sign: str = "") -> str:
    return f"{value * row.unit:{sign}.{row.digits}f}"


def in_words(file: BinaryIO) -> Simulated:
    """Return what `simulate --json` wrote, in words for the page of a report.

    Raises:
        BadInput: the file is none of `simulate`. The message names it.
    """
    try:
        found = Simulation.model_validate(json_object(file))
        figures = {
            ROWS[name].words.strip(): {
                policy: _in_a_cell(of, ROWS[name]) for policy, of in by_policy.items()
            }
            for name, by_policy in found.measures.items()
        }
    except (ValidationError, KeyError):
        raise BadInput(f"{file.name}: is not what `simulate --json` writes") from None
    said = f"{found.cases} simulated cases each, in the world {found.world_file}, seed {found.seed}"
    return Simulated(said, figures)


def _in_a_cell(compared: Compared, row: Shown) -> str:
    figure = _figure(compared.figure, row)
    if compared.difference is None:
        return figure
    return f"{figure}; differs by {_difference(compared, row)}"
