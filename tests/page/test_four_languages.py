"""What a seller is told in each of the four languages. No browser is needed for words."""

from dataclasses import replace

import pytest

from page.seller_workflows import Found, SellerWorkflows
from reference.page_links import Visitor
from tests.page.seller_states import STATES, ratings
from tests.page.site import Site
from tests.page.wording import (
    APPEAL,
    CALL_US,
    NOT_CALLED,
    PROMISES,
    SEVEN_BELOW,
    VOICEMAIL_CUT,
    check,
)


async def test_the_desks_number_stands_on_each_page_of_a_seller_and_on_those_of_nobody(
    site: Site,
) -> None:
    await STATES["enrolled"](site.engine, "FOUR-DESK")
    await check(site, "FOUR-DESK", CALL_US)
    async with site.visitor() as nobody:
        headers = {"accept-language": "zh-Hans"}
        page = await nobody.get("/enter/forged", headers=headers)
    footer = page.text.partition("<footer")[2]
    assert "您可以致电我们：+1 206-555-0199。" in footer


async def test_the_days_below_that_are_left_are_said_once(site: Site) -> None:
    await site.engine.know("FOUR-BELOW", *ratings((400, 410), (120, 238), (113, 290), (2, 565)))
    await check(site, "FOUR-BELOW", SEVEN_BELOW)
    words = await site.words_in_each_language("FOUR-BELOW")
    assert words["zh-Hans"].count("还可以有 3 天") == 1


async def test_an_account_that_was_deactivated_without_a_case_is_told_how_to_appeal(
    site: Site,
) -> None:
    known = await site.engine.know("FOUR-NO-CASE")
    await known.tell("record_deactivation", {"by": "marketplace"})
    await check(site, "FOUR-NO-CASE", APPEAL, PROMISES)


async def test_until_an_open_case_is_told_of_a_deactivation_its_page_says_so_and_takes_a_plan(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    await STATES["working"](site.engine, "FOUR-OPEN")
    find = SellerWorkflows.find

    async def deactivated(self: SellerWorkflows, visitor: Visitor) -> Found:
        found = await find(self, visitor)
        assert found.standing is not None
        told = found.standing.model_copy(update={"deactivated": True})
        return replace(found, standing=told)

    monkeypatch.setattr(SellerWorkflows, "find", deactivated)
    await check(site, "FOUR-OPEN", APPEAL, PROMISES)
    words = await site.words_in_each_language("FOUR-OPEN")
    assert "Send us your plan" in words["en"]


async def test_a_machine_that_cut_us_off_is_not_held_against_the_seller(site: Site) -> None:
    case = await site.engine.open(seller_id="FOUR-CUT", emergency_phone="+12065550116")
    await case.settled()
    await check(site, "FOUR-CUT", VOICEMAIL_CUT)


async def test_a_number_that_is_not_called_is_said_to_be_one_and_another_is_asked_for(
    site: Site,
) -> None:
    await site.engine.open(seller_id="FOUR-SATELLITE", emergency_phone="+881612345678")
    await check(site, "FOUR-SATELLITE", NOT_CALLED)
    async with site.visitor("FOUR-SATELLITE") as seller:
        page = (await seller.get("/?language=en")).text
    assert '<a href="#number">Give us another number</a>' in page
    assert "Contact me now" not in page
