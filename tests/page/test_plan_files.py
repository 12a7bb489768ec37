"""A seller attaches files to a plan, in a real browser (docs/evidence-files.md)."""

import re
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, FilePayload, Page, expect
from structlog.testing import capture_logs

from domain.case.evidence_file import LARGEST_FILE, MediaType
from page.languages import NAMES
from tests.page.accessibility import violations
from tests.page.files_site import WithFiles, with_files
from tests.page.site import Site
from tests.page.test_seller import fill, send
from tests.reading import words_shown
from tests.sample_files import DOCX, EICAR, JPEG, PDF, PNG
from tests.workflows.events import REJECT


@pytest_asyncio.fixture(loop_scope="session")
async def files(site: Site, tmp_path: Path) -> AsyncIterator[WithFiles]:
    async with with_files(site, tmp_path) as running:
        yield running


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
