"""One contact over a number counts for every open case of that number."""

import asyncio
import json
from itertools import count

import pytest

from domain.case.status import Status
from temporal_client.cases_of_number import open_cases_of
from temporal_client.search_attributes import LINE
from temporal_client.workflows import Workflows
from tests.cli.conftest import Cli, name_of
from tests.engine import Engine, OpenCase, account
from tests.patience import PATIENCE
from workflows.case.issue_case import IssueCase
from workflows.shared.search_attributes import at_start

CALLED = ("phone", "--note", "Called us back", "--by", "specialist.lee")
EVERY = "--every-case-of-number"
_numbers = count(2_065_550_140)
"""The tests share an engine, so that each has numbers of its own."""
WITHDRAWN = {"by": "monitor", "note": "Raised in error"}


async def agency(engine: Engine) -> tuple[list[OpenCase], OpenCase]:
    """Three cases of one number, and one of another."""
    number, another = (f"+1{next(_numbers)}" for _ in range(2))
    ours = [await engine.open(emergency_phone=number, wait=False) for _ in range(3)]
    other = await engine.open(emergency_phone=another, wait=False)
    for case in (*ours, other):
        await case.when(lambda v: v.timeline)
    await found(engine, number, 3)
    await found(engine, another, 1)
    return ours, other


async def found(engine: Engine, number: str, least: int) -> None:
    """Wait until the search shows at least as many open cases of a number's hash."""
    shown = at_start(account("A", emergency_phone=number), ())
    line = shown["search_attributes"][LINE]
    query = f"CaseLine = '{line}' AND ExecutionStatus = 'Running'"
    async with asyncio.timeout(PATIENCE):
        while (await engine.client.count_workflows(query)).count < least:
            await asyncio.sleep(0.05)


async def contacts(case: OpenCase) -> int:
    return sum(entry.what == "contact" for entry in (await case.view()).timeline)


async def test_a_contact_is_recorded_for_every_open_case_of_the_number(
    cli: Cli, engine: Engine
) -> None:
    ours, other = await agency(engine)
    answer = await cli("contact", name_of(ours[1]), *CALLED, EVERY)
    assert (answer.code, answer.err) == (0, "")
    lines = answer.out.splitlines()
    assert lines[0].startswith(f"{name_of(ours[1])} is working: ")
    assert sorted(line.split()[0] for line in lines) == sorted(map(name_of, ours))
    assert [await contacts(case) for case in (*ours, other)] == [1, 1, 1, 0]
    assert (await other.view()).status is Status.CONTACTING

    again = await cli("contact", name_of(ours[0]), *CALLED, EVERY, "--json")
    said = json.loads(again.out)
    assert (again.code, said["failed"], len(said["cases"])) == (0, [], 3)
    assert {case["status"] for case in said["cases"]} == {"working"}


async def test_without_the_option_the_other_cases_are_counted(cli: Cli, engine: Engine) -> None:
    ours, other = await agency(engine)
    answer = await cli("contact", name_of(ours[0]), *CALLED)
    assert answer.code == 0
    assert answer.out.splitlines()[-1] == (
        f"2 other open cases have the same number: {EVERY} counts it for all."
    )
    assert [await contacts(case) for case in ours] == [1, 0, 0]
    assert EVERY not in (await cli("contact", name_of(other), *CALLED)).out
    as_json = await cli("contact", name_of(ours[0]), *CALLED, "--json")
    assert as_json.view.status is Status.WORKING
    assert EVERY not in as_json.out + as_json.err


async def test_a_number_of_the_same_hash_is_another_number(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("temporal_client.cases_of_number.line_of", lambda _: "00000")
    monkeypatch.setattr("workflows.shared.search_attributes.line_of", lambda _: "00000")
    ours, _ = await agency(engine)
    number = (await ours[0].view()).account.emergency_phone
    await found(engine, number, 4)
    names = await open_cases_of(Workflows(engine.client), number)
    assert sorted(map(str, names.unread)) == []
    assert {name.workflow_id for name in names.cases} == {case.handle.id for case in ours}


async def test_a_case_that_takes_no_contact_is_named_and_the_others_go_on(
    cli: Cli, engine: Engine
) -> None:
    ours, _ = await agency(engine)
    await ours[0].tell(IssueCase.withdraw, WITHDRAWN)
    await ours[0].end()
    answer = await cli("contact", name_of(ours[0]), *CALLED, EVERY)
    assert answer.code == 1
    assert f"{name_of(ours[0])}: is closed: withdrawn (raised in error)" in answer.err
    assert sorted(line.split()[0] for line in answer.out.splitlines()) == sorted(
        map(name_of, ours[1:])
    )
    assert [await contacts(case) for case in ours[1:]] == [1, 1]
