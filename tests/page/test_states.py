"""Each state that a seller can meet, in a browser: what it says, hides, and how it reads."""

import time

import pytest
from itsdangerous import TimestampSigner
from playwright.async_api import Browser

from page.languages import language_of
from reference.time_zones import zone_of
from tests.page.accessibility import violations
from tests.page.seller_states import EVIDENCE, REPORTER, SECRET_NOTE, STATES
from tests.page.site import Site
from tests.page.wording import APPEAL, PROMISES, Said, check

SAYS = {
    "contacting": ("Get in touch by", "Contact me now", "your account will be deactivated"),
    "much_tried": ("Get in touch by", "nobody answered", "What comes next"),
    "invalid_number": ("the number we have does not exist", "Give us another number"),
    "working": ("Send us your plan by", "only a person can decide that"),
    "plan_review": ("There is nothing you must do now", "waits for a reviewer"),
    "more_information": ("Talk with us", "Which supplier was it", "begins with what you sent last"),
    "escalated": ("A person of our team is deciding", "not accepted"),
    "deactivating": ("Your account is being deactivated", "harmful conduct"),
    "deactivated": ("You can appeal", "did not reach you in time", "Write your appeal below"),
    "deactivated_elsewhere": ("You can appeal", "reply to our last e-mail"),
    "deactivated_later": ("You can appeal", "reply to our last e-mail"),
    "deactivated_meanwhile": ("You can appeal", "reply to our last e-mail"),
    "reinstated": ("You are enrolled",),
    "harmed": ("You can appeal", "harmful conduct"),
    "resolved": ("Your account stays active", "We accepted your plan"),
    "decided": ("Your account stays active", "A person of our team decided it"),
    "withdrawn": ("The case was withdrawn", "raised in error"),
    "not_covered": ("does not cover this case", "97 of|31 of"),
    "enrolled": ("You are enrolled", "565", "5 days of 10 used", "+1 206-555-0110"),
    "invited": ("Give us an emergency number", "We have none yet"),
    "not_yet": ("Your rating qualifies on", "97 of", "6 days of 10 used"),
    "never": ("Your rating does not qualify yet", "31 days of 10 used"),
    "expelled": ("removed from the programme", "harmful conduct"),
    "unknown": ("We do not know your account yet",),
}

NO_MORE = ("Contact me now", "Send the plan", "Send a newer version", "No call and no e-mail yet")
"""What nobody is offered, or told, once a case is closed or being deactivated."""
OVER = {
    "deactivating",
    "deactivated",
    "deactivated_elsewhere",
    "deactivated_later",
    "deactivated_meanwhile",
    "harmed",
    "resolved",
    "decided",
    "withdrawn",
    "not_covered",
}

INTERNAL = (SECRET_NOTE, EVIDENCE, REPORTER, "reviewer.kim", "lead.ortiz", "desk_told", "monitor")


SAYS_IN_EACH_LANGUAGE: dict[str, tuple[Said, Said]] = {
    # How to appeal says its form, in each language: tests/page/test_appeal.py.
    "deactivated": (dict.fromkeys(APPEAL, ()), PROMISES),
    "deactivated_elsewhere": (APPEAL, PROMISES),
    "deactivated_later": (APPEAL, PROMISES),
    "deactivated_meanwhile": (APPEAL, PROMISES),
}


@pytest.mark.parametrize("state", STATES)
async def test_a_state_says_what_is_to_be_done_hides_what_is_internal_and_can_be_read_by_all(
    site: Site, browser: Browser, state: str
) -> None:
    seller = f"STATE-{state.replace('_', '-').upper()}"
    await STATES[state](site.engine, seller)
    page = await site.visit(browser, seller + ("OUTAGE" if state == "deactivating" else ""))
    text = await page.inner_text("main")
    for words in SAYS[state]:
        assert any(part in text for part in words.split("|")), text
    assert not [words for words in NO_MORE if state in OVER and words in text]
    source = await page.content()
    assert not [word for word in INTERNAL if word in source]
    await page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
    assert await violations(page) == []
    for width in (390, 320):
        await page.set_viewport_size({"width": width, "height": 844})
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
    if state in SAYS_IN_EACH_LANGUAGE:
        await check(site, seller, *SAYS_IN_EACH_LANGUAGE[state])


async def test_a_page_in_another_language_has_no_english_of_ours_and_can_be_read_by_all(
    site: Site, browser: Browser
) -> None:
    await STATES["more_information"](site.engine, "FRENCH", language="fr-CA")
    page = await site.visit(browser, "FRENCH")
    for name in ("Français", "Español", "简体中文"):
        if name != "Français":  # which is the account's own
            await page.get_by_role("button", name=name).click()
            await page.wait_for_load_state()
        text = await page.inner_text("main")
        for english in ("Contact me now", "plan", "your account", "Your"):
            if english == "plan" and name != "简体中文":
                continue  # their word, too
            assert english not in text
        assert await violations(page) == []
    await page.get_by_role("button", name="English").click()
    assert "Contact me now" in await page.inner_text("main")
    await page.reload()
    assert "Contact me now" in await page.inner_text("main")


OPENS_NOTHING = ("forged", "expired", "nowhere")


def opening_nothing(site: Site, which: str) -> str:
    """A link that is too old, or was never one."""
    if which != "expired":
        return {"forged": "/enter/forged", "nowhere": "/nope"}[which]
    long_ago = int(time.time() - 91 * 86_400)
    with pytest.MonkeyPatch.context() as then:
        then.setattr(TimestampSigner, "get_timestamp", lambda _: long_ago)
        return site.link("STATE-NOBODY").removeprefix(site.settings.url or "")


async def test_a_link_that_opens_nothing_can_be_read_by_all(site: Site, browser: Browser) -> None:
    page = await (await browser.new_context(locale="zh-Hans-CN")).new_page()
    for which in OPENS_NOTHING:
        await page.goto(f"{site.settings.url}{opening_nothing(site, which)}")
        assert await violations(page) == []
    assert await page.context.cookies() == []


@pytest.mark.parametrize("language", ["en-US", "fr-CA", "es-US", "zh-Hans-CN"])
async def test_a_link_that_opens_nothing_says_so_in_the_browsers_language(
    site: Site, language: str
) -> None:
    said = {}
    spoken = language_of(language)
    async with site.visitor() as visitor:
        for which in OPENS_NOTHING:
            link = opening_nothing(site, which)
            page = (await visitor.get(link, headers={"accept-language": language})).text
            said[which] = page.partition("<h1>")[2].partition("</h1>")[0]
            assert f'<html lang="{spoken.tag}">' in page
        assert not visitor.cookies
    assert len(set(said.values())) == 3
    assert said["expired"] == spoken.say("This link is too old")


async def test_the_deadline_is_by_the_sellers_own_clock(site: Site, browser: Browser) -> None:
    zone = "Pacific/Marquesas"  # half an hour beside everybody else
    case = await site.open("FAR-AWAY", time_zone=zone)
    deadline = (await case.view()).deadline
    assert deadline is not None
    page = await site.visit(browser, "FAR-AWAY", timezone_id="Europe/Paris")
    time_of_day = deadline.astimezone(zone_of(zone)).strftime("%I:%M").lstrip("0")
    headline = await page.inner_text("h1")
    assert f" {time_of_day}" in headline
    assert headline.endswith("(Marquesas, UTC-9:30)")
    assert "All times: Marquesas, UTC-9:30" in await page.inner_text("#as-of")


def test_every_state_is_looked_at() -> None:
    assert set(SAYS) == set(STATES)
