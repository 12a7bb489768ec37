"""One thing done in many cases: said first, then done, and safe to repeat."""

import html
import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect
from structlog.testing import capture_logs

from desk import bulk
from desk.bulk_entries import TYPED_ABOVE
from domain.case.events import ReportContact
from domain.case.status import Status
from runtime.desk_settings import Role
from temporal_client.failures import NoAnswer
from temporal_client.workflows import Workflows
from tests.desk.served import ListsDesk, Person, desk_in, listed, until
from tests.page.accessibility import violations
from tests.page.seller_states import A_PLAN, escalated
from workflows.case.issue_case import IssueCase

NOTE = "Decided together on Monday"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def desk(tmp_path_factory: pytest.TempPathFactory, server: str) -> AsyncIterator[ListsDesk]:
    async with desk_in(tmp_path_factory.mktemp("desk"), server) as running:
        yield running


def fields_of(page: str, name: str) -> list[str]:
    """The values of the fields of that name."""
    return [html.unescape(value) for value in re.findall(rf'name="{name}" value="([^"]*)"', page)]


async def selected(lead: Person, *cases: str, queue: str = "decision") -> dict[str, list[str]]:
    """What the list's form says once all these cases are in it, and selected."""
    page = await until(lead, queue, lambda page: set(cases) <= set(listed(page)))
    return {"case": list(cases), "seen": fields_of(page, "seen"), "list": [f"/desk/?queue={queue}"]}


async def test_many_cases_are_resolved_and_a_repeat_counts_once(desk: ListsDesk) -> None:
    cases = [await escalated(desk.engine, f"MANY{n}") for n in range(3)]
    names = [f"case/US/MANY{n}" for n in range(3)]
    async with desk.person(Role.LEAD) as lead:
        preview = (await lead.post("/desk/bulk/resolve", await selected(lead, *names))).text
        assert "Resolve: 3 cases" in preview
        assert "Each case ends as resolved" in preview
        assert preview.count("escalated · plans rejected") == 3
        entries, (bulk,) = fields_of(preview, "entry"), fields_of(preview, "bulk")
        run = await lead.post(
            "/desk/bulk/resolve/run", {"entry": entries, "bulk": bulk, "note": ""}
        )
        assert run.status_code == 400  # a note is required
        assert "This is missing" in run.text
        typed = {"bulk": bulk, "note": NOTE}
        run = await lead.post("/desk/bulk/resolve/run", typed | {"entry": entries})
        assert run.status_code == 200
        for entry, name in zip(entries, names, strict=True):
            one = f"/desk/bulk/resolve/{name.removeprefix('case/')}"
            with capture_logs() as logs:
                for _ in range(2):
                    said = await lead.post(one, typed | {"entry": entry})
                    assert "Resolved." in said.text
            audited = [line for line in logs if line["event"] == "audit"]
            assert [(a["who"], a["action"], a["case"], a["outcome"]) for a in audited] == [
                ("lead.ortiz", "decide", name, "done")
            ] * 2
    for case in cases:
        view = await case.end()
        assert view.status is Status.RESOLVED
        assert [e.note for e in view.timeline if e.what == "decided"] == [NOTE]
        assert view.timeline[-1].by != "seller"


async def test_a_case_that_has_changed_is_named_and_not_touched(desk: ListsDesk) -> None:
    before = await escalated(desk.engine, "BEFORE")
    after = await escalated(desk.engine, "AFTER")
    async with desk.person(Role.LEAD) as lead:
        form = await selected(lead, "case/US/BEFORE", "case/US/AFTER")
        # One changes between the list and the preview, the other between the preview and the end.
        resume = {"by": "lead.other", "decision": "resume", "note": "Let us wait"}
        await before.tell(IssueCase.decide, resume)
        preview = (await lead.post("/desk/bulk/deactivate", form)).text
        assert "1 case will not be touched" in preview
        assert "US/BEFORE</a>: It has changed since it was listed." in preview
        (entry,) = fields_of(preview, "entry")
        await after.tell(
            IssueCase.report_contact, ReportContact(by="desk", channel="phone", note="They called")
        )
        said = await lead.post(
            "/desk/bulk/deactivate/US/AFTER", {"entry": entry, "bulk": "b", "note": NOTE}
        )
        assert "It has changed since you looked. Nothing was done." in said.text
        # The preview says what is new in a case since it was escalated.
        form = await selected(lead, "case/US/AFTER")
        preview = (await lead.post("/desk/bulk/deactivate", form)).text
        assert "the seller was in touch" in preview
    for case in (before, after):
        assert (await case.view()).status is not Status.DEACTIVATING


async def test_many_deactivations_ask_for_their_number(desk: ListsDesk) -> None:
    await escalated(desk.engine, "COUNTED")
    async with desk.person(Role.LEAD) as lead:
        form = await selected(lead, "case/US/COUNTED")
        preview = (await lead.post("/desk/bulk/deactivate", form)).text
        assert "type how many" not in preview
        entries = fields_of(preview, "entry") * (TYPED_ABOVE + 1)
        typed = {"entry": entries, "bulk": "b", "note": NOTE}
        for count in ("", "20", "yes"):
            run = await lead.post("/desk/bulk/deactivate/run", typed | {"count": count})
            assert run.status_code == 400
            assert "type how many accounts will be deactivated: 21" in run.text
        run = await lead.post("/desk/bulk/deactivate/run", typed | {"count": "21"})
        assert run.status_code == 200


async def test_the_audit_log_tells_done_from_not_done(
    desk: ListsDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = await escalated(desk.engine, "AUDITED")
    name, at = "case/US/AUDITED", "/desk/bulk/resolve"
    async with desk.person(Role.LEAD) as lead, desk.person(Role.REVIEWER) as reviewer:
        form = await selected(lead, name)
        with capture_logs() as logs:
            for person in (reviewer, lead):
                preview = (await person.post(at, form)).text
            (entry,), (bulk,) = fields_of(preview, "entry"), fields_of(preview, "bulk")
            typed = {"bulk": bulk, "note": NOTE, "entry": entry}
            for person in (reviewer, lead):
                await person.post(f"{at}/run", typed)
            await reviewer.post(f"{at}/US/AUDITED", typed)
            with monkeypatch.context() as away:
                away.setattr(Workflows, "execute_update", no_answer)
                said = await lead.post(f"{at}/US/AUDITED", typed)
                assert "It may have been done" in said.text
                assert "Send again" in said.text
            await case.tell(
                IssueCase.report_contact, ReportContact(by="desk", channel="phone", note="Called")
            )
            said = await lead.post(f"{at}/US/AUDITED", typed)
            assert "It has changed since you looked" in said.text
            assert "Send again" not in said.text  # it would be refused again
    audited = [line for line in logs if line["event"] == "audit"]
    assert {line["action"] for line in audited} == {"decide"}
    assert [(a["role"], a["case"], a["status"], a["outcome"]) for a in audited] == [
        ("reviewer", name, 403, "refused"),
        ("lead", name, 200, "asked"),
        ("reviewer", None, 403, "refused"),
        ("lead", None, 200, "asked"),
        ("reviewer", name, 403, "refused"),
        ("lead", name, 200, "unanswered"),
        ("lead", name, 200, "refused"),
    ]


async def no_answer(*_: object) -> None:
    raise NoAnswer("nobody answered in time")


async def test_a_second_person_is_needed_where_the_case_wants_one(desk: ListsDesk) -> None:
    rules = {"maximum_rejections": 1, "second_person": True}
    case = await desk.engine.open(seller_id="SECOND", rules=rules)
    await case.tell(IssueCase.submit_plan, A_PLAN)
    no = {"by": "reviewer.kim", "decision": "reject", "note": "The cause is not named"}
    await case.tell(IssueCase.review_plan, no)
    async with desk.person(Role.LEAD) as lead:
        form = await selected(lead, "case/US/SECOND")
        (entry,) = fields_of((await lead.post("/desk/bulk/deactivate", form)).text, "entry")
        said = await lead.post(
            "/desk/bulk/deactivate/US/SECOND", {"entry": entry, "bulk": "b", "note": NOTE}
        )
        assert "Proposed. Another lead confirms it." in said.text
        page = await until(lead, "confirmation", lambda page: "case/US/SECOND" in listed(page))
        # To decide it once more would be another proposal, which confirms nothing.
        assert 'formaction="/desk/bulk/resolve"' in page
        assert 'formaction="/desk/bulk/deactivate"' not in page
    assert (await case.view()).status is Status.ESCALATED


async def test_nothing_selected_and_what_is_no_form_of_ours_do_nothing(desk: ListsDesk) -> None:
    async with desk.person(Role.LEAD) as lead:
        empty = await lead.post("/desk/bulk/assign", {})
        assert empty.status_code == 400
        assert "No case is left to do this in." in empty.text
        for entry in ("", "{}", "[]", '{"case": "case/US/OTHER"}', "x" * 100_000):
            typed = {"entry": entry, "bulk": "b", "note": NOTE}
            assert (await lead.post("/desk/bulk/withdraw/US/ANY", typed)).status_code == 400
            assert (await lead.post("/desk/bulk/withdraw/run", typed)).status_code == 400


async def test_in_a_browser_a_bulk_shows_how_far_it_is(desk: ListsDesk, browser: Browser) -> None:
    for number in range(3):
        await escalated(desk.engine, f"SHOWN{number}")
    async with desk.person(Role.LEAD) as lead:
        await selected(lead, *(f"case/US/SHOWN{n}" for n in range(3)))
    page = await desk.page(browser, Role.LEAD, "/desk/?queue=decision")
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
    for number in range(3):
        await page.check(f"#select-US-SHOWN{number}")
    await page.click('button[formaction="/desk/bulk/withdraw"]')
    await page.fill("#note", NOTE)
    await page.click("button.primary")
    await expect(page.locator("#bulk-count")).to_have_text("3 / 3")
    await expect(page.locator(".result-done")).to_have_text(["Withdrawn."] * 3)
    # Loaded anew, everything is sent again, and nothing is done twice.
    await page.reload()
    await expect(page.locator(".result-done")).to_have_text(["Withdrawn."] * 3)
    assert problems == []


async def test_more_cases_than_are_taken_at_once_are_named(
    desk: ListsDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "MOST_AT_ONCE", 1)
    names = [f"case/US/BEYOND{n}" for n in range(2)]
    for name in names:
        await escalated(desk.engine, name.rpartition("/")[2])
    async with desk.person(Role.LEAD) as lead:
        preview = (await lead.post("/desk/bulk/resolve", await selected(lead, *names))).text
        assert "Resolve: 1 case" in preview
        assert "1 case will not be touched" in preview
        assert re.search(r"US/BEYOND1</a>: Only 200 cases are taken at once", preview)


async def test_in_a_browser_a_case_that_fails_says_so_until_it_has_its_result(
    desk: ListsDesk, browser: Browser
) -> None:
    cases = [f"FAILS{n}" for n in range(3)]
    for case in cases:
        await escalated(desk.engine, case)
    async with desk.person(Role.LEAD) as lead:
        await selected(lead, *(f"case/US/{case}" for case in cases))
    page = await desk.page(browser, Role.LEAD, "/desk/?queue=decision")
    for case in cases:
        await page.check(f"#select-US-{case}")
    await page.click('button[formaction="/desk/bulk/withdraw"]')
    await page.fill("#note", NOTE)
    # The first request is lost on its way, and the second one is not as the desk wants it.
    await page.route("**/withdraw/US/FAILS0", lambda route: route.abort())
    await page.route("**/withdraw/US/FAILS1", lambda route: route.continue_(post_data="entry="))
    await page.click("button.primary")
    rows = [page.locator("#results tr", has_text=case) for case in cases]
    await expect(rows[2].locator(".result-done")).to_have_text("Withdrawn.")
    await expect(page.locator("#bulk-count")).to_have_text("1 / 3")
    await expect(rows[0].locator(".failed")).to_contain_text("It did not answer.")
    await expect(rows[1].locator(".failed")).to_contain_text("The desk did not take it.")
    await expect(page.locator("#away")).to_have_text(
        "Some cases have no result. Their rows say why."
    )
    await page.unroute_all()
    await rows[0].get_by_role("button").click()
    await expect(rows[0].locator(".result-done")).to_have_text("Withdrawn.")
    await expect(page.locator("#away")).to_be_visible()
    assert await violations(page) == []
    await page.context.clear_cookies()
    await rows[1].get_by_role("button").click()
    await expect(rows[1].locator(".failed")).to_contain_text("Your session has ended.")
