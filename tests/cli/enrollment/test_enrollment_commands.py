"""`enrollment`: the commands for a seller's standing (docs/rules.md, section 2; docs/api.md)."""

import asyncio
import json
import os
import sys
from datetime import UTC, datetime, timedelta

import pytest

from cli.enrollment.list import SellerFilter
from cli.terminal.parameters import parse_seller
from domain.enrollment.ratings import Rating
from domain.enrollment.status import EnrollmentReason, EnrollmentStatus
from domain.enrollment.view import EnrollmentView
from domain.shared.account import Store
from temporal_client.names import ENROLLMENT, SellerName
from tests.cli.conftest import ROOT, Answer, Cli, flags
from tests.cli.test_input import said
from tests.engine import Engine
from tests.patience import PATIENCE

TODAY = datetime.now(UTC).date()


def view_in(answer: Answer) -> EnrollmentView:
    assert answer.code == 0, answer
    return EnrollmentView.model_validate_json(answer.out)


async def test_show_has_the_whole_standing(cli: Cli, engine: Engine) -> None:
    young = Rating(date=TODAY - timedelta(days=99), rating=300)
    seller = await engine.know("SHOWN", young, name="[b]Kettle[/b]", language=None)
    shown, in_json = await asyncio.gather(
        cli("enrollment", "show", "US/SHOWN"),
        cli("enrollment", "show", "enrollment/US/SHOWN", "--json"),
    )
    view = await seller.view()
    assert view_in(in_json) == view
    assert json.loads(in_json.out)["account"]["language"] is None
    assert (shown.code, shown.err, "\x1b" in shown.out) == (0, "", False)
    for text in (
        "not eligible (record too short): cases of the seller are not covered",
        f"the rating qualifies on {view.qualifies_on} if it stays as it is",
        "Days on record  100",
        "rating             not met  100 of",
        "emergency contact  met      the number can be called",
        "[b]Kettle[/b]",
        "language         not known",
        "+12065550110",
        "known",
    ):
        assert text in shown.out, (text, shown.out)
    assert all(len(line) <= 120 for line in shown.out.splitlines())


async def test_what_is_known_of_an_account_changes_and_is_forgotten(
    cli: Cli, engine: Engine
) -> None:
    await engine.know("CHANGES")
    command = ("enrollment", "change", "US/CHANGES")
    flags = ["--name", "New", "--language", "fr-CA", "--time-zone", "America/Toronto"]
    changed = view_in(await cli(*command, *flags, "--email", "new@x.example", "--json"))
    account = changed.account
    assert (account.name, account.language, account.email) == ("New", "fr-CA", "new@x.example")
    removed = await cli(*command, "--remove", "phone", "--remove", "name", "--by", "kim")
    assert (removed.code, removed.err) == (0, "")
    assert removed.out == (
        "US/CHANGES is invited (no number): all that is missing is a number that we call, or its "
        "proof; cases are not covered.\n"
    )
    back, refused = await asyncio.gather(
        cli(*command, "--phone", "+12065550111", "--selling-plan", "professional", "--json"),
        cli(*command, "--phone", "+12065550"),
    )
    assert view_in(back).account.name is None
    assert view_in(back).status is EnrollmentStatus.ENROLLED
    assert view_in(back).timeline[-2].by != "kim"
    assert (refused.code, refused.out) == (1, "")
    assert refused.err == "refused: emergency_phone: is not a possible number of its country\n"


async def test_anybody_is_expelled_and_a_person_readmits(cli: Cli, engine: Engine) -> None:
    expel = ("enrollment", "expel", "CA/HARMFUL", "fraud", "--evidence", "FRAUD-1")
    case = ("--case-id", "case/CA/HARMFUL/1", "--by", "lead")
    expelled = view_in(await cli(*expel, *case, "--json"))
    assert (expelled.status, expelled.reason) == (EnrollmentStatus.EXPELLED, EnrollmentReason.HARM)
    entry = expelled.timeline[1]
    assert (entry.by, entry.code, entry.note) == ("lead", "fraud", "FRAUD-1")
    again = view_in(await cli(*expel, *case, "--json"))
    assert again.timeline == expelled.timeline
    readmit = ("enrollment", "readmit", "CA/HARMFUL", "--note", "Mistaken identity")
    back, refused = await cli(*readmit), await cli(*readmit)
    assert (back.code, back.out) == (
        0,
        "CA/HARMFUL is not eligible (selling plan): cases of the seller are not covered.\n",
    )
    assert (refused.code, refused.out) == (1, "")
    assert refused.err == "refused: the seller is not expelled: not_eligible\n"


async def test_a_deactivated_account_is_said_to_be_and_a_person_reinstates(
    cli: Cli, engine: Engine
) -> None:
    await engine.know("ENDED")
    await engine.providers.accounts.deactivate("US", "ENDED", "by hand")
    opened = await cli("open", *flags("ENDED"))
    assert opened.code == 0, opened.err
    assert "US/ENDED is not covered (the account is deactivated already; what is" in opened.out
    shown, standing = await asyncio.gather(
        cli("show", "US/ENDED"), cli("enrollment", "show", "US/ENDED")
    )
    assert "the account is deactivated already" in " ".join(shown.out.split())
    assert "not eligible (deactivated)" in standing.out
    assert "deactivated; what is left to the seller is to appeal" in standing.out
    again = await cli("enrollment", "reinstate", "US/ENDED", "--note", "The appeal holds")
    assert (again.code, "US/ENDED is enrolled" in again.out) == (0, True), again
    twice = await cli("enrollment", "reinstate", "US/ENDED", "--note", "x")
    assert (twice.code, "the account is not deactivated" in twice.err) == (1, True)


async def test_an_unknown_seller_is_said_to_be(cli: Cli) -> None:
    says = "the programme does not know the seller US/NOBODY\n"
    for answer in await asyncio.gather(
        cli("enrollment", "show", "US/NOBODY"),
        cli("enrollment", "change", "US/NOBODY", "--name", "x"),
        cli("enrollment", "readmit", "US/NOBODY", "--note", "x"),
        cli("enrollment", "advance", "US/NOBODY", "1d"),
    ):
        assert (answer.code, answer.out, answer.err) == (1, "", says)


async def test_sellers_are_listed_and_counted_by_status(cli: Cli, engine: Engine) -> None:
    await engine.know("LISTED")
    await engine.know("LISTED", store="CA", emergency_phone=None)
    flags = ("enrollment", "list", "--seller", "LISTED")
    async with asyncio.timeout(PATIENCE):
        while True:
            found = json.loads((await cli(*flags, "--json")).out)
            if found["counts"]["enrolled"] == found["counts"]["invited"] == 1:
                break
    assert found["total"] == 2
    assert found["enrollments"][1] == {
        "enrollment": "US/LISTED",
        "status": "enrolled",
        "store": "US",
        "seller": "LISTED",
    }
    invited, nobody, first = await asyncio.gather(
        cli(*flags, "--status", "invited", "--json"),
        cli(*flags, "--store", "US", "--status", "expelled"),
        cli(*flags, "--limit", "1"),
    )
    assert [e["enrollment"] for e in json.loads(invited.out)["enrollments"]] == ["CA/LISTED"]
    assert (nobody.code, nobody.out) == (0, "Counts: enrolled 1\n")
    assert "1 of 2 shown; narrow it down" in first.out
    assert "Counts: invited 1, enrolled 1" in first.out


async def test_its_own_clock_is_played_forward(cli: Cli, engine: Engine) -> None:
    seller = await engine.know("PLAYS", Rating(date=TODAY - timedelta(days=160), rating=300))
    before = await cli("enrollment", "advance", "US/PLAYS", "1h")
    assert before.code == 0, before
    assert "By the enrollment's own clock it is " in before.out
    assert f"Next: the rating qualifies on {(await seller.view()).qualifies_on}" in before.out
    after = view_in(await cli("enrollment", "advance", "US/PLAYS", "40d", "--json"))
    assert after.status is EnrollmentStatus.ENROLLED


async def test_one_that_was_broken_off_is_said_to_be(cli: Cli, engine: Engine) -> None:
    seller = await engine.know("BROKEN")
    await seller.handle.terminate(reason="by mistake")
    shown, advanced = await asyncio.gather(
        cli("enrollment", "show", "US/BROKEN"), cli("enrollment", "advance", "US/BROKEN", "1d")
    )
    assert (shown.code, "by mistake" in shown.out) == (0, True)
    changed = await cli("enrollment", "change", "US/BROKEN", "--name", "x")
    for answer in (advanced, changed):
        assert (answer.code, "ended without closing the enrollment" in answer.err) == (1, True)


async def test_completion_knows_the_choices(cli: Cli) -> None:
    async def completed(*words: str) -> set[str]:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, str(ROOT / "client.py")),
            stdout=asyncio.subprocess.PIPE,
            env=os.environ
            | {
                "_CLIENT.PY_COMPLETE": "complete_bash",
                "COMP_WORDS": " ".join(("client.py", *words)) + " ",
                "COMP_CWORD": str(len(words) + 1),
            },
        )
        out, _ = await process.communicate()
        return set(out.decode().split())

    of_group, statuses, fields, harm = await asyncio.gather(
        completed("enrollment"),
        completed("enrollment", "list", "--status"),
        completed("enrollment", "change", "US/A", "--remove"),
        completed("enrollment", "expel", "US/A"),
    )
    assert {"show", "list", "change", "expel", "readmit", "advance"} <= of_group
    assert statuses == {"not_eligible", "invited", "enrolled", "expelled"}
    assert fields == {
        *("name", "selling-plan", "phone", "extension", "email", "language", "time-zone")
    }
    assert harm == {"fraud", "deception", "illegal", "harm"}


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (["show", "MX/A"], "SELLER"),
        (["show", "case/US/A"], "SELLER"),
        (["list", "--status", "resolved"], "--status"),
        (["list", "--seller", "a'b"], "seller: is malformed"),
        (["list", "--limit", "0"], "limit: "),
        (["change", "US/A"], "give one or more of: name, language"),
        (["change", "US/A", "--phone", "911"], "emergency_phone: is malformed"),
        (["change", "US/A", "--name", ""], "name: "),
        (["change", "US/A", "--selling-plan", "gold"], "--selling-plan"),
        (["change", "US/A", "--remove", "colour"], "--remove"),
        (["change", "US/A", "--phone", "+12065550101", "--remove", "phone"], "phone: give a value"),
        (["expel", "US/A", "fraud"], "--evidence"),
        (["expel", "US/A", "theft", "--evidence", "x"], "category"),
        (["expel", "US/A", "fraud", "--evidence", " "], "evidence: "),
        (["expel", "US/A", "fraud", "--evidence", "x", "--by", ""], "by: "),
        (["readmit", "US/A"], "--note"),
        (["readmit", "US/A", "--note", "x" * 1001], "note: "),
        (["advance", "US/A", "soon"], "SPAN"),
    ],
)
def test_bad_input_names_the_field_and_nothing_is_sent(
    arguments: list[str],
    names: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    code, err = said(capsys, monkeypatch, "enrollment", *arguments)
    assert (code, names.lower() in err.lower()) == (2, True), err


def test_names_and_queries() -> None:
    assert (
        parse_seller("US/A2")
        == parse_seller("enrollment/US/A2")
        == SellerName(ENROLLMENT, "enrollment/US/A2")
    )
    assert str(parse_seller("CA/A2")) == "CA/A2"
    assert SellerFilter(store=Store.US, seller="A2").query(EnrollmentStatus.INVITED) == (
        "WorkflowType = 'Enrollment' AND CaseStatus = 'invited' "
        "AND ExecutionStatus IN ('Running', 'Paused') AND CaseStore = 'US' AND CaseSeller = 'A2'"
    )
