"""A code by text message on the page, and what the page says beside a running clock."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2

from domain.case.events import ContactChannel, ReportContact
from domain.enrollment.events import Expel
from domain.shared.events import HarmCategory
from domain.shared.names import case_workflow_id
from page.app import build
from tests.engine import Engine, engine_in
from tests.page.site import KEY, URL, Site, links, requests_to, settings_of
from tests.reading import words_shown
from workflows.case.issue_case import IssueCase
from workflows.enrollment.seller_enrollment import SellerEnrollment

SEND = "Send me a code by text message"
CALL_ME = "Call me with a code"


@asynccontextmanager
async def visiting(
    engine: Engine, seller_id: str, *, texts: bool
) -> AsyncIterator[httpx2.AsyncClient]:
    app = build(engine.client, settings_of(), texts=texts)
    async with requests_to(app, follow_redirects=True, headers={"origin": URL}) as seller:
        await seller.get(links(KEY).link(case_workflow_id("US", seller_id)))
        yield seller


async def shown(seller: httpx2.AsyncClient) -> str:
    return " ".join(words_shown((await seller.get("/")).text))


async def form(seller: httpx2.AsyncClient, **fields: str) -> dict[str, str]:
    page = (await seller.get("/")).text
    hidden = {
        name: page.partition(f'name="{name}" value="')[2].partition('"')[0]
        for name in ("csrf", "asked")
    }
    return hidden | fields


async def test_a_code_comes_by_text_where_that_is_set_up_and_is_offered_nowhere_else(
    tmp_path: Path, server: str
) -> None:
    phone, landline = "+12065559110", "+12065559117"
    async with engine_in(tmp_path, page=links(KEY), server=server, texts="simulated") as engine:
        known = await engine.know("TEXTS", emergency_phone=phone)
        async with visiting(engine, "TEXTS", texts=False) as seller:
            assert CALL_ME in await shown(seller)
            assert SEND not in await shown(seller)
        async with visiting(engine, "TEXTS", texts=True) as seller:
            assert SEND in await shown(seller)
            await seller.post("/verify", data=await form(seller, way="text"))
            await known.when(lambda v: v.number_call and v.number_call.result)
            assert "The code in the text message" in await shown(seller)
            code = (tmp_path / "texts" / f"{phone}.txt").read_text(encoding="utf-8").strip()[-6:]
            wide = code.translate({ord(digit): ord(digit) + 0xFEE0 for digit in "0123456789"})
            done = await seller.post("/code", data=await form(seller, code=wide))
            assert "Your emergency number is verified." in done.text

            await seller.post("/number", data=await form(seller, emergency_phone=landline))
            await seller.post("/verify", data=await form(seller, way="text"))
            await known.when(lambda v: v.number_call and v.number_call.result == "bounced")
            assert "does not take text messages; please ask for a call" in await shown(seller)
            assert CALL_ME in await shown(seller)


async def test_beside_a_running_clock_no_code_is_offered_and_none_is_said(site: Site) -> None:
    phone = "+12065559210"
    known = await site.engine.know("CLOCK-RUNS", emergency_phone=phone)
    case = await site.engine.open(seller_id="CLOCK-RUNS", emergency_phone=phone)
    async with site.visitor("CLOCK-RUNS") as seller:
        page = await shown(seller)
        assert "To verify the number is no answer to your case." in page
        assert CALL_ME not in page
        headers = {"origin": str(seller.base_url).rstrip("/")}
        await seller.post("/verify", data=await form(seller), headers=headers)
        await known.when(lambda v: v.number_call and v.number_call.result == "cancelled")
        assert [a.about for a in (await case.view()).attempts if a.channel.rings] == ["notice"]

        contact = ReportContact(by="ana", channel=ContactChannel.PHONE, note="She called")
        await case.tell(IssueCase.report_contact, contact)
        page = await shown(seller)
        assert CALL_ME in page
        assert "no answer to your case" not in page


async def test_who_is_expelled_is_told_that_no_number_is_verified(site: Site) -> None:
    known = await site.engine.know("EXPELLED-ASKS")
    async with site.visitor("EXPELLED-ASKS") as seller:
        ask = await form(seller)
        expel = Expel(by="lead", category=HarmCategory.FRAUD, evidence="Forged")
        await known.tell(SellerEnrollment.expel, expel)
        headers = {"origin": str(seller.base_url).rstrip("/")}
        done = await seller.post("/verify", data=ask, headers=headers)
        assert done.status_code == 409
        assert "its number is not verified" in done.text


async def test_an_extension_is_removed_in_an_open_case(site: Site) -> None:
    phone = "+12065559310"
    await site.engine.know("NO-MORE-EXT", emergency_phone=phone)
    case = await site.engine.open(
        seller_id="NO-MORE-EXT", emergency_phone=phone, extension="12", wait=False
    )
    async with site.visitor("NO-MORE-EXT") as seller:
        headers = {"origin": str(seller.base_url).rstrip("/")}
        page = (await seller.get("/")).text
        case_id = page.partition('name="case" value="')[2].partition('"')[0]
        sent = await form(seller, emergency_phone=phone, extension="", case=case_id)
        await seller.post("/number", data=sent, headers=headers)
    view = await case.when(lambda v: v.account.extension is None)
    assert view.account.emergency_phone == phone
