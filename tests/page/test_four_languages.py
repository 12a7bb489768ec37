"""What a seller is told in each of the four languages, in a browser."""

from collections.abc import AsyncIterator, Sequence

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from page.languages import LANGUAGES, NAMES
from tests.page.seller_states import STATES, ratings
from tests.page.site import Site

Said = dict[str, Sequence[str]]
"""By language, what its page says."""

CALL_US: Said = {
    "en": ["You can call us: +1 206-555-0199."],
    "fr": ["Vous pouvez nous appeler : +1 206-555-0199."],
    "es": ["Puede llamarnos: +1 206-555-0199."],
    "zh-Hans": ["您可以致电我们：+1 206-555-0199。"],
}
SEVEN_BELOW: Said = {
    "en": [
        "Your rating was below 250 on 7 days of the last six months.",
        "Your rating may be below 250 on 3 more days. A day below after that ends your enrollment.",
    ],
    "fr": [
        "Votre note a été inférieure à 250 pendant 7 jours",
        "Votre note peut encore être inférieure à 250 pendant 3 jours. "
        "Un jour de plus mettra fin à votre inscription.",
    ],
    "es": [
        "7 días",
        "Su calificación puede estar por debajo de 250 durante 3 días más. "
        "Otro día después de esos pone fin a su inscripción.",
    ],
    "zh-Hans": [
        "在过去六个月中，您的评级有 7 天低于 250。",
        "您的评级最多还可以有 3 天低于 250。此后若再有一天低于该评级，您将不再享有该承诺。",
    ],
}
APPEAL: Said = {
    "en": ["Your account was deactivated. You can appeal", "To appeal, reply to our last e-mail."],
    "fr": [
        "Votre compte a été désactivé. Vous pouvez faire appel",
        "Pour faire appel, répondez à notre dernier e-mail.",
    ],
    "es": [
        "Su cuenta se desactivó. Puede apelar",
        "Para apelar, responda a nuestro último correo.",
    ],
    "zh-Hans": ["您的账户已停用。您可以申诉", "如需申诉，请回复我们的最后一封邮件。"],
}
PROMISES: Said = {
    language.tag: [
        language.say(message)
        for message in (
            "Thank you for being in touch. From here on no clock deactivates your account: "
            "only a person can decide that.",
            "If we have not heard from you by then, your account will be deactivated.",
            "Your account stays active",
            "You are enrolled, and no case is open",
        )
    ]
    for language in LANGUAGES.values()
}
"""What is not so of an account that was deactivated."""
VOICEMAIL_CUT: Said = {
    "en": ["a machine answered, and did not take our whole message; this is not held against you"],
    "fr": [
        "un répondeur a pris l’appel, mais pas tout notre message ; cela ne vous est pas reproché"
    ],
    "es": [
        "contestó un buzón de voz, que no recibió todo nuestro mensaje; no se le tendrá en cuenta"
    ],
    "zh-Hans": ["语音信箱已接听，但未收到我们的完整留言"],
}
NOT_CALLED: Said = {
    "en": ["We cannot call you: the number we have is not one that we call."],
    "fr": [
        "Nous ne pouvons pas vous appeler : le numéro que nous avons n’est pas de ceux que nous "
        "appelons."
    ],
    "es": ["No podemos llamarle: el número que tenemos no es de los que llamamos."],
    "zh-Hans": ["我们无法致电给您：我们不拨打您预留的这类号码。"],
}


@pytest_asyncio.fixture(loop_scope="session")
async def pages(site: Site, browser: Browser) -> AsyncIterator[list[Page]]:
    opened: list[Page] = []
    yield opened
    for page in opened:
        await page.context.close()


async def check(page: Page, site: Site, wanted: Said, unwanted: Said | None = None) -> None:
    """In each language the page says the one and not the other."""
    assert set(wanted) == set(NAMES)
    for language, texts in wanted.items():
        await page.goto(f"{site.settings.url}/?language={language}")
        said = " ".join((await page.inner_text("body")).split())
        for text in texts:
            assert text in said
        for text in (unwanted or {}).get(language, ()):
            assert text not in said


async def test_the_desks_number_stands_on_each_page_of_a_seller_and_on_those_of_nobody(
    site: Site, browser: Browser, pages: list[Page]
) -> None:
    await STATES["enrolled"](site.engine, "FOUR-DESK")
    pages.append(await site.visit(browser, "FOUR-DESK"))
    await check(pages[0], site, CALL_US)
    await pages[0].goto(f"{site.settings.url}/enter/forged")
    assert "您可以致电我们：+1 206-555-0199。" in await pages[0].inner_text("footer")


async def test_the_days_below_that_are_left_are_said_once(
    site: Site, browser: Browser, pages: list[Page]
) -> None:
    await site.engine.know("FOUR-BELOW", *ratings((400, 410), (120, 238), (113, 290), (2, 565)))
    pages.append(await site.visit(browser, "FOUR-BELOW"))
    await check(pages[0], site, SEVEN_BELOW)
    assert (await pages[0].inner_text("body")).count("还可以有 3 天") == 1


@pytest.mark.parametrize(
    "state", ["deactivated", "deactivated_elsewhere", "deactivated_later", "deactivated_meanwhile"]
)
async def test_a_deactivated_account_is_said_to_be_and_how_to_appeal_whatever_the_case_is(
    site: Site, browser: Browser, pages: list[Page], state: str
) -> None:
    seller = f"FOUR-{state}"
    await STATES[state](site.engine, seller)
    pages.append(await site.visit(browser, seller))
    await check(pages[0], site, APPEAL, PROMISES)


async def test_an_account_that_was_deactivated_without_a_case_is_told_how_to_appeal(
    site: Site, browser: Browser, pages: list[Page]
) -> None:
    known = await site.engine.know("FOUR-NO-CASE")
    await known.tell("record_deactivation", {"by": "marketplace"})
    pages.append(await site.visit(browser, "FOUR-NO-CASE"))
    await check(pages[0], site, APPEAL, PROMISES)


async def test_a_machine_that_cut_us_off_is_not_held_against_the_seller(
    site: Site, browser: Browser, pages: list[Page]
) -> None:
    case = await site.engine.open(seller_id="FOUR-CUT", emergency_phone="+12065550116")
    await case.settled()
    pages.append(await site.visit(browser, "FOUR-CUT"))
    await check(pages[0], site, VOICEMAIL_CUT)


async def test_a_number_that_is_not_called_is_said_to_be_one_and_another_is_asked_for(
    site: Site, browser: Browser, pages: list[Page]
) -> None:
    await site.engine.open(seller_id="FOUR-SATELLITE", emergency_phone="+881612345678")
    pages.append(await site.visit(browser, "FOUR-SATELLITE"))
    await check(pages[0], site, NOT_CALLED)
    await pages[0].goto(f"{site.settings.url}/?language=en")
    link = pages[0].get_by_role("link", name="Give us another number")
    assert await link.get_attribute("href") == "#number"
    assert await pages[0].get_by_role("button", name="Contact me now").count() == 0
