"""A link that has run out: what it says, and the fresh one that it gets (docs/page.md)."""

import time

import pytest
from itsdangerous import TimestampSigner
from playwright.async_api import Browser, Page, expect

from domain.case.attempt import Purpose
from domain.case.status import Status
from domain.enrollment.timeline import EnrollmentEventKind
from tests.page.accessibility import violations
from tests.page.site import Site, links, page_without_temporal, requests_to
from tests.patience import PATIENCE

CASE = "case/US/A2EXAMPLE/01a2071c-2f16-7ec3-a037-d6057aefcc7a"
LONG_AGO = 91 * 86_400


def run_out(site: Site, seller: str) -> str:
    """A link of three months ago."""
    then = int(time.time()) - LONG_AGO
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(TimestampSigner, "get_timestamp", lambda _: then)
        return site.link(seller)


async def follow(browser: Browser, link: str, **options: object) -> Page:
    context = await browser.new_context(**options)  # type: ignore[arg-type]  # its own kinds
    context.set_default_timeout(PATIENCE * 1000)
    page = await context.new_page()
    await page.goto(link)
    return page


async def test_with_a_case_open_an_old_link_cannot_tell_and_gets_a_fresh_one(
    site: Site, browser: Browser
) -> None:
    address = "old-link@bluekettle.example"
    case = await site.open("OLD-LINK", email=address)
    before = await case.view()
    page = await follow(browser, run_out(site, "OLD-LINK"))
    said = await page.inner_text("main")
    assert "Nothing is wrong" not in said
    assert "cannot tell here how your account stands" in said
    assert await page.context.cookies() == []
    assert await violations(page) == []
    await page.get_by_role("button", name="E-mail me a fresh link").click()
    await expect(page.locator("h1")).to_have_text("Please look into your mailbox")
    assert address not in await page.content()
    assert await violations(page) == []
    after = await case.when(
        lambda v: any(a.about is Purpose.FRESH_LINK and a.result for a in v.attempts)
    )
    assert (after.status, after.deadline) == (Status.CONTACTING, before.deadline)
    (mail,) = [m for m in site.engine.mails(address) if "Your link" in m["Subject"]]
    text = mail.get_body(("plain",))
    assert text is not None
    (link,) = [word for word in text.get_content().split() if "/enter/" in word]
    await page.goto(link)
    await expect(page.locator("h1")).to_contain_text("Get in touch by")
    # Whoever asks again at once is told the same, and no second e-mail is sent.
    await page.goto(run_out(site, "OLD-LINK"))
    await page.get_by_role("button", name="E-mail me a fresh link").click()
    await expect(page.locator("h1")).to_have_text("Please look into your mailbox")
    links = [a for a in (await case.view()).attempts if a.about is Purpose.FRESH_LINK]
    assert len(links) == 1


async def test_without_a_case_or_once_it_has_ended_the_programme_sends_it(
    site: Site, browser: Browser
) -> None:
    address = "ended-link@bluekettle.example"
    known = await site.engine.know("ENDED-LINK", email=address)
    case = await site.engine.open(seller_id="ENDED-LINK", email=address)
    await case.tell("withdraw", {"by": "monitor", "note": "wrong seller"})
    await case.end()
    page = await follow(browser, run_out(site, "ENDED-LINK"))
    await page.get_by_role("button", name="E-mail me a fresh link").click()
    await expect(page.locator("h1")).to_have_text("Please look into your mailbox")
    await known.when(lambda v: any(e.about == "fresh_link" for e in v.timeline))
    timeline = (await known.view()).timeline
    assert [e.by for e in timeline if e.what is EnrollmentEventKind.LINK_REQUESTED] == ["page"]
    assert any("Your link" in m["Subject"] for m in site.engine.mails(address))


async def test_who_is_not_known_is_told_the_same_as_anybody(site: Site, browser: Browser) -> None:
    await site.open("KNOWN-LINK")
    said = set()
    for seller in ("KNOWN-LINK", "NOBODY-LINK"):
        page = await follow(browser, run_out(site, seller))
        await page.get_by_role("button", name="E-mail me a fresh link").click()
        await expect(page.locator("h1")).to_have_text("Please look into your mailbox")
        said.add(await page.content())
    assert len(said) == 1


async def test_only_an_authentic_link_is_answered_and_not_at_will() -> None:
    async with requests_to(await page_without_temporal()) as client:
        token = links().link(CASE).rpartition("/")[2]
        for forged in ("", "made-up", token[:-2]):
            answer = await client.post("/fresh-link", data={"link": forged})
            assert answer.status_code == 403
            assert "does not open anything" in answer.text
        elsewhere = {"origin": "https://evil.example"}
        answer = await client.post("/fresh-link", data={"link": token}, headers=elsewhere)
        assert answer.status_code == 403
        assert (await client.get("/fresh-link")).status_code == 405
        # There is no Temporal here: what is authentic gets as far as that.
        answers = [await client.post("/fresh-link", data={"link": token}) for _ in range(11)]
        assert [a.status_code for a in answers] == [503] * 10 + [429]
