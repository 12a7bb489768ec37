"""A seller appeals on the page, in a browser (docs/rules.md, section 9)."""

import re

from playwright.async_api import Browser, Page, expect

from domain.appeal.events import Verdict
from domain.appeal.status import AppealStatus
from tests.page.accessibility import violations
from tests.page.site import Site
from tests.workflows.appeals import appeal_of, deactivated


async def fill(page: Page, **texts: str) -> None:
    for name, text in texts.items():
        await page.fill(f"#{name}", text)


async def headline(page: Page, words: str) -> None:
    await expect(page.locator("#headline")).to_contain_text(words)


async def test_a_seller_appeals_answers_the_question_and_reads_the_reason(
    site: Site, browser: Browser
) -> None:
    await deactivated(site.engine, "APPEALS")
    page = await site.visit(browser, "APPEALS")
    await headline(page, "Your account was deactivated. You can appeal")
    await expect(page.locator("#now")).to_contain_text("Write your appeal below, until")
    link = page.locator("#now").get_by_role("link", name="Write your appeal")
    await expect(link).to_have_attribute("href", "#appeal")
    assert await violations(page) == []
    await fill(page, what_happened="We were abroad")
    await page.get_by_role("button", name="Send the appeal").click()
    await expect(page.locator("#problems")).to_contain_text("Please write something here.")
    assert await page.input_value("#what_happened") == "We were abroad", "what was typed stays"
    await fill(page, grounds="The listing is gone <script>alert(1)</script>")
    await page.get_by_role("button", name="Send the appeal").click()
    await expect(page.locator(".notice.good")).to_contain_text("We have received your appeal")
    await headline(page, "We are reading your appeal")
    assert await violations(page) == []
    appeal = appeal_of(site.engine, "APPEALS")
    await appeal.decide(Verdict.MORE_INFORMATION)
    await appeal.when(lambda v: v.seller_by)
    await page.reload()
    await headline(page, "We have a question about your appeal")
    await expect(page.locator("#question")).to_contain_text("says: more_information")
    await expect(page.locator("#now")).to_contain_text("Please answer below by")
    link = page.locator("#now").get_by_role("link", name="Answer our question")
    await expect(link).to_have_attribute("href", "#appeal")
    assert await violations(page) == []
    await fill(page, text="The supplier is Kettle Works")
    await page.get_by_role("button", name="Send this").click()
    await expect(page.locator(".notice.good")).to_contain_text("what you added")
    await appeal.decide(Verdict.UPHOLD)
    await page.reload()
    await headline(page, "Your account stays deactivated")
    await expect(page.locator("#verdict")).to_contain_text("says: uphold")
    said = await page.inner_text("main")
    assert "reviewer.novak" not in re.sub(r"reviewer\.novak says", "", said), "no name is shown"
    await fill(page, what_happened="We were abroad", grounds="The same as before")
    await page.get_by_role("button", name="Send the appeal").click()
    await expect(page.locator("#problems")).to_contain_text("needs evidence that the first did not")
    await page.set_input_files(
        "#files", {"name": "invoice.txt", "mimeType": "text/plain", "buffer": b"INV-77"}
    )
    await page.get_by_role("button", name="Send the appeal").click()
    await headline(page, "We are reading your appeal")
    second = (await appeal.view()).submissions[1]
    assert [file.name for file in second.said.files] == ["invoice.txt"]
    await appeal.decide(Verdict.REINSTATE, "lead.diaz")
    await appeal.reaches(AppealStatus.REINSTATED)
    await appeal.end()
    await page.reload()
    await headline(page, "You are enrolled, and no case is open")


async def test_each_language_says_where_an_appeal_stands(site: Site) -> None:
    await deactivated(site.engine, "TONGUES")
    before = await site.words_in_each_language("TONGUES")
    async with site.visitor("TONGUES") as seller:
        page = (await seller.get("/")).text
        proof = re.search(r'name="csrf" value="([^"]+)"', page)
        assert proof is not None
        form = {"csrf": proof[1], "what_happened": "a", "grounds": "b", "send": "appeal"}
        origin = {"origin": site.settings.url or ""}
        answer = await seller.post("/appeal", data=form, headers=origin)
        assert answer.status_code == 200, answer.text
        again = await seller.post("/appeal", data=form, headers=origin)
        assert again.status_code == 200, "the same form twice counts once"
    assert len((await appeal_of(site.engine, "TONGUES").view()).submissions) == 1
    after = await site.words_in_each_language("TONGUES")
    said = {
        "en": ("Write your appeal below", "We are reading your appeal"),
        "fr": ("Rédigez votre appel ci-dessous", "Nous lisons votre appel"),
        "es": ("Escriba su apelación más abajo", "Estamos leyendo su apelación"),
        "zh-Hans": ("在下方填写您的申诉", "我们正在阅读您的申诉"),
    }
    for language, (can, reads) in said.items():
        assert can in before[language]
        assert reads in after[language]


async def test_a_form_of_another_account_or_without_its_proof_is_refused(site: Site) -> None:
    await deactivated(site.engine, "PROOF")
    async with site.visitor("PROOF") as seller:
        form = {"what_happened": "a", "grounds": "b", "csrf": "wrong"}
        origin = {"origin": site.settings.url or ""}
        refused = await seller.post("/appeal", data=form, headers=origin)
        assert refused.status_code == 403
        assert "What you have typed" in refused.text
    async with site.visitor() as stranger:
        assert (await stranger.post("/appeal", data=form, headers=origin)).status_code == 403
