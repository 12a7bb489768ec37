"""A case at the desk, on the real server: who may do what, and what becomes of it."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from desk.case_forms import FORMS
from desk.roles import MAY, Action
from domain.case.events import (
    ConversationOutcome,
    Decide,
    Decision,
    EventKind,
    RecordConversation,
    ReportContact,
    Review,
)
from domain.case.status import Status
from domain.case.view import CaseView
from runtime.connection import connect
from runtime.desk_settings import Role
from tests.desk.cases import ServedDesk, address, form_of, served_desk
from tests.domain.case.build import a_plan, a_review
from tests.engine import Engine, OpenCase, issue
from tests.patience import PATIENCE
from workflows.case.issue_case import IssueCase

WORDING = """{"en": {"reject": {"No invoice": "The invoice of the supplier is missing."}}}"""
MARKUP = "<script>alert(1)</script><img src=x onerror=alert(2)>"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def desk(engine: Engine) -> AsyncIterator[ServedDesk]:
    """The desk before the engine, with a prepared text."""
    wording = engine.folder / "wording.json"
    wording.write_text(WORDING)
    async with served_desk(engine.client, engine.folder, wording) as served:
        yield served


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
    assert {form.action for form in FORMS} == set(Action) - {Action.READ}


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
        asked = await lead.post(f"{at}/issue", data=form)
        assert "The account will be deactivated" in asked.text
        assert (await case.view()).status is Status.CONTACTING
        sure = form_of(asked.text, "issue", sure="yes")
        assert (await lead.post(f"{at}/issue", data=sure)).status_code == 303
    assert (await case.end()).status is Status.DEACTIVATED


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


async def test_bad_input_is_named_at_its_field(desk: ServedDesk, engine: Engine) -> None:
    case = await engine.open()
    at = address(await case.view())
    bad = {
        "change-contact": ({"emergency_phone": "12"}, "emergency_phone"),
        "issue": ({"id": "A B", "code": "X", "summary": "It is."}, "id"),
        "note": ({"note": "x" * 1001}, "note"),
        "conversation": ({"note": "We spoke."}, "outcome"),
    }
    async with desk.signed_in(Role.LEAD) as lead:
        page = (await lead.get(at)).text
        for name, (typed, field) in bad.items():
            sent = await lead.post(f"{at}/{name}", data=form_of(page, name, **typed))
            assert sent.status_code == 422, name
            assert f'id="{name}-{field}-problem"' in sent.text
            for text in typed.values():
                assert text in sent.text
        # It has the form of a number, but is none that we call: the case says so.
        form = form_of(page, "change-contact", emergency_phone="+1 900 555 0101")
        refused = await lead.post(f"{at}/change-contact", data=form)
        assert refused.status_code == 422
        assert 'id="change-contact-emergency_phone-problem"' in refused.text


async def test_a_prepared_text_is_put_into_the_note(desk: ServedDesk, engine: Engine) -> None:
    case = await with_plan(engine)
    at = address(await case.view())
    async with desk.signed_in(Role.REVIEWER) as reviewer:
        page = (await reviewer.get(at)).text
        form = form_of(page, "review", note="Dear seller.", wording="reject/No invoice")
        shown = await reviewer.post(f"{at}/review", data=form | {"insert": "yes"})
        assert "Dear seller.\nThe invoice of the supplier is missing.</textarea>" in shown.text
        assert re.search(r'value="reject" checked', shown.text)
    assert (await case.view()).plans[0].decision is None


async def test_what_a_seller_writes_is_shown_and_not_run(desk: ServedDesk, engine: Engine) -> None:
    bad = issue().model_copy(update={"summary": MARKUP})
    case = await engine.open(issues=(bad,), name=MARKUP)
    await case.tell(IssueCase.submit_plan, a_plan(MARKUP))
    await case.tell(IssueCase.submit_plan, a_plan(f"{MARKUP} again"))
    contact = ReportContact.model_validate({"by": MARKUP, "channel": "email", "note": MARKUP})
    await case.tell(IssueCase.report_contact, contact)
    at = address(await case.view())
    async with desk.signed_in(Role.LEAD) as lead:
        page = await lead.get(at)
        form = form_of(page.text, "issue", id=MARKUP, code=MARKUP, summary=MARKUP)
        for text in (page.text, (await lead.post(f"{at}/issue", data=form)).text):
            assert "alert(1)" in text
            assert "<script>alert" not in text
            assert "<img" not in text


async def test_a_page_asks_whether_anything_is_new(desk: ServedDesk, engine: Engine) -> None:
    case = await engine.open()
    at = address(await case.view())
    part = {"hx-request": "true"}
    async with desk.signed_in(Role.OBSERVER) as observer:
        page = (await observer.get(at)).text
        found = re.search(r'hx-get="([^"]+)"', page)
        assert found is not None
        asks = found[1].replace("&amp;", "&")
        with capture_logs() as log:
            assert (await observer.get(asks, headers=part)).status_code == 204
        assert not [line for line in log if line["event"] == "audit"]
        spoke = RecordConversation(
            by="specialist.chen", outcome=ConversationOutcome.UNRESOLVED, note="We spoke."
        )
        await case.tell(IssueCase.record_conversation, spoke)
        new = await observer.get(asks, headers=part)
        assert new.status_code == 200
        for said in ("A conversation was recorded", "by specialist.chen", "Look again"):
            assert said in new.text


async def test_the_log_says_who_read_and_who_acted(desk: ServedDesk, engine: Engine) -> None:
    case = await engine.open()
    at = address(await case.view())
    async with desk.signed_in(Role.SPECIALIST) as person:
        with capture_logs() as log:
            form = form_of((await person.get(at)).text, "note", note="A secret of theirs.")
            await person.post(f"{at}/note", data=form)
        lines = [line for line in log if line["event"] == "audit"]
        about = at.removeprefix("/desk/")
        assert [(line["action"], line["case"], line["status"]) for line in lines] == [
            ("read", about, 200),
            ("note", about, 303),
        ]
        assert {line["who"] for line in lines} == {"specialist.chen"}
        assert "secret" not in str(log)


async def test_an_outage_costs_nobody_what_they_typed(tmp_path: Path) -> None:
    client = await connect("127.0.0.1:1", lazy=True)
    at = "/desk/case/US/SELLER1"
    async with served_desk(client, tmp_path) as desk, desk.signed_in(Role.LEAD) as lead:
        csrf = re.findall(r'name="csrf" value="([^"]+)"', (await lead.get("/desk/")).text)[0]
        run = "01234567-0123-0123-0123-0123456789ab"
        form = {"csrf": csrf, "run": run, "seen": "7", "note": "Written with care."}
        away = await lead.post(f"{at}/note", data=form)
        assert away.status_code == 503
        assert away.headers["retry-after"] == "30"
        assert "Written with care.</textarea>" in away.text
        # Sent again, it is the same form: what was taken after all counts once.
        again = form_of(away.text, "note")
        assert (again["run"], again["seen"]) == (run, "7")
        assert (await lead.get(at)).status_code == 503


async def test_no_address_leads_out_of_the_desk(desk: ServedDesk) -> None:
    async with desk.signed_in(Role.OBSERVER) as observer:
        for path in ("US/NOBODY", "XX/SELLER", "US/a'%20OR%201", "US/SELLER?run=..%2f..%2f"):
            assert (await observer.get(f"/desk/case/{path}")).status_code == 404, path


async def test_an_earlier_case_of_the_account_is_shown(desk: ServedDesk, engine: Engine) -> None:
    first = await engine.open(seller_id="TWICE")
    at = address(await first.view())
    async with desk.signed_in(Role.LEAD) as lead:
        form = form_of((await lead.get(at)).text, "withdraw", note="A mistake.", sure="yes")
        assert (await lead.post(f"{at}/withdraw", data=form)).status_code == 303
        await first.end()
        await engine.open(seller_id="TWICE", issues=(issue("ISS-2"),))
        page = ""
        while "?run=" not in page:  # visibility is a moment behind
            page = (await lead.get(at)).text
        assert "ISS-2" in page
        found = re.search(rf'href="({at}\?run=[^"]+)"', page)
        assert found is not None
        earlier = (await lead.get(found[1])).text
    assert "ISS-1 ·" in earlier
    assert "This is an earlier case" in earlier
    assert f'action="{at}/note' not in earlier


async def test_the_next_case_is_one_that_waits_for_ones_role(engine: Engine) -> None:
    first, second = [address(await (await with_plan(engine)).view()) for _ in range(2)]
    async with served_desk(engine.client, engine.folder) as desk:
        async with desk.signed_in(Role.OBSERVER) as observer:
            assert (await observer.get("/desk/next")).headers["location"] == "/desk/"
        async with desk.signed_in(Role.REVIEWER) as reviewer:

            async def leads(after: str, to: str) -> None:
                """Visibility is a moment behind."""
                path = f"/desk/next?after={after.removeprefix('/desk/case/')}"
                async with asyncio.timeout(PATIENCE):
                    while (await reviewer.get(path)).headers["location"] != to:
                        await asyncio.sleep(0.1)

            await leads(first, second)
            async with desk.signed_in(Role.SPECIALIST) as other:
                form = form_of((await other.get(second)).text, "take")
                assert (await other.post(f"{second}/take", data=form)).status_code == 303
            # What somebody else has is left to them.
            shown = (await reviewer.get(f"/desk/next?after={first}")).headers["location"]
            assert shown != second
