"""Tables at a terminal: whoever reads them finds whole words, and nothing cut off."""

from datetime import UTC, datetime, timedelta

import pytest
from rich.console import Console

from cli.case.list import _print
from cli.terminal.tables import keep_words, table_of
from domain.case.status import Status
from domain.case.waiting import WaitsFor
from temporal_client.found_cases import FoundCase

NOW = datetime.now(UTC)


def row(case: str, status: Status, waits: WaitsFor | None, **more: object) -> FoundCase:
    """A case as `list` finds it."""
    store, seller = case.split("/")
    values = {"since": NOW, "reason": None, "deadline": NOW + timedelta(hours=72)} | more
    known = {
        "case": case,
        "run_id": case,
        "status": status,
        "waits_for": waits,
        "store": store,
        "seller": seller,
        "issue_codes": ("LISTING_POLICY",),
    }
    unknown = dict.fromkeys(name for name, f in FoundCase.model_fields.items() if f.is_required())
    empty = {"needs": (), "issues": (), "more_issues": 0}
    return FoundCase.model_validate(unknown | empty | known | values)


ROWS = [
    row("US/A3LANTERN", Status.ESCALATED, WaitsFor.DESK, reason="no_cooperation", name="Oak"),
    row("CA/A4ERABLE", Status.CONTACTING, WaitsFor.SELLER, name="Boutique de l'Érable"),
    row("US/A5SAKURA", Status.CONTACTING, WaitsFor.ENGINE, since=None, issue_codes=()),
    row("US/A6SWIFT", Status.DEACTIVATED, None, reason="harm"),
]


def test_no_word_of_the_list_is_broken_at_eighty_columns(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    _print(ROWS, len(ROWS), {Status.ESCALATED: 1})
    shown = capsys.readouterr().out
    assert max(map(len, shown.splitlines())) <= 80
    words = set(shown.split())
    told = {"US/A3LANTERN", "escalated", "cooperation)", "desk,", "LISTING_POLICY", "opening"}
    told |= {f"{NOW:%m-%d}", f"{NOW:%H:%M}", "71", "left", "(harm)"}
    assert told | {"Boutique", "l'Érable"} <= words


def test_who_works_a_case_is_shown_while_it_is_theirs(capsys: pytest.CaptureFixture[str]) -> None:
    ours = row("US/A1", Status.ESCALATED, WaitsFor.DESK, assignee="ana")
    _print([ours.model_copy(update={"assigned_until": NOW + timedelta(hours=1)})], 1, {})
    assert "ana" in capsys.readouterr().out
    _print([ours.model_copy(update={"assigned_until": NOW})], 1, {})
    assert "ana" not in capsys.readouterr().out


def test_what_does_not_fit_is_folded_and_nothing_is_cut_off(
    capsys: pytest.CaptureFixture[str],
) -> None:
    table = table_of("Case", "Issues")
    table.add_row(f"US/{'A' * 64}", "LISTING_POLICY")
    keep_words(table, 40)
    Console(width=40, file=None).print(table)
    shown = capsys.readouterr().out
    assert max(map(len, shown.splitlines())) <= 40
    assert shown.count("A") == 64
    assert "LISTING_POLICY" in shown
