"""What a report says of many cases."""

import pytest

from domain.case.attempt import Channel
from domain.case.status import Status
from domain.case.view import view_of
from domain.shared.result import Result
from reports.measures import Grouping, Report, Values
from reports.page import figures
from reports.row import ReportRow, row_of
from tests.domain.case.build import ACCEPT, a_plan
from tests.domain.case.world import World


def row(world: World, **changes: object) -> ReportRow:
    return row_of(view_of(world.case), world.now).model_copy(update=changes)


@pytest.fixture(scope="module")
def rows() -> list[ReportRow]:
    silent, resolved, waits = World(), World(calls={3: Result.CONNECTED}), World()
    silent.play()
    resolved.play(30)
    resolved.take(a_plan(), ACCEPT)
    resolved.play()
    waits.play(50)
    return [
        row(silent, issue_codes=("A",)),
        row(resolved, issue_codes=("A", "B"), language="fr-CA"),
        row(waits, issue_codes=("B",), week="2026-W11"),
    ]


def test_the_whole(rows: list[ReportRow]) -> None:
    report = Report()
    for each in rows:
        report.add(each)
    of = report.all
    assert (of.cases, of.reached, of.ended) == (3, 1, 2)
    assert of.statuses == {Status.DEACTIVATED: 1, Status.RESOLVED: 1, Status.CONTACTING: 1}
    assert of.contacts == {"call": 1}
    assert of.reached_by == {(Channel.CALL, 3): 1}
    assert of.plans_until_accepted == {1: 1}
    assert of.backlog == {(Status.CONTACTING, 3): 1}  # it is two days old
    assert sum(of.rang.values()) == sum(each.calls_rang for each in rows)
    assert sum(of.answered.values()) == 1
    said = figures("all", of)
    assert (said["reached"], said["resolved"], said["deactivated"]) == ("33.3 %",) * 3
    assert said["open"] == "1"


def test_a_case_counts_in_every_group_that_it_belongs_to(rows: list[ReportRow]) -> None:
    report = Report()
    for each in rows:
        report.add(each)
    cases = {by: {name: of.cases for name, of in report.of(by)} for by in Grouping}
    assert cases == {
        Grouping.STORE: {"US": 3},
        Grouping.LANGUAGE: {"en-US": 2, "fr-CA": 1},
        Grouping.ISSUE: {"A": 2, "B": 2},
        Grouping.WEEK: {"2026-W10": 2, "2026-W11": 1},
    }


def test_no_case_at_all() -> None:
    said = figures("all", Report().all)
    assert said["reached"] == said["hours to contact, median"] == "-"


def test_quantiles() -> None:
    values = Values()
    assert values.quantile(0.5) is None
    values.add(*range(1, 11))
    assert (values.quantile(0), values.quantile(0.5), values.quantile(0.9)) == (1, 5, 9)
    assert values.at_most(4) == 4
