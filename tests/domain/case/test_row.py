"""What a list shows of a case (docs/api.md)."""

from domain.case.events import Assign
from domain.case.row import row_at_start, row_of
from domain.shared.account import Issue
from tests.domain.case.build import HOUR, MONDAY_9, a_new_case, an_issue, joins
from tests.domain.case.cases_by_status import contacting


def test_whoever_starts_a_case_knows_its_row() -> None:
    case = contacting().case
    assert row_of(case) == row_at_start(case.account, case.issues)


def test_it_has_what_a_list_shows() -> None:
    row = row_of(contacting().take(Assign(by="lead", to="ana")).case)
    assert (row.name, row.language, row.time_zone) == (
        "Blue Kettle Goods",
        "en-US",
        "America/Los_Angeles",
    )
    assert [(i.id, i.code, i.summary) for i in row.issues] == [
        ("ISS-1", "LISTING_POLICY", "Restricted")
    ]
    assert (row.assignee, row.assigned_until) == ("ana", MONDAY_9 + 4 * HOUR)


def test_it_stays_small_however_many_issues_there_are() -> None:
    long = Issue(id="I" * 64, code="C" * 64, summary="賣" * 200)
    account = a_new_case().account.model_copy(update={"name": "店" * 200})
    row = row_at_start(account, [long] * 100)
    assert (len(row.issues), row.more_issues) == (3, 97)
    assert len(row.issues[0].summary) == 60
    assert len(row.model_dump_json().encode()) < 2048


def test_a_summary_of_60_characters_is_shown_whole_and_a_longer_one_says_that_it_goes_on() -> None:
    def shown(length: int) -> str:
        issue = an_issue().model_copy(update={"summary": "x" * length})
        return row_at_start(a_new_case().account, [issue]).issues[0].summary

    assert (shown(60), shown(61)) == ("x" * 60, "x" * 59 + "…")


def test_it_follows_the_case() -> None:
    world = contacting().take(joins("ISS-2"))
    assert [i.id for i in row_of(world.case).issues] == ["ISS-1", "ISS-2"]
    assert an_issue().summary == row_of(world.case).issues[0].summary
