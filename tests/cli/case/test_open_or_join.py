"""Opening while others open and close: no issue is lost."""

import asyncio

import pytest

from cli.case import open_or_join as joining
from cli.case.open_or_join import open_or_join
from cli.terminal.problems import DidNotHappen
from domain.case.events import Withdraw
from temporal_client.workflows import Workflows
from tests.engine import EVERYONE, Engine, OpenCase, account, issue
from workflows.case.input import CaseInput
from workflows.case.issue_case import IssueCase


async def opens(engine: Engine, seller: str, *ids: str, **changes: str) -> str:
    """The own id of the case that the issues are in."""
    start = CaseInput(
        account=account(seller, **changes), issues=tuple(issue(i) for i in ids), policy=EVERYONE
    )
    said: list[str] = []
    view, _ = await open_or_join(Workflows(engine.client), start, "monitor", said.append)
    return view.id


async def closes(case: OpenCase, after: float) -> None:
    await asyncio.sleep(after)
    await case.tell(IssueCase.withdraw, Withdraw(by="desk", note="x"))


async def test_an_opening_that_races_with_a_closing_loses_nothing(engine: Engine) -> None:
    for attempt in range(5):
        seller = f"RACE{attempt}"
        case = await engine.open(seller_id=seller)
        _, found = await asyncio.gather(
            closes(case, attempt * 0.006), opens(engine, seller, "ISS-2", "ISS-3")
        )
        first = await case.end()
        newest = await engine.client.get_workflow_handle(f"case/US/{seller}").query(IssueCase.case)
        assert found in (first.id, newest.id)
        in_cases = {i.id for view in (first, newest) for i in view.issues}
        assert {"ISS-2", "ISS-3"} <= in_cases


async def test_a_case_that_takes_long_to_close_is_said_to(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(joining, "ENDS_WITHIN_SECONDS", 0.3)
    # Its closing e-mail does not get out.
    case = await engine.open(seller_id="LINGERS", email="outage@x.example", wait=False)
    await case.when(lambda view: view.timeline)
    await case.tell(IssueCase.withdraw, Withdraw(by="desk", note="x"))
    with pytest.raises(DidNotHappen, match="ISS-2 not opened: the account's last case has ended"):
        await opens(engine, "LINGERS", "ISS-2")
    await case.handle.terminate()


async def test_an_issue_that_is_refused_is_named_and_the_others_join(engine: Engine) -> None:
    full = tuple(issue(f"ISS-{n}") for n in range(99))
    case = await engine.open(seller_id="FULL", issues=full, wait=False)
    await case.when(lambda view: view.timeline)
    with pytest.raises(DidNotHappen, match="ISS-B: refused: the case has 100 issues"):
        await opens(engine, "FULL", "ISS-A", "ISS-B")
    assert (await case.view()).issues[-1].id == "ISS-A"


async def test_harm_comes_last_so_that_nothing_is_refused_for_it(engine: Engine) -> None:
    case = await engine.open(seller_id="MIXED")
    start = CaseInput(
        account=account("MIXED"), issues=(issue("ISS-2", harmful=True), issue("ISS-3"))
    )
    await open_or_join(Workflows(engine.client), start, "monitor", print)
    ended = await case.end()
    assert ended.reason == "harm"
    assert {i.id for i in ended.issues} == {"ISS-1", "ISS-2", "ISS-3"}


async def test_a_name_of_any_characters_fits_the_summary(engine: Engine) -> None:
    for seller, name in (
        ("ODD1", "\N{TEAPOT}" * 200),
        ("ODD2", '"\\' * 100),
        ("ODD3", "<b>[x](y)"),
    ):
        await opens(engine, seller, "ISS-1", name=name)
        described = await engine.client.get_workflow_handle(f"case/US/{seller}").describe()
        assert (await described.static_summary() or "").startswith(f"US/{seller}: LISTING_POLICY, ")
    assert "[x](y)" not in (await described.static_summary() or "")
