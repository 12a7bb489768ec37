"""The commands on a real server."""

import asyncio
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from domain.case.attempt import Channel
from domain.case.events import ContactChannel, ReportContact, Withdraw
from domain.case.status import Status
from tests.cli.conftest import Cli, flags, name_of
from tests.engine import EVERYONE, Engine, account, issue
from tests.patience import PATIENCE
from workflows.case.issue_case import IssueCase

PLAN = {
    "root_causes": ["A supplier changed the product"],
    "corrective_actions": ["Removed the listing"],
    "preventive_measures": ["Two people check each new listing"],
}
VISIBLE = (
    "CaseStore = 'CA' AND CaseDeadline > '2000-01-01T00:00:00Z' AND "
    "(ExecutionStatus = 'Completed' OR CaseStatus = 'contacting')"
)
REVIEWER = ("--by", "reviewer.kim")
FIRST = ("--version", "1", *REVIEWER)


async def test_open_starts_a_case_and_answers_where_it_stands(cli: Cli) -> None:
    done = await cli("open", *flags("OPENED"), "--policy", "window=48h")
    assert done.code == 0, done.err
    assert "Opened the case US/OPENED with ISS-1." in done.out
    assert "US/OPENED is contacting: the seller is being reached." in done.out
    assert "deadline" in done.out
    assert "\x1b" not in done.out
    shown = await cli("show", "US/OPENED", "--json")
    view = shown.view
    assert view.issues[0].summary == "Restricted product: listed"
    assert view.deadline is not None
    assert view.deadline - view.opened_at < timedelta(hours=49)


async def test_who_opens_is_in_the_timeline_and_a_case_that_names_somebody_keeps_that(
    cli: Cli,
) -> None:
    start = {"account": account("NAMED").model_dump(), "issues": [issue().model_dump()]}
    named = start | {"policy": EVERYONE, "by": "feed"}
    by_flag, by_file = await asyncio.gather(
        cli("open", *flags("FLAGGED"), "--json", "--by", "monitor"),
        cli("open", "-", "--json", "--by", "monitor", stdin=json.dumps(named)),
    )
    for answer, by in ((by_flag, "monitor"), (by_file, "feed")):
        assert answer.code == 0, answer.err
        assert (answer.view.timeline[0].what, answer.view.timeline[0].by) == ("opened", by)


async def test_opening_again_joins_the_open_case(cli: Cli, engine: Engine) -> None:
    case = await engine.open()
    start = {
        "account": account(case.handle.id.rpartition("/")[2], name="Another").model_dump(),
        "issues": [issue().model_dump(), issue("ISS-2").model_dump()],
    }
    done = await cli("open", "-", "--json", "--by", "monitor", stdin=json.dumps(start))
    assert done.code == 0, done.err
    assert [i.id for i in done.view.issues] == ["ISS-1", "ISS-2"]
    assert done.view.id == (await case.view()).id
    assert f"ISS-1 is known to the open case {name_of(case)} already." in done.err
    assert f"ISS-2 joined the open case {name_of(case)}." in done.err
    assert "The open case keeps its own name" in done.err
    joined = next(e for e in done.view.timeline if e.what == "issue_joined")
    assert joined.by == "monitor"


async def test_all_who_open_at_once_open_one_case(cli: Cli) -> None:
    done = await asyncio.gather(
        *(cli("open", *flags("ATONCE", issue=f"ISS-{n}:CODE:x")) for n in range(3))
    )
    assert [answer.code for answer in done] == [0] * 3
    assert sum("Opened" in answer.out for answer in done) == 1
    view = (await cli("show", "US/ATONCE", "--json")).view
    assert {i.id for i in view.issues} == {f"ISS-{n}" for n in range(3)}


async def test_harm_opens_and_deactivates(cli: Cli) -> None:
    done = await cli("open", *flags("HARMFUL"), "--harmful")
    assert (done.code, "(harm)" in done.out) == (0, True), done


async def test_an_account_that_is_not_covered_is_told_so(cli: Cli) -> None:
    done = await cli("open", *flags("UNCOVERED", policy="coverage=enrolled"))
    assert done.code == 0
    assert "US/UNCOVERED is not covered (the account is not enrolled: the programme" in done.out


async def test_from_a_call_to_a_plan_accepted(cli: Cli, engine: Engine, tmp_path: Path) -> None:
    case = await engine.open()
    name = name_of(case)
    refused = await cli("review", name, "accept", "--version", "1")
    assert (refused.code, refused.out) == (1, "")
    assert refused.err == "refused: no plan is under review: the case is contacting\n"
    requested = await cli("call", name, "--by", "seller")
    assert (requested.code, f"{name} is working" in requested.out) == (0, True), requested
    again = await cli("call", name)
    assert (again.code, "a call was requested just now" in again.err) == (1, True)
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(PLAN | {"by": "seller"}))
    planned = await cli("plan", name, "--file", str(file), "--json")
    assert (planned.code, planned.view.status) == (0, Status.PLAN_REVIEW)
    assert planned.view.plans[0].plan.by == "seller"
    more = await cli("review", name, "more_information", "--note", "Which supplier?", *FIRST)
    assert (more.code, "a phone conversation is required" in more.out) == (0, True), more
    file.write_text(json.dumps(PLAN))
    early = await cli("plan", name, "--file", str(file))
    assert early.code == 0
    held = await cli("review", name, "accept", "--version", "2", "--note", "", *REVIEWER)
    assert (held.code, "record it (`python client.py conversation`)" in held.err) == (1, True), held
    spoke = await cli("conversation", name, "plan_expected", "--note", "Went through it")
    assert (spoke.code, f"{name} is plan review" in spoke.out) == (0, True), spoke
    second = ["--corrective-action", "y", "--preventive-measure", "z", "--evidence", "invoice 7"]
    planned = await cli("plan", name, "--root-cause", "[b]x[/b]", *second)
    assert (planned.code, f"{name} is plan review" in planned.out) == (0, True), planned
    unread = await cli("review", name, "accept", *FIRST)
    assert (unread.code, "the seller has sent version 3" in unread.err) == (1, True), unread
    accepted = await cli("review", name, "accept", "--version", "3", "--note", " ", *REVIEWER)
    assert (accepted.code, "resolved (plan accepted)" in accepted.out) == (0, True), accepted
    ended = await case.end()
    assert ended.plans[2].reviewed_by == "reviewer.kim"

    shown, view, late = await asyncio.gather(
        cli("show", name), cli("show", ended.id, "--json"), cli("call", name)
    )
    assert view.view == ended
    assert "root cause: [b]x[/b]" in shown.out
    assert "more information, by reviewer.kim: Which supplier?" in shown.out
    assert late.code == 1
    assert f"{name} is closed: resolved (plan accepted) on 20" in late.err


async def test_the_desks_commands(cli: Cli, engine: Engine) -> None:
    case = await engine.open()
    name = name_of(case)
    contact = await cli("contact", name, "email", "--note", "Wrote back", "--json", *REVIEWER)
    assert (contact.code, contact.view.status) == (0, Status.WORKING)
    joined, changed, refused, early = await asyncio.gather(
        cli("issue", name, "ISS-2:LATE_SHIPMENT:Late: 4 %", "--json"),
        cli("change", name, "--phone", "+12065550111", "--json"),
        cli("change", name, "--phone", "+19995550111"),
        cli("decide", name, "resolve", "--note", "x"),
    )
    assert joined.view.issues[1].summary == "Late: 4 %"
    assert changed.view.account.emergency_phone == "+12065550111"
    assert (refused.code, "emergency_phone: is not a possible number" in refused.err) == (1, True)
    assert (early.code, "there is nothing to decide" in early.err) == (1, True)
    struck = await cli("withdraw", name, "--issue", "ISS-1", "--note", "twice", "--json")
    assert [i.id for i in struck.view.issues] == ["ISS-2"]
    harm = await cli("harm", name, "fraud", "--evidence", "FRAUD-1")
    # It may be done before the command looks.
    says = re.search(rf"{name} is deactivat(ing|ed) \(harm\)", harm.out)
    assert (harm.code, bool(says)) == (0, True), harm


async def test_advance_plays_the_cases_clock_and_decide_ends_it(cli: Cli, engine: Engine) -> None:
    case = await engine.open()
    name = name_of(case)
    contact = ReportContact(by="specialist", channel=ContactChannel.PHONE, note="called in")
    await case.tell(IssueCase.report_contact, contact)
    done = await cli("advance", name, "73h")
    assert done.code == 0, done.err
    assert "By the case's own clock it is" in done.out
    assert f"{name} is escalated (no cooperation): the desk decides." in done.out
    seen = len((await case.view()).timeline)
    await case.tell(IssueCase.report_contact, contact)
    stale = await cli("decide", name, "deactivate", "--note", "Silent", "--seen", str(seen))
    assert (stale.code, f"(seen: {seen}): contact; look at it again" in stale.err) == (1, True)
    resume = ("decide", name, "resume", "--note", "Their line was down")
    decided = await cli(*resume, "--seen", str(seen + 1))
    assert (decided.code, f"{name} is working" in decided.out) == (0, True), decided
    shown = await cli("show", name)
    assert "71 h 59 min left" in shown.out
    withdrawn = await cli("withdraw", name, "--note", "Wrong seller")
    assert withdrawn.code == 0
    await case.end()
    over = await cli("advance", name, "1h")
    assert (over.code, "is closed: withdrawn (raised in error)" in over.err) == (1, True)


async def test_an_earlier_case_is_shown_by_its_run(cli: Cli, engine: Engine) -> None:
    first = await engine.open(seller_id="TWICE")
    await first.tell(IssueCase.withdraw, Withdraw(by="desk", note="Wrong seller"))
    ended = await first.end()
    reopened = await cli("open", *flags("TWICE"), "--json")
    assert reopened.view.id != ended.id
    run_id = ended.id.rpartition("/")[2]
    newest, earlier = await asyncio.gather(
        cli("show", "US/TWICE", "--json"), cli("show", "US/TWICE", "--run", run_id, "--json")
    )
    assert newest.view.id == reopened.view.id
    assert earlier.view == ended
    # A note to the earlier case does not land in the newer one.
    late = await cli("withdraw", ended.id, "--note", "x")
    assert (late.code, "is closed: withdrawn" in late.err) == (1, True)


async def test_list_finds_cases_by_status_store_seller_and_deadline(
    cli: Cli, engine: Engine
) -> None:
    await engine.open(seller_id="SOON", store="CA", rules={"window": "PT25H"})
    await engine.open(seller_id="LATER", store="CA")
    gone = await engine.open(seller_id="GONE", store="CA")
    await gone.tell(IssueCase.withdraw, Withdraw(by="desk", note="x"))
    await gone.end()
    async with asyncio.timeout(PATIENCE):  # what cases are found by lags a little
        while (await engine.client.count_workflows(VISIBLE)).count < 3:
            await asyncio.sleep(0.02)

    async def found(*arguments: str) -> list[str]:
        answer = await cli("list", "--json", "--store", "CA", *arguments)
        assert answer.code == 0, answer.err
        return [case["case"] for case in json.loads(answer.out)["cases"]]

    by_status, by_deadline, by_moment, by_seller, closed, everything = await asyncio.gather(
        found("--status", "contacting"),
        found("--due-before", "30h"),
        found("--due-before", (datetime.now(UTC) + timedelta(days=2)).isoformat()),
        found("--seller", "LATER"),
        found("--status", "withdrawn"),
        found("--all"),
    )
    assert by_status == ["CA/SOON", "CA/LATER"]
    assert by_deadline == by_moment == ["CA/SOON"]
    assert by_seller == ["CA/LATER"]
    assert closed == ["CA/GONE"]
    assert everything == ["CA/SOON", "CA/LATER", "CA/GONE"]
    as_json, printed = await asyncio.gather(
        cli("list", "--store", "CA", "--json"), cli("list", "--store", "CA", "--limit", "1")
    )
    counted = json.loads(as_json.out)
    assert counted["total"] == 2
    assert {s: n for s, n in counted["counts"].items() if n} == {"contacting": 2, "withdrawn": 1}
    assert "1 of 2 shown" in printed.out
    assert "Counts: contacting 2, withdrawn 1" in printed.out


async def test_unknown_cases(cli: Cli) -> None:
    commands = (["show", "US/NOBODY"], ["call", "US/NOBODY"], ["advance", "US/NOBODY", "1h"])
    for answer in await asyncio.gather(*(cli(*command) for command in commands)):
        assert (answer.code, answer.err) == (1, "there is no case US/NOBODY\n")
    empty = await cli("list", "--seller", "NOBODY")
    assert (empty.code, empty.out) == (0, "No case.\n")


async def test_a_workflow_that_was_terminated_is_said_to_be(cli: Cli, engine: Engine) -> None:
    case = await engine.open()
    await case.handle.terminate(reason="by mistake")
    shown, told = await asyncio.gather(cli("show", name_of(case)), cli("call", name_of(case)))
    assert (shown.code, told.code) == (0, 1)
    assert "ended without closing the case: by mistake" in " ".join(shown.out.split())
    assert "ended without closing the case: by mistake" in told.err


async def test_a_number_that_is_not_called_opens_with_a_warning(cli: Cli) -> None:
    done = await cli("open", *flags("BADNUMBER", phone="+19995550101"), "--json")
    assert (done.code, "warning: account.emergency_phone" in done.err) == (0, True), done.err
    assert not any(a.channel is Channel.CALL for a in done.view.attempts)
