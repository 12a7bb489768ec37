"""A seller proves the number on the page, in a browser (docs/rules.md, section 2)."""

from typing import Any

import pytest
from playwright.async_api import Browser, expect

from domain.shared.result import Result
from temporal_client.failures import NoAnswer
from temporal_client.workflows import Workflows
from tests.page.accessibility import violations
from tests.page.site import Site

BOX = "#proof"


def heard(site: Site, phone: str) -> str:
    """The code that was heard last at a number."""
    words = (site.engine.folder / "heard" / f"{phone}.txt").read_text(encoding="utf-8")
    return "".join(words.split()[-6:])


async def test_a_number_is_verified_by_the_code_that_a_call_says(
    site: Site, browser: Browser
) -> None:
    phone = "+12065556101"
    seller = await site.engine.know("VERIFIES", emergency_phone=phone)
    page = await site.visit(browser, "VERIFIES")
    proof = page.locator(BOX)
    await expect(proof).to_contain_text("It is not verified yet.")
    await page.get_by_role("button", name="Call me with a code").click()
    await seller.when(lambda v: v.number_call and v.number_call.result is Result.CONNECTED)
    await page.reload()
    await expect(proof).to_contain_text("you answered")
    await expect(proof).to_contain_text("You have 5 tries left")
    code = heard(site, phone)
    assert code not in await page.content()

    await page.fill("#code", "12 34")
    await page.get_by_role("button", name="Send the code").click()
    await expect(page.locator("#problems li")).to_have_text(["A code has 6 digits."])
    await page.fill("#code", f"{(int(code) + 1) % 10**6:06}")
    await page.get_by_role("button", name="Send the code").click()
    await expect(page.locator("#problems li")).to_have_text(["This is not the right code."])
    await expect(proof).to_contain_text("You have 4 tries left")
    assert await violations(page) == []

    await page.fill("#code", f"{code[:3]} {code[3:]}")
    await page.get_by_role("button", name="Send the code").click()
    await expect(page.locator(".notice.good")).to_contain_text("Your emergency number is verified.")
    await expect(proof).to_contain_text("It was verified on")
    assert await page.locator("#code").count() == 0
    assert (await seller.view()).verified_at is not None


async def test_after_five_wrong_codes_another_call_is_to_be_asked_for(
    site: Site, browser: Browser
) -> None:
    phone = "+12065556201"
    seller = await site.engine.know("GUESSES", emergency_phone=phone)
    page = await site.visit(browser, "GUESSES")
    await page.get_by_role("button", name="Call me with a code").click()
    await seller.when(lambda v: v.number_call and v.number_call.result is Result.CONNECTED)
    wrong = f"{(int(heard(site, phone)) + 1) % 10**6:06}"
    for _ in range(5):
        await page.goto(site.settings.url or "")
        await page.fill("#code", wrong)
        await page.get_by_role("button", name="Send the code").click()
    told = page.locator("main [role=alert]:visible")
    await expect(told).to_contain_text("does not count any more")
    assert await page.locator("#code").count() == 0
    assert (await seller.view()).verified_at is None


async def test_the_number_is_tried_and_a_form_that_is_pressed_twice_counts_once(site: Site) -> None:
    await site.engine.know("TRIES-IT", emergency_phone="+12065556301")
    async with site.visitor("TRIES-IT") as seller:
        page = await seller.get("/")
        proof = page.text.partition('name="csrf" value="')[2].partition('"')[0]
        headers = {"origin": str(seller.base_url).rstrip("/")}
        for path in ("/try-call", "/verify"):
            done = await seller.post(path, data={"csrf": proof}, headers=headers)
            assert done.status_code == 200
            await _ended(site, "TRIES-IT")
        # Pressed twice within a minute, the form counts once. The form that is there after the call
        # is another one.
        for shown in ("", "the call"):
            form = {"csrf": proof, "asked": shown}
            done = await seller.post("/verify", data=form, headers=headers)
            assert done.status_code == 200
    known = site.engine.client.get_workflow_handle("enrollment/US/TRIES-IT")
    view = await known.query("enrollment")
    asked = [entry for entry in view["timeline"] if entry["what"] == "call_requested"]
    assert [entry["code"] for entry in asked] == ["test", "code", "code"]


async def _ended(site: Site, seller_id: str) -> None:
    seller = await site.engine.know(seller_id)
    await seller.when(lambda v: v.number_call and v.number_call.result)


async def test_a_right_code_that_is_sent_twice_is_right_twice(site: Site) -> None:
    phone = "+12065556601"
    await site.engine.know("SENDS-TWICE", emergency_phone=phone)
    async with site.visitor("SENDS-TWICE") as seller:
        page = await seller.get("/")
        form = {"csrf": page.text.partition('name="csrf" value="')[2].partition('"')[0]}
        headers = {"origin": str(seller.base_url).rstrip("/")}
        await seller.post("/verify", data=form, headers=headers)
        await _ended(site, "SENDS-TWICE")
        for _ in range(2):
            right = form | {"code": heard(site, phone)}
            done = await seller.post("/code", data=right, headers=headers)
            assert done.status_code == 200
            assert "Your emergency number is verified." in done.text


async def test_a_right_code_counts_though_nobody_can_say_so_and_may_be_sent_again(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone = "+12065556701"
    known = await site.engine.know("UNSEEN-CODE", emergency_phone=phone)
    async with site.visitor("UNSEEN-CODE") as seller:
        page = await seller.get("/")
        form = {"csrf": page.text.partition('name="csrf" value="')[2].partition('"')[0]}
        headers = {"origin": str(seller.base_url).rstrip("/")}
        await seller.post("/verify", data=form, headers=headers)
        await _ended(site, "UNSEEN-CODE")
        right = form | {"code": heard(site, phone)}
        view, looks = Workflows.view, 0

        async def once(self: Workflows, name: Any) -> Any:
            nonlocal looks
            if name.query.name == "standing" and (looks := looks + 1) > 1:
                raise NoAnswer("no answer in time")
            return await view(self, name)

        with monkeypatch.context() as away:
            away.setattr(Workflows, "view", once)
            unseen = await seller.post("/code", data=right, headers=headers)
        assert unseen.status_code == 503
        assert "does not count any more" not in unseen.text
        assert "It has not been sent" not in unseen.text
        assert (await known.view()).verified_at is not None
        again = await seller.post("/code", data=right, headers=headers)
        assert "Your emergency number is verified." in again.text


@pytest.mark.parametrize(("typed", "dialled"), [("ww 12", "ww12"), ("12,#", "12wwww#"), ("", None)])
async def test_an_extension_is_kept_with_its_number(
    site: Site, browser: Browser, typed: str, dialled: str | None
) -> None:
    name = f"EXT-{len(typed)}"
    seller = await site.engine.know(name)
    page = await site.visit(browser, name)
    await page.locator("#number-form summary").click()
    await page.fill("#emergency_phone", "+1 206 555 6401")
    await page.fill("#extension", typed)
    await page.get_by_role("button", name="Save the number").click()
    await expect(page.locator(".notice.good")).to_contain_text("is saved")
    assert (await seller.view()).account.extension == dialled
    if dialled:
        await expect(page.locator("#number .known")).to_contain_text(f"extension {dialled}")


async def test_what_nobody_could_dial_is_no_extension(site: Site, browser: Browser) -> None:
    seller = await site.engine.know("EXT-BAD")
    page = await site.visit(browser, "EXT-BAD")
    await page.locator("#number-form summary").click()
    await page.fill("#emergency_phone", "+1 206 555 6402")
    await page.fill("#extension", "reception")
    await page.get_by_role("button", name="Save the number").click()
    await expect(page.locator("#problems li")).to_contain_text("An extension has up to 32 digits")
    assert await page.input_value("#extension") == "reception"
    assert await violations(page) == []
    assert (await seller.view()).account.extension is None
