"""A seller attaches files to a plan, in a real browser (docs/evidence-files.md)."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import httpx2
import pytest
import pytest_asyncio
from playwright.async_api import Browser, FilePayload, Page, expect
from structlog.testing import capture_logs

from domain.case.evidence_file import LARGEST_FILE, MediaType
from domain.shared.names import case_workflow_id
from page.app import LARGEST_BODY, build
from page.languages import NAMES
from providers.files.store import FileStore
from runtime.file_settings import FileSettings
from tests.page.accessibility import violations
from tests.page.site import Site, links, on_a_port, requests_to, settings_of
from tests.page.test_seller import fill, send
from tests.reading import words_shown
from tests.sample_files import DOCX, EICAR, JPEG, PDF, PNG, ClamdStandIn, clamd_at
from tests.workflows.events import REJECT
from web.server import serving

NO_JAVASCRIPT = {"java_script_enabled": False}


@dataclass
class WithFiles:
    """A page that takes files, the store behind it, and its scanner."""

    site: Site
    store: FileStore
    clamd: ClamdStandIn


@pytest_asyncio.fixture(loop_scope="session")
async def files(site: Site, tmp_path: Path) -> AsyncIterator[WithFiles]:
    """A page on the same engine as the other tests' page."""
    settings, listener = on_a_port()
    async with clamd_at(str(tmp_path / "clamd.sock")) as (clamd, address):
        intake = FileSettings(state=tmp_path, files_clamd=address).intake()
        app = build(site.engine.client, settings, intake=intake)
        async with serving(app, settings, listener):
            yield WithFiles(Site(site.engine, settings), intake.store, clamd)


def payload(name: str, content: bytes) -> FilePayload:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


async def choose(page: Page, **files: bytes) -> None:
    """Choose files, by name; a `__` in a name stands for a dot."""
    named = [payload(name.replace("__", "."), content) for name, content in files.items()]
    await page.set_input_files("#files", named)


async def fill_all(page: Page) -> None:
    await fill(page, root_causes="a", corrective_actions="b", preventive_measures="c")


@pytest.mark.parametrize("javascript", [True, False])
async def test_files_go_with_a_plan_and_are_in_the_store(
    files: WithFiles, browser: Browser, javascript: bool
) -> None:
    seller = f"FILES-{javascript}"
    case = await files.site.open(seller)
    page = await files.site.visit(browser, seller, java_script_enabled=javascript)
    await fill_all(page)
    await choose(page, invoice__pdf=PDF, label__png=PNG)
    await send(page)
    await expect(page.locator(".notice.good")).to_be_visible()
    (version,) = (await case.view()).plans
    assert [(f.name, f.media_type, f.size, f.sha256) for f in version.plan.files] == [
        ("invoice.pdf", MediaType.PDF, len(PDF), sha256(PDF).hexdigest()),
        ("label.png", MediaType.PNG, len(PNG), sha256(PNG).hexdigest()),
    ]
    assert await files.store.get(f"US/{seller}", sha256(PDF).hexdigest()) == PDF
    shown = await page.locator("#version-1").text_content() or ""
    assert "invoice.pdf" in shown


@pytest.mark.parametrize("javascript", [True, False])
async def test_a_stored_file_is_kept_across_a_refused_form_and_can_be_removed(
    files: WithFiles, browser: Browser, javascript: bool
) -> None:
    seller = f"KEPT-{javascript}"
    case = await files.site.open(seller)
    page = await files.site.visit(
        browser,
        seller,
        java_script_enabled=javascript,
        viewport={"width": 390, "height": 844},
    )
    await fill(page, root_causes="why")  # two parts are missing
    await choose(page, invoice__pdf=PDF, photo__jpg=JPEG, report__docx=DOCX)
    await send(page)
    kept = page.locator(".kept-files bdi")
    await expect(kept).to_have_text(["invoice.pdf", "photo.jpg", "report.docx"])
    assert (await case.view()).plans == ()
    if javascript:
        assert await violations(page) == []
        wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        assert not await page.evaluate(wide)
    await page.get_by_role("button", name="Français").click()
    await expect(kept).to_have_text(["invoice.pdf", "photo.jpg", "report.docx"])
    await page.get_by_role("button", name="photo.jpg").click()
    await expect(kept).to_have_text(["invoice.pdf", "report.docx"])
    await fill_all(page)
    await page.get_by_role("button", name="Envoyer le plan").click()
    await expect(page.locator(".notice.good")).to_be_visible()
    (version,) = (await case.view()).plans
    assert [file.name for file in version.plan.files] == ["invoice.pdf", "report.docx"]


async def test_what_cannot_be_taken_is_named_and_the_rest_is_kept(
    files: WithFiles, browser: Browser
) -> None:
    case = await files.site.open("BAD-FILES")
    page = await files.site.visit(browser, "BAD-FILES")
    await fill_all(page)
    await choose(
        page,
        good__pdf=PDF,
        empty__pdf=b"",
        big__txt=b"x" * (LARGEST_FILE + 1),
        page__html=b"<html>",
        picture__png=PDF,
        virus__txt=EICAR,
    )
    with capture_logs() as lines:
        await send(page)
        problems = page.locator("#problems li")
        await expect(problems).to_have_text(
            [
                "empty.pdf is empty.",
                "big.txt is too large: a file may have 10 MB.",
                re.compile("page.html is of a kind that we cannot take"),
                re.compile("picture.png is not what its name says"),
                re.compile("scanner found something in virus.txt"),
            ]
        )
    assert "virus" not in str(lines)
    assert "BAD-FILES" not in str([line for line in lines if line["event"].startswith("a file")])
    assert await violations(page) == []
    await expect(page.locator(".kept-files bdi")).to_have_text(["good.pdf"])
    assert await page.input_value("#root_causes-1") == "a"
    assert (await case.view()).plans == ()
    assert [file.sha256 async for file in files.store.each()] == [sha256(PDF).hexdigest()]
    await send(page)
    await expect(page.locator(".notice.good")).to_be_visible()


async def test_while_the_scanner_is_away_the_text_is_kept_and_no_file(
    files: WithFiles, browser: Browser
) -> None:
    files.clamd.answer = b"ERROR"
    case = await files.site.open("UNSCANNED")
    page = await files.site.visit(browser, "UNSCANNED")
    await fill_all(page)
    await choose(page, invoice__pdf=PDF)
    await send(page)
    await expect(page.locator("#problems li")).to_contain_text("again in a minute")
    assert await page.input_value("#root_causes-1") == "a"
    assert [file async for file in files.store.each()] == []
    await send(page)  # without it
    await expect(page.locator(".notice.good")).to_be_visible()
    assert (await case.view()).plans[0].plan.files == ()


async def test_the_next_version_begins_with_the_files_of_the_last(
    files: WithFiles, browser: Browser
) -> None:
    case = await files.site.open("NEXT-FILES")
    page = await files.site.visit(browser, "NEXT-FILES")
    await fill_all(page)
    await choose(page, invoice__pdf=PDF)
    await send(page)
    await expect(page.locator(".notice.good")).to_be_visible()
    await case.tell("review_plan", REJECT)
    await page.reload()
    await expect(page.locator("#plan-form .kept-files bdi")).to_have_text(["invoice.pdf"])
    await send(page)
    await expect(page.locator("#problems li")).to_contain_text("unchanged")
    await choose(page, again__pdf=PDF, label__png=PNG)  # the first is there already
    await send(page)
    await expect(page.locator(".notice.good")).to_be_visible()
    files_of = [[f.name for f in v.plan.files] for v in (await case.view()).plans]
    assert files_of == [["invoice.pdf"], ["invoice.pdf", "label.png"]]


async def test_the_field_is_described_in_every_language(files: WithFiles) -> None:
    await files.site.open("FOUR")
    async with files.site.visitor("FOUR") as seller:
        for tag in NAMES:
            shown = " ".join(words_shown((await seller.get(f"/?language={tag}")).text))
            assert "PDF" in shown
            assert ("Only our team" in shown) == (tag == "en")


# --- what no browser of ours sends ----------------------------------------------------------------


async def proof_and_case(seller: httpx2.AsyncClient) -> dict[str, str]:
    page = (await seller.get("/")).text
    found = {n: re.search(rf'name="{n}" value="([^"]+)"', page) for n in ("csrf", "case")}
    return {name: match[1] for name, match in found.items() if match}


PLAN = {"root_causes": "a", "corrective_actions": "b", "preventive_measures": "c"}


async def test_one_seller_cannot_name_the_file_of_another(files: WithFiles) -> None:
    await files.site.open("OWNER-1")
    case = await files.site.open("THIEF-1")
    async with files.site.visitor("OWNER-1") as owner, files.site.visitor("THIEF-1") as thief:
        form = await proof_and_case(owner)
        stored = await owner.post("/plan", data=form, files={"files": ("a.pdf", PDF)})
        token = re.search(r'name="kept" value="([^"]+)"', stored.text)
        assert token is not None
        form = await proof_and_case(thief) | PLAN
        for kept in (token[1], "forged", token[1][:-3] + "abc"):
            answer = await thief.post("/plan", data=form | {"kept": kept, "add": "evidence"})
            assert "a.pdf" not in answer.text
        await thief.post("/plan", data=form | {"kept": token[1]})
        assert (await case.view()).plans[0].plan.files == ()


async def test_a_file_that_is_no_longer_in_the_store_is_asked_for_again(files: WithFiles) -> None:
    case = await files.site.open("SWEPT-1")
    async with files.site.visitor("SWEPT-1") as seller:
        form = await proof_and_case(seller)
        stored = await seller.post("/plan", data=form, files={"files": ("a.pdf", PDF)})
        token = re.search(r'name="kept" value="([^"]+)"', stored.text)
        assert token is not None
        async for file in files.store.each():
            await files.store.delete(file)
        answer = await seller.post("/plan", data=form | PLAN | {"kept": token[1]})
        assert answer.status_code == 422
        assert "We do not have a.pdf any more" in answer.text
        assert (await case.view()).plans == ()


async def test_a_name_is_shown_as_text_and_without_tricks(files: WithFiles) -> None:
    await files.site.open("MARKUP-1")
    async with files.site.visitor("MARKUP-1") as seller:
        form = await proof_and_case(seller)
        name = "../<img src=x onerror=alert(1)>\u202efdp.pdf"
        answer = await seller.post("/plan", data=form, files={"files": (name, PDF)})
        assert "&lt;img src=x onerror=alert(1)&gt;fdp.pdf" in answer.text
        assert "<img" not in answer.text
        assert "\u202e" not in answer.text


async def test_an_eleventh_file_is_named_and_not_kept(files: WithFiles) -> None:
    await files.site.open("ELEVEN")
    async with files.site.visitor("ELEVEN") as seller:
        form = await proof_and_case(seller)
        many = [("files", (f"{n}.txt", b"%d" % n)) for n in range(11)]
        answer = await seller.post("/plan", data=form, files=many)
        assert answer.text.count('name="kept"') == 10
        assert "A plan may have 10 files. We have not kept 10.txt." in answer.text


async def test_a_form_of_another_site_stores_nothing(files: WithFiles) -> None:
    await files.site.open("FOREIGN")
    async with files.site.visitor("FOREIGN") as seller:
        form = await proof_and_case(seller) | PLAN
        sent = {"files": ("a.pdf", PDF)}
        foreign = {"sec-fetch-site": "cross-site"}
        assert (
            await seller.post("/plan", data=form, files=sent, headers=foreign)
        ).status_code == 403
        wrong = form | {"csrf": "x"}
        answer = await seller.post("/plan", data=wrong, files=sent)
        assert answer.status_code == 403
        assert ">a<" in answer.text, "what was typed is shown again"
    async with files.site.visitor() as stranger:
        answer = await stranger.post("/plan", data=form, files=sent)
        assert answer.status_code == 403
        assert ">a<" in answer.text
    assert [file async for file in files.store.each()] == []


async def test_only_files_may_be_large(files: WithFiles) -> None:
    case = case_workflow_id("US", "A")
    async with requests_to(build(files.site.engine.client, settings_of())) as seller:
        await seller.get(links().link(case))
        kind = {"content-type": "application/x-www-form-urlencoded"}
        large = b"x" * (LARGEST_BODY + 1)
        assert (await seller.post("/plan", content=large, headers=kind)).status_code == 413
        assert (await seller.post("/number", data={}, files={"x": large})).status_code in (413, 415)
        field = await seller.post("/plan", data={"root_causes": "x" * 100_000}, files={"f": b"x"})
        assert field.status_code == 400
