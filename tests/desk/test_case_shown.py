"""What the case page shows, and what it keeps, on the real server."""

import asyncio
import re
from pathlib import Path

from structlog.testing import capture_logs

from domain.case.events import (
    ConversationOutcome,
    RecordConversation,
    ReportContact,
)
from domain.case.status import Status
from runtime.connection import connect
from runtime.desk_settings import Role
from tests.desk.cases import ServedDesk, address, form_of, served_desk
from tests.domain.case.build import a_plan
from tests.engine import HOUR, Engine, OpenCase, engine_in, issue
from tests.patience import PATIENCE
from tests.workflows.test_deactivated_account import LosesAnswers
from workflows.case.issue_case import IssueCase

MARKUP = "<script>alert(1)</script><img src=x onerror=alert(2)>"


async def with_plan(engine: Engine) -> OpenCase:
    case = await engine.open()
    await case.tell(IssueCase.submit_plan, a_plan("The first cause"))
    return case


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


async def test_the_desk_reads_that_nobody_knows_of_the_account(tmp_path: Path, server: str) -> None:
    accounts = LosesAnswers(tmp_path)
    async with (
        engine_in(tmp_path, server=server, accounts=accounts) as engine,
        served_desk(engine.client, engine.folder) as desk,
        desk.signed_in(Role.LEAD) as lead,
    ):
        case = await engine.open(issues=(issue(harmful=True),), wait=False)
        await case.reaches(Status.DEACTIVATING)
        await case.play(25 * HOUR)
        at = address(await case.reaches(Status.ESCALATED))
        page = (await lead.get(at)).text
        assert 'id="unknown"' in page
        form = form_of(page, "decide", decision="resume", note="We spoke.")
        refused = await lead.post(f"{at}/decide", data=form)
        assert "Try again once it does, or decide to deactivate." in refused.text
        assert "We spoke." in refused.text
        accounts.is_back = True
        await case.play(HOUR)  # past the pause before the next look
        await case.end()
        assert 'id="unknown"' not in (await lead.get(at)).text


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
        assert '<span class="seller">SELLER1</span>' in away.text
        # Sent again, it is the same form: what was taken after all counts once.
        again = form_of(away.text, "note")
        assert (again["run"], again["seen"]) == (run, "7")
        assert (await lead.get(at)).status_code == 503


async def test_what_is_asked_again_says_of_which_seller(desk: ServedDesk, engine: Engine) -> None:
    case = await engine.open(seller_id="WHICHONE")
    at = address(await case.view())
    async with desk.signed_in(Role.LEAD) as lead:
        form = form_of((await lead.get(at)).text, "withdraw", note="A mistake.")
        asked = (await lead.post(f"{at}/withdraw", data=form)).text
        assert "This cannot be taken back." in asked
        assert '<span class="seller">WHICHONE</span>' in asked


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


async def test_nobody_has_a_case_that_has_closed(desk: ServedDesk, engine: Engine) -> None:
    case = await engine.open()
    at = address(await case.view())
    async with desk.signed_in(Role.SPECIALIST) as specialist:
        form = form_of((await specialist.get(at)).text, "take")
        assert (await specialist.post(f"{at}/take", data=form)).status_code == 303
        assert "<b><bdi>specialist.chen</bdi></b>" in (await specialist.get(at)).text
        await case.tell(IssueCase.withdraw, {"by": "monitor", "note": "Raised in error"})
        await case.end()
        assert "<b><bdi>specialist.chen</bdi></b>" not in (await specialist.get(at)).text


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
