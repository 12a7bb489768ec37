"""What commands take, and how they lay out what they answer."""

import io
import sys
from datetime import UTC, datetime, timedelta

import pytest
import typer

from cli.case.case_details import case_details
from cli.case.case_filter import CaseFilter
from cli.case.words import how_it_ended, meaning_of, print_case, what_next
from cli.failure_words import in_commands
from cli.terminal.output import console
from cli.terminal.parameters import moment, parse_case, parse_seller, span
from domain.case import desk_updates, marketplace_updates, seller_updates, step_results
from domain.case.advance import advance
from domain.case.case import Case
from domain.case.status import Status
from domain.case.view import CaseView, view_of
from domain.shared.account import Store
from domain.shared.errors import Refused
from temporal_client.names import CASE, CaseName
from temporal_client.snapshot import Snapshot
from tests.domain.case.build import (
    ACCEPT,
    ASK_MORE,
    HOUR,
    MONDAY_9,
    a_contact,
    a_new_case,
    a_plan,
    a_withdrawal,
    facts_for,
    joins,
)

RUN = "01a2059d-646f-7525-933d-d4e161505d22"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("US/A2EXAMPLE", CaseName(CASE, "case/US/A2EXAMPLE")),
        ("case/CA/A-2_x.y", CaseName(CASE, "case/CA/A-2_x.y")),
        (f"case/US/A2EXAMPLE/{RUN}", CaseName(CASE, "case/US/A2EXAMPLE", RUN)),
    ],
)
def test_a_case_is_named_by_account_workflow_or_its_own_id(text: str, name: CaseName) -> None:
    assert parse_case(text) == name


@pytest.mark.parametrize("text", ["", "A2EXAMPLE", "us/A", "US/", "US/A/B", "enrollment/US/A"])
def test_anything_else_names_no_case(text: str) -> None:
    with pytest.raises(typer.BadParameter):
        parse_case(text)


@pytest.mark.parametrize(
    ("text", "hours"),
    [("8h", 8), ("15m", 0.25), ("3d", 72), ("1d12h", 36), ("90s", 0.025), ("PT8H", 8), ("P3D", 72)],
)
def test_spans(text: str, hours: float) -> None:
    assert span(text) == timedelta(hours=hours)


@pytest.mark.parametrize("text", ["", "8", "0h", "-8h", "h", "8 h", "-PT8H", "999999999d", "PT"])
def test_no_spans(text: str) -> None:
    with pytest.raises(typer.BadParameter):
        span(text)


def test_moments() -> None:
    assert moment("2026-11-25T09:00-08:00") == datetime(2026, 11, 25, 17, tzinfo=UTC)
    assert moment("2026-11-25") == datetime(2026, 11, 25, tzinfo=UTC)
    assert moment("1970-01-01T02:00+02:00") == datetime(1970, 1, 1, tzinfo=UTC)
    assert moment("9999-12-31T23:59:59-00:00").year == 9999
    in_8_hours = datetime.now(UTC) + timedelta(hours=8)
    assert abs(moment("8h") - in_8_hours) < timedelta(minutes=1)


@pytest.mark.parametrize(
    "text",
    [
        "0001-01-01T00:00+05:00",
        "0999-06-01",
        "1970-01-01T00:00+02:00",
        "9999-12-31T23:59:59-05:00",
    ],
)
def test_no_moments_of_a_case(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="of the years 1970 to 9999"):
        moment(text)


def test_a_list_is_asked_for_by_what_cases_are_found_by() -> None:
    pacific = datetime.fromisoformat("2026-11-25T09:00-08:00")
    wanted = CaseFilter(store=Store.US, seller="A2", due_before=pacific, status=Status.WORKING)
    assert wanted.query() == (
        "WorkflowType = 'IssueCase' AND CaseStatus = 'working' "
        "AND ExecutionStatus IN ('Running', 'Paused') AND CaseStore = 'US' AND CaseSeller = 'A2' "
        "AND CaseStatus IN ('contacting', 'working') AND CaseDeadline < '2026-11-25T17:00:00Z'"
    )
    assert "'Running'" not in CaseFilter(status=Status.RESOLVED).query()


def opened() -> Case:
    case = a_new_case()
    step_results.looked_up(case, facts_for(case), MONDAY_9)
    advance(case, MONDAY_9)
    return case


def test_what_comes_next() -> None:
    case = opened()
    assert (what_next(view_of(case)) or "").startswith("e-mail (notice) under way; call (notice)")
    case.attempts.under_way = ()
    desk_updates.report_contact(case, a_contact(), MONDAY_9 + HOUR)
    assert what_next(view_of(case)) == (
        "e-mail (cooperation reminder) at 2026-03-04 06:00 UTC (Tue 22:00 UTC-8); "
        "deadline 2026-03-05 18:00 UTC (Thu 10:00 UTC-8)"
    )
    seller_updates.submit_plan(case, a_plan(), MONDAY_9 + 2 * HOUR)
    desk_updates.review_plan(case, ACCEPT, MONDAY_9 + 3 * HOUR)
    case.closed_at, case.attempts.agenda = MONDAY_9 + 4 * HOUR, ()
    view = view_of(case)
    assert what_next(view) is None
    assert how_it_ended(view) == (
        "resolved (plan accepted) on 2026-03-02 21:00 UTC; the account stays active"
    )


def test_a_page_shows_the_whole_story_and_takes_no_text_for_markup(
    capsys: pytest.CaptureFixture[str],
) -> None:
    case = opened()
    marketplace_updates.add_issue(case, joins("ISS-2"), MONDAY_9)
    seller_updates.submit_plan(case, a_plan("[red]x[/red] :smile: [/]"), MONDAY_9 + HOUR)
    console().print(case_details(Snapshot(view_of(case), MONDAY_9 + 2 * HOUR)))
    page = capsys.readouterr().out
    for text in (
        "case/US/A2EXAMPLE/run-1",
        "plan review: a plan waits for a reviewer",
        "Blue Kettle Goods",
        "ISS-2",
        "Mon 09:00 UTC-8",
        "Version 1, 2026-03-02 18:00 UTC, by seller: waits for a reviewer",
        "root cause: [red]x[/red] :smile: [/]",
        "issue joined",
    ):
        assert text in page
    assert "\x1b" not in page


def test_a_page_shows_the_time_left_by_the_cases_own_clock(
    capsys: pytest.CaptureFixture[str],
) -> None:
    view = view_of(opened())
    console().print(case_details(Snapshot(view, MONDAY_9 + 2 * HOUR)))
    assert "70 h 0 min left" in capsys.readouterr().out
    console().print(case_details(Snapshot(view, MONDAY_9 + 2 * HOUR, "terminated")))
    broken_off = capsys.readouterr().out
    assert "terminated" in broken_off
    assert "left" not in broken_off


@pytest.mark.parametrize("text", ["us/A", "MX/A", "Us/A/B", "case/uk/A", "enrollment/us/A"])
def test_a_store_that_there_is_not_is_said_to_be_none(text: str) -> None:
    for named in (parse_case, parse_seller):
        with pytest.raises(typer.BadParameter, match="stores are US and CA, in capitals; give"):
            named(text)


@pytest.mark.parametrize("text", ["US/", "A2EXAMPLE", "CA/a b"])
def test_a_name_with_a_store_that_there_is_may_be_wrong_otherwise(text: str) -> None:
    with pytest.raises(typer.BadParameter, match=r"^give STORE/SELLER"):
        parse_case(text)


def test_a_case_that_has_ended_says_nothing_that_is_to_come(
    capsys: pytest.CaptureFixture[str],
) -> None:
    case = opened()
    seller_updates.submit_plan(case, a_plan(), MONDAY_9 + HOUR)
    desk_updates.review_plan(case, ASK_MORE, MONDAY_9 + HOUR)
    seller_updates.submit_plan(case, a_plan("another"), MONDAY_9 + 2 * HOUR)
    marketplace_updates.withdraw(case, a_withdrawal(), MONDAY_9 + 3 * HOUR)
    view = view_of(case)
    assert view.agenda  # the e-mail that says so is still to be sent
    assert view.conversation_required
    assert what_next(view) is None
    console().print(case_details(Snapshot(view, MONDAY_9 + 3 * HOUR)))
    page = capsys.readouterr().out
    for promise in ("To come", "Next", "is required", "waits for", "left"):
        assert promise not in page
    assert "was not reviewed" in page
    assert "conversation" not in meaning_of(view)


def test_a_refusal_names_the_clients_own_command() -> None:
    case = opened()
    seller_updates.submit_plan(case, a_plan(), MONDAY_9 + HOUR)
    desk_updates.review_plan(case, ASK_MORE, MONDAY_9 + HOUR)
    seller_updates.submit_plan(case, a_plan("another"), MONDAY_9 + 2 * HOUR)
    with pytest.raises(Refused) as refused:
        desk_updates.review_plan(case, ACCEPT, MONDAY_9 + 3 * HOUR)
    said = in_commands(str(refused.value))
    assert "(`python client.py conversation`)" in said
    assert "record_conversation" not in said


NAMES = "Crème Ω 蓝壶 🫖"


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "utf-8", "shift_jis"])
def test_json_is_json_on_every_terminal(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    case = opened()
    case.account = case.account.model_copy(update={"name": NAMES})
    view = view_of(case)
    written = io.BytesIO()
    terminal = io.TextIOWrapper(written, encoding=encoding, errors="backslashreplace")
    monkeypatch.setattr(sys, "stdout", terminal)
    print_case(view, as_json=True)
    terminal.flush()
    # Read as any reader of JSON does, who does not know the terminal.
    assert CaseView.model_validate_json(written.getvalue()) == view
    assert (NAMES.encode() in written.getvalue()) is (encoding == "utf-8")
