"""Cells of CSV that a spreadsheet would run."""

import pytest

from cli.terminal.written_file import defused


@pytest.mark.parametrize("first", [*"=+-@\t\uff1d\uff0b\uff0d\uff20"])
def test_what_a_spreadsheet_takes_for_a_formula_is_shown_as_text(first: str) -> None:
    assert defused(f"{first}cmd|' /C calc'!A0") == f"'{first}cmd|' /C calc'!A0"


@pytest.mark.parametrize("cell", ["a=b", "", 5, -1.5, None])
def test_any_other_cell_stays_as_it_is(cell: str | float | None) -> None:
    assert defused(cell) == cell
