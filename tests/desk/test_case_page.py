"""A case at the desk, on the real server: who may do what, and what becomes of it."""

import re

import pytest
from structlog.testing import capture_logs

from desk.case_forms import FORMS
from desk.roles import MAY, Action
from domain.case.events import (
    Decide,
    Decision,
    EventKind,
    Review,
)
from domain.case.status import Status
from domain.case.view import CaseView
from runtime.desk_settings import Role
from tests.desk.cases import ServedDesk, address, form_of
from tests.domain.case.build import a_plan, a_review
from tests.engine import Engine, OpenCase
from workflows.case.issue_case import IssueCase


def kinds(view: CaseView) -> list[EventKind]:
    return [entry.what for entry in view.timeline]


async def with_plan(engine: Engine) -> OpenCase:
    case = await engine.open()
    await case.tell(IssueCase.submit_plan, a_plan("The first cause"))
    return case


async def escalated(engine: Engine, **rules: bool) -> OpenCase:
    case = await engine.open(rules={"maximum_rejections": 1, **rules})
    await case.tell(IssueCase.submit_plan, a_plan())
    await case.tell(IssueCase.review_plan, a_review(Review.REJECT))
    return case


@pytest.mark.parametrize("role", Role)
async def test_each_role_does_what_it_may_and_nothing_else(
    desk: ServedDesk, engine: Engine, role: Role
) -> None:
    case = await engine.open()
    at = address(await case.view())
    before = kinds(await case.view())
    async with desk.signed_in(role) as person, desk.signed_in(Role.LEAD) as lead:
        shown = (await person.get(at)).text
        run = form_of((await lead.get(at)).text, "note")["run"]
        csrf = re.findall(r'name="csrf" value="([^"]+)"', shown)[0]
        for form in FORMS:
            if not form.fields:
                continue
            sent = await person.post(f"{at}/{form.name}", data={"csrf": csrf, "run": run})
            may = form.action in MAY[role]
            # What may be sent is looked at, and nothing is filled in. An assignment to nobody is
            # complete: it releases the case.
            wanted = 403 if not may else 303 if form.name == "assign" else 422
            assert sent.status_code == wanted, (role, form.name)
            if not may:
                assert f'action="{at}/{form.name}' not in shown
    after = [kind for kind in kinds(await case.view()) if kind is not EventKind.ASSIGNED]
    assert after == before


def test_each_action_has_a_form() -> None:
    of_appeals = {Action.DECIDE_APPEAL}  # on the page of an appeal (desk/appeals.py)
    assert {form.action for form in FORMS} == set(Action) - {Action.READ} - of_appeals


async def test_only_a_lead_adds_a_harmful_issue(desk: ServedDesk, engine: Engine) -> None:
    case = await engine.open()
    at = address(await case.view())
    typed = {"id": "ISS-9", "code": "FRAUD", "summary": "Forged invoices", "harmful": "yes"}
    async with desk.signed_in(Role.SPECIALIST) as specialist:
        page = (await specialist.get(at)).text
        assert "expelled" not in page
        sent = await specialist.post(f"{at}/issue", data=form_of(page, "issue", **typed))
        assert sent.status_code == 403
    assert len((await case.view()).issues) == 1
    async with desk.signed_in(Role.LEAD) as lead:
        form = form_of((await lead.get(at)).text, "issue", **typed)
        with capture_logs() as logs:
            asked = await lead.post(f"{at}/issue", data=form)
            assert "The account will be deactivated" in asked.text
            assert (await case.view()).status is Status.CONTACTING
            sure = form_of(asked.text, "issue", sure="yes")
            assert (await lead.post(f"{at}/issue", data=sure | {"back": "yes"})).status_code == 200
            assert (await lead.post(f"{at}/issue", data=sure)).status_code == 303
        outcomes = [line["outcome"] for line in logs if line["event"] == "audit"]
        assert outcomes == ["asked", "asked", "done"]
    assert (await case.end()).status is Status.DEACTIVATED


async def test_an_issue_that_a_case_has_is_not_said_to_have_joined(
    desk: ServedDesk, engine: Engine
) -> None:
    case = await engine.open()
    at = address(await case.view())
    typed = {"id": "ISS-2", "code": "SAFETY", "summary": "Recalled"}
    async with desk.signed_in(Role.SPECIALIST) as specialist:
        form = form_of((await specialist.get(at)).text, "issue", **typed)
        for _ in range(2):  # a second click is no second issue
            assert (await specialist.post(f"{at}/issue", data=form)).status_code == 303
        other = typed | {"summary": "Late shipments"}
        form = form_of((await specialist.get(at)).text, "issue", **other)
        answer = await specialist.post(f"{at}/issue", data=form)
        assert answer.status_code == 422
        assert "The case has an issue with this id already." in answer.text
        assert 'value="Late shipments"' in answer.text


async def test_the_version_shown_is_the_version_decided_on(
    desk: ServedDesk, engine: Engine
) -> None:
    case = await with_plan(engine)
    at = address(await case.view())
    async with desk.signed_in(Role.REVIEWER) as reviewer:
        page = await reviewer.get(at)
        await case.tell(IssueCase.submit_plan, a_plan("The second cause"))
        form = form_of(page.text, "review", decision="reject", note="This is not the cause.")
        refused = await reviewer.post(f"{at}/review", data=form)
        assert refused.status_code == 409
        assert "newer version" in refused.text
        assert "The second cause" in refused.text
        assert "This is not the cause.</textarea>" in refused.text
        assert (await case.view()).status is Status.PLAN_REVIEW
        again = form_of(refused.text, "review", decision="reject", note="Nor is this.")
        assert again["version"] == "2"
        assert (await reviewer.post(f"{at}/review", data=again)).status_code == 303
    plans = (await case.view()).plans
    assert [plan.note for plan in plans] == [None, "Nor is this."]
    assert plans[1].reviewed_by == "reviewer.okafor"


async def test_a_second_person_is_told_what_changed_and_loses_nothing(
    desk: ServedDesk, engine: Engine
) -> None:
    case = await engine.open()
    at = address(await case.view())
    async with desk.signed_in(Role.LEAD) as lead, desk.signed_in(Role.SPECIALIST) as specialist:
        first = await lead.get(at)
        form = form_of(
            (await specialist.get(at)).text,
            "conversation",
            outcome="plan_expected",
            note="They send a plan today.",
        )
        assert (await specialist.post(f"{at}/conversation", data=form)).status_code == 303
        typed = form_of(first.text, "withdraw", note="It was our mistake.", sure="yes")
        refused = await lead.post(f"{at}/withdraw", data=typed)
        assert refused.status_code == 409
        for said in ("has changed", "A conversation was recorded", "by specialist.chen"):
            assert said in refused.text
        assert "It was our mistake.</textarea>" in refused.text
        assert (await case.view()).status is Status.WORKING
        # Who has looked again may go on.
        again = form_of(refused.text, "withdraw", note="It was our mistake.", sure="yes")
        assert (await lead.post(f"{at}/withdraw", data=again)).status_code == 303
    assert (await case.end()).status is Status.WITHDRAWN


async def test_a_form_sent_twice_counts_once(desk: ServedDesk, engine: Engine) -> None:
    case = await engine.open()
    at = address(await case.view())
    async with desk.signed_in(Role.SPECIALIST) as person:
        form = form_of((await person.get(at)).text, "note", note="Called the bank.")
        for _ in range(2):
            assert (await person.post(f"{at}/note", data=form)).status_code == 303
        assert kinds(await case.view()).count(EventKind.NOTE) == 1
        # The same words, written anew, are another note.
        form = form_of((await person.get(at)).text, "note", note="Called the bank.")
        assert (await person.post(f"{at}/note", data=form)).status_code == 303
    assert kinds(await case.view()).count(EventKind.NOTE) == 2


async def test_who_takes_a_case_has_it_and_hands_it_over(desk: ServedDesk, engine: Engine) -> None:
    case = await engine.open()
    at = address(await case.view())
    async with (
        desk.signed_in(Role.SPECIALIST) as first,
        desk.signed_in(Role.REVIEWER) as second,
        desk.signed_in(Role.LEAD) as lead,
    ):
        takes = [form_of((await person.get(at)).text, "take") for person in (first, second)]
        assert (await first.post(f"{at}/take", data=takes[0])).status_code == 303
        late = await second.post(f"{at}/take", data=takes[1])
        assert late.status_code == 409
        assert "Somebody else has taken the case" in late.text
        assert "<bdi>specialist.chen</bdi>" in late.text
        # It is not theirs to give away.
        theirs = takes[1] | {"to": "reviewer.okafor", "note": "I do it."}
        stolen = await second.post(f"{at}/hand-over", data=theirs)
        assert stolen.status_code == 409
        assert (await case.view()).assignee == "specialist.chen"

        own = form_of((await first.get(at)).text, "hand-over", to="reviewer.okafor", note="Late.")
        assert (await first.post(f"{at}/hand-over", data=own)).status_code == 303
        assert (await case.view()).assignee == "reviewer.okafor"
        free = form_of((await lead.get(at)).text, "assign", to="", note="")
        assert (await lead.post(f"{at}/assign", data=free)).status_code == 303
    assert (await case.view()).assignee is None


async def test_a_deactivation_is_asked_twice_and_by_two_people(
    desk: ServedDesk, engine: Engine
) -> None:
    case = await escalated(engine, second_person=True)
    at = address(await case.view())
    async with desk.signed_in(Role.LEAD) as lead:
        form = form_of((await lead.get(at)).text, "decide", decision="deactivate", note="Fraud.")
        asked = await lead.post(f"{at}/decide", data=form)
        assert "This cannot be taken back." in asked.text
        assert (await case.view()).proposed is None
        sure = form_of(asked.text, "decide", sure="yes")
        assert (await lead.post(f"{at}/decide", data=sure)).status_code == 303
        proposed = (await case.view()).proposed
        assert proposed is not None
        assert (proposed.by, proposed.note) == ("lead.ortiz", "Fraud.")
        own = form_of(
            (await lead.get(at)).text, "confirm", answer="confirm", note="Yes.", sure="yes"
        )
        refused = await lead.post(f"{at}/confirm", data=own)
        assert refused.status_code == 409
        assert "another person confirms it" in refused.text
        no = form_of((await lead.get(at)).text, "confirm", answer="decline", note="Too early.")
        assert (await lead.post(f"{at}/confirm", data=no)).status_code == 303
        await case.tell(
            IssueCase.decide, Decide(by="lead.kim", decision=Decision.DEACTIVATE, note="It is.")
        )
        yes = form_of(
            (await lead.get(at)).text, "confirm", answer="confirm", note="Yes.", sure="yes"
        )
        assert (await lead.post(f"{at}/confirm", data=yes)).status_code == 303
    assert (await case.end()).status is Status.DEACTIVATED
