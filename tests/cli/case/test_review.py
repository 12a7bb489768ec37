"""A reviewer at a terminal answers the plan that was shown to them, and no other."""

import asyncio
import os
import sys

from domain.case.status import Status
from tests.cli.conftest import ROOT, Answer, Cli, name_of
from tests.engine import Engine
from tests.patience import PATIENCE
from tests.workflows.events import NOTE, PLAN, WITHDRAW
from workflows.case.issue_case import IssueCase


async def at_a_terminal(cli: Cli, *arguments: str, answers: str) -> Answer:
    """Run a command whose standard input is a real terminal."""
    ours, theirs = os.openpty()
    try:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, str(ROOT / "client.py"), *arguments),
            stdin=theirs,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=cli.environment,
        )
        os.write(ours, answers.encode())
        out, err = await asyncio.wait_for(process.communicate(), PATIENCE)
    finally:
        os.close(ours)
        os.close(theirs)
    return Answer(process.returncode or 0, out.decode(), err.decode())


async def test_the_newest_plan_is_shown_and_it_is_that_which_is_answered(
    cli: Cli, engine: Engine
) -> None:
    case = await engine.open()
    await case.tell(IssueCase.submit_plan, PLAN)
    accept = ("review", name_of(case), "accept", "--by", "reviewer.kim", "--json")
    no = await at_a_terminal(cli, *accept, answers="n\n")
    assert (no.code, no.out) == (1, "")
    assert "root cause: A supplier changed the product" in no.err
    assert "nothing was sent" in no.err
    assert (await case.view()).status is Status.PLAN_REVIEW
    yes = await at_a_terminal(cli, *accept, answers="y\n")
    assert (yes.code, yes.view.status) == (0, Status.RESOLVED), yes.err
    assert (await case.end()).plans[0].reviewed_by == "reviewer.kim"


async def test_where_there_is_no_plan_the_case_says_so(cli: Cli, engine: Engine) -> None:
    case = await engine.open()
    answer = await at_a_terminal(cli, "review", name_of(case), "accept", answers="")
    assert answer.code == 1
    assert "no plan is under review" in answer.err
    await case.tell(IssueCase.withdraw, WITHDRAW)


async def test_who_says_what_they_have_seen_accepts_over_no_note_that_they_have_not(
    cli: Cli, engine: Engine
) -> None:
    case = await engine.open()
    seen = len((await case.tell(IssueCase.submit_plan, PLAN)).timeline)
    await case.tell(IssueCase.note, NOTE)
    accept = ("review", name_of(case), "accept", "--by", "reviewer.kim", "--version", "1")
    refused = await cli(*accept, "--seen", str(seen))
    assert refused.code == 1
    assert f"the case has changed since (seen: {seen})" in refused.err
    assert (await cli(*accept)).code == 0
