"""The lists of the desk: what waits, taking a case and handing it over, finding one."""

import asyncio
import logging
from collections.abc import AsyncIterator
from functools import partial

import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from domain.case.events import Assign, EventKind, ReviewPlan, Withdraw
from domain.case.status import Status
from runtime.desk_settings import Role
from tests.desk.served import ListsDesk, desk_in, listed, row_of, until
from tests.engine import issue
from tests.page.seller_states import escalated, invalid_number, more_information, plan_review
from workflows.case.issue_case import IssueCase

MARKUP = '<b>Kettle</b> & "Sons" <img src=x onerror=alert(1)>'


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def desk(tmp_path_factory: pytest.TempPathFactory, server: str) -> AsyncIterator[ListsDesk]:
    async with desk_in(tmp_path_factory.mktemp("desk"), server) as running:
        yield running


def is_listed(case: str, page: str) -> bool:
    return case in listed(page)


async def test_a_case_is_in_the_list_of_what_it_needs_within_five_seconds(desk: ListsDesk) -> None:
    case = await plan_review(desk.engine, "NEEDS")
    async with desk.person(Role.REVIEWER) as reviewer:
        page = await until(reviewer, "review", lambda page: "case/US/NEEDS" in listed(page), 5)
        row = row_of(page, "case/US/NEEDS")
        assert "Blue Kettle Goods" in row
        assert "for 0 min" in row
        assert "ISS-1" in row
        assert "English" in row
        no = ReviewPlan(by="reviewer.kim", decision="reject", note="The cause is not named")
        await case.tell(IssueCase.review_plan, no)
        await until(reviewer, "review", lambda page: "case/US/NEEDS" not in listed(page), 5)
        page = await until(reviewer, "seller", lambda page: "case/US/NEEDS" in listed(page), 5)
        assert "2 d 23 h left" in row_of(page, "case/US/NEEDS")


async def test_each_list_has_what_it_says(desk: ListsDesk) -> None:
    await escalated(desk.engine, "DECIDE")
    await more_information(desk.engine, "SPEAK")
    await invalid_number(desk.engine, "NUMBER")
    there = {"decision": "DECIDE", "conversation": "SPEAK", "number": "NUMBER"}
    async with desk.person(Role.OBSERVER) as observer:
        for queue, seller in there.items():
            case = f"case/US/{seller}"
            page = await until(observer, queue, partial(is_listed, case))
            assert "/desk/take" not in page
            if queue == "decision":
                assert "plans rejected" in row_of(page, case)


async def test_a_list_can_be_of_one_store_and_of_more_rows(desk: ListsDesk) -> None:
    await plan_review(desk.engine, "INCANADA", store="CA", time_zone="America/Toronto")
    async with desk.person(Role.REVIEWER) as reviewer:
        await until(reviewer, "review&store=CA", lambda page: listed(page) == ["case/CA/INCANADA"])
        page = (await reviewer.http.get("/desk/?queue=review&store=US&shown=100")).text
        assert "case/CA/INCANADA" not in listed(page)
        for odd in ("queue=none", "store=XX", "shown=-1", "shown=999999999", "shown=x", "queue="):
            assert (await reviewer.http.get(f"/desk/?{odd}")).status_code == 200


async def test_what_a_seller_wrote_is_shown_and_is_no_markup(desk: ListsDesk) -> None:
    await plan_review(desk.engine, "MARKUP", name=MARKUP)
    async with desk.person(Role.REVIEWER) as reviewer:
        page = await until(reviewer, "review", lambda page: "case/US/MARKUP" in listed(page))
        row = row_of(page, "case/US/MARKUP")
        assert "<b>Kettle" not in row
        assert "<img" not in row
        assert "&lt;b&gt;Kettle" in row


# --- who works a case -----------------------------------------------------------------------------


async def test_of_two_who_take_a_case_at_once_the_second_is_told_who_was_first(
    desk: ListsDesk,
) -> None:
    case = await plan_review(desk.engine, "RACE")
    async with desk.person(Role.REVIEWER) as one, desk.person(Role.SPECIALIST) as other:
        answers = await asyncio.gather(
            *(who.post("/desk/take", {"case": "case/US/RACE", "key": "k"}) for who in (one, other))
        )
        assert sorted(a.status_code for a in answers) == [200, 409]
        (told,) = [a for a in answers if a.status_code == 409]
        first = (await case.view()).assignee
        assert first in ("reviewer.okafor", "specialist.chen")
        assert f"{first} was first: they have US/RACE." in told.text


async def test_a_case_is_taken_handed_over_with_a_note_and_released(desk: ListsDesk) -> None:
    case = await plan_review(desk.engine, "HANDED")
    named = {"case": "case/US/HANDED", "key": "one"}
    async with desk.person(Role.SPECIALIST) as specialist, desk.person(Role.LEAD) as lead:
        await until(specialist, "review", lambda page: "case/US/HANDED" in listed(page))
        taken = await specialist.post("/desk/take?queue=review", named)
        assert "You have US/HANDED now." in taken.text
        # The list that answers shows it already.
        assert "specialist.chen" in row_of(taken.text, "case/US/HANDED")
        await until(specialist, "mine", lambda page: "case/US/HANDED" in listed(page))
        over = await specialist.post(
            "/desk/hand-over", named | {"to": "reviewer.okafor", "note": "They speak French"}
        )
        assert "reviewer.okafor has US/HANDED now." in over.text
        view = await case.view()
        assert view.assignee == "reviewer.okafor"
        assert view.timeline[-1].note == "They speak French"
        # It is not theirs any more.
        again = named | {"to": "specialist.chen", "key": "two"}
        assert (await specialist.post("/desk/hand-over", again)).status_code == 403
        assert (await specialist.post("/desk/release", named | {"key": "3"})).status_code == 409
        assert (await case.view()).assignee == "reviewer.okafor"
        # A lead releases it, whoever has it.
        release = named | {"release": "yes", "held_by": "reviewer.okafor"}
        assert (await lead.post("/desk/assign", release)).status_code == 200
        assert (await case.view()).assignee is None


async def test_a_case_given_to_them_in_other_capitals_is_theirs(desk: ListsDesk) -> None:
    case = await plan_review(desk.engine, "CAPITALS")
    await case.tell(IssueCase.assign, Assign(by="lead.ortiz", to="Specialist.Chen"))
    named = {"case": "case/US/CAPITALS", "key": "one"}
    async with desk.person(Role.SPECIALIST) as specialist:
        await until(specialist, "mine", lambda page: "case/US/CAPITALS" in listed(page))
        over = await specialist.post(
            "/desk/hand-over", named | {"to": "reviewer.okafor", "note": "They speak French"}
        )
        assert "reviewer.okafor has US/CAPITALS now." in over.text


async def test_a_form_that_is_sent_twice_counts_once(desk: ListsDesk) -> None:
    case = await plan_review(desk.engine, "TWICE")
    async with desk.person(Role.SPECIALIST) as specialist:
        for _ in range(2):
            await specialist.post("/desk/take", {"case": "case/US/TWICE", "key": "same"})
    assert [e.what for e in (await case.view()).timeline].count(EventKind.ASSIGNED) == 1


async def test_who_takes_a_case_that_has_ended_is_told_so(desk: ListsDesk) -> None:
    case = await plan_review(desk.engine, "ENDED")
    await case.tell(IssueCase.withdraw, Withdraw(by="monitor", note="Raised in error"))
    assert (await case.end()).status is Status.WITHDRAWN
    async with desk.person(Role.SPECIALIST) as specialist:
        answer = await specialist.post("/desk/take", {"case": "case/US/ENDED", "key": "k"})
    assert answer.status_code == 409
    assert "US/ENDED has ended meanwhile." in answer.text


@pytest.mark.parametrize(
    ("role", "path"),
    [
        (Role.OBSERVER, "/desk/take"),
        (Role.OBSERVER, "/desk/hand-over"),
        (Role.OBSERVER, "/desk/release"),
        *((role, "/desk/assign") for role in Role if role is not Role.LEAD),
        *(
            (role, f"/desk/bulk/{what}{step}")
            for role in Role
            if role is not Role.LEAD
            for what in ("assign", "withdraw", "resolve", "resume", "deactivate")
            for step in ("", "/run", "/US/ROLES")
        ),
    ],
)
async def test_nobody_does_what_their_role_does_not_include(
    desk: ListsDesk, role: Role, path: str
) -> None:
    async with desk.person(role) as person:
        answer = await person.post(path, {"case": "case/US/ROLES", "to": "x", "note": "x"})
    assert answer.status_code == 403


# --- finding a case -------------------------------------------------------------------------------


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def findable(desk: ListsDesk) -> None:
    await desk.engine.open(
        seller_id="FINDME",
        issues=(issue("ISS-FIND"),),
        name="Les Épices Rarename",
        email="owner@rarename.example",
        emergency_phone="+12062999910",
    )


@pytest.mark.usefixtures("findable")
@pytest.mark.parametrize(
    "text",
    ["FINDME", "ISS-FIND", "owner@rarename.example", "+1 206 299 9910", "rarename épices"],
)
async def test_one_account_that_is_found_leads_to_its_case(desk: ListsDesk, text: str) -> None:
    async with desk.person(Role.OBSERVER) as observer:
        async with asyncio.timeout(20):
            while (answer := await observer.post("/desk/find", {"q": text})).status_code != 303:
                await asyncio.sleep(0.1)
    assert answer.headers["location"] == "/desk/case/US/FINDME"


async def test_what_is_looked_for_is_in_no_log_and_in_no_address(
    desk: ListsDesk, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with desk.person(Role.OBSERVER) as observer:
        with capture_logs() as logs:
            answer = await observer.post("/desk/find", {"q": "nobody@private.example"})
            for hostile in ("' OR 1=1 --", "a'b", "\x00", "x" * 5000, "%", "(", "+99"):
                assert (await observer.post("/desk/find", {"q": hostile})).status_code == 200
        assert "No case was found by that." in answer.text
        assert "private.example" not in str(logs) + caplog.text
        assert (await observer.http.get("/desk/find?q=FINDME")).status_code == 405
