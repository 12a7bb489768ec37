"""Signing in, at a real OpenID provider (oidc-provider-mock, of PyPI) and at one of the tests."""

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
import pytest

from desk.openid import OpenIdProvider
from tests.desk.provider import TestProvider
from tests.desk.site import ORIGIN, Desk, desk_of, proof_in, settings_of, sign_in

LEAD = {"preferred_username": "lead.ortiz", "groups": ["staff", "ah-observers", "ah-leads"]}


# --- a real provider ------------------------------------------------------------------------------


@contextmanager
def real_provider() -> Iterator[str]:
    """One that somebody else wrote. Return its address."""
    from oidc_provider_mock import User, run_server_in_thread  # warns when it is imported

    users = [User(sub="7f3c", claims=LEAD), User(sub="9d21", claims={"email": "a@shop.example"})]
    with run_server_in_thread(user_claims=users, require_nonce=True) as server:
        yield f"http://localhost:{server.server_port}"


async def come_from(issuer: str, browser: httpx2.AsyncClient, **choice: str) -> httpx2.Response:
    """Sign in at the real provider as its form does, and return what the desk answers."""
    begun = await browser.get("/desk/sign-in")
    address = begun.headers["location"]
    assert address.startswith(issuer)
    async with httpx2.AsyncClient() as elsewhere:
        back = await elsewhere.post(address, data=choice)
    assert back.status_code == 302, back.text
    return await browser.get(back.headers["location"])


async def desk_at(issuer: str) -> Desk:
    settings = settings_of(issuer)
    return await Desk.at(OpenIdProvider(settings, ORIGIN), settings)


async def test_somebody_with_a_group_is_in_with_their_strongest_role_and_name() -> None:
    with real_provider() as issuer:
        desk = await desk_at(issuer)
        async with desk.browser() as browser, httpx2.AsyncClient(base_url=issuer) as admin:
            assert (await come_from(issuer, browser, sub="7f3c")).headers["location"] == "/desk/"
            page = (await browser.get("/desk/")).text
            assert "lead.ortiz</bdi> · lead" in page
            # Their groups are changed: the provider says so when it is asked again.
            fewer = LEAD | {"groups": ["ah-reviewers"]}
            (await admin.put("/users/7f3c", json=fewer)).raise_for_status()
            desk.later = 4 * 60
            assert "lead.ortiz</bdi> · reviewer" in (await browser.get("/desk/")).text
            # Their tokens are revoked: they are out.
            (await admin.post("/users/7f3c/revoke-tokens")).raise_for_status()
            desk.later += 4 * 60
            assert (await browser.get("/desk/")).status_code == 303


async def test_somebody_without_a_group_is_told_that_they_have_no_role() -> None:
    with real_provider() as issuer:
        desk = await desk_at(issuer)
        async with desk.browser() as browser:
            answer = await come_from(issuer, browser, sub="9d21")
            assert answer.status_code == 403
            assert "You have no role at the desk" in answer.text
            assert (await browser.get("/desk/")).status_code == 303


async def test_somebody_who_says_no_at_the_provider_is_not_signed_in() -> None:
    with real_provider() as issuer:
        desk = await desk_at(issuer)
        async with desk.browser() as browser:
            begun = await browser.get("/desk/sign-in")
            state = httpx2.URL(begun.headers["location"]).params["state"]
            answer = await browser.get(f"/desk/signed-in?error=access_denied&state={state}")
            assert answer.status_code == 403
            assert "You could not be signed in" in answer.text


async def test_signing_out_leads_to_where_the_provider_signs_out_and_back() -> None:
    with real_provider() as issuer:
        desk = await desk_at(issuer)
        async with desk.browser() as browser, httpx2.AsyncClient() as elsewhere:
            await come_from(issuer, browser, sub="7f3c")
            page = (await browser.get("/desk/")).text
            left = await browser.post("/desk/sign-out", data={"csrf": proof_in(page)})
            (address,) = re.findall(r'<a href="(http[^"]+)"', left.text)
            there = (await elsewhere.get(html.unescape(address))).text
            assert f"{ORIGIN}/desk/signed-out" in there
            assert (await browser.get("/desk/signed-out")).status_code == 200


# --- who somebody is ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claims", "name"),
    [
        ({"preferred_username": "lead.ortiz", "email": "o@shop.example"}, "lead.ortiz"),
        ({"email": "o@shop.example"}, "o@shop.example"),
        ({"email": "o@shop.example", "email_verified": True}, "o@shop.example"),
        ({"preferred_username": "  王 芳 "}, "王 芳"),
        ({"preferred_username": "", "email": "o@shop.example"}, "o@shop.example"),
        ({"preferred_username": "x" * 201, "email": "o@shop.example"}, "o@shop.example"),
    ],
)
async def test_the_name_is_the_user_name_or_else_the_address(
    provider: TestProvider, claims: dict[str, object], name: str
) -> None:
    provider.claims = {**claims, "groups": ["ah-leads"]}
    desk = await desk_of(provider)
    async with desk.browser() as browser:
        await sign_in(browser)
        assert f"<bdi>{name}</bdi>" in (await browser.get("/desk/")).text


@pytest.mark.parametrize(
    "name",
    ["", "a\nb", "a\u202eb", "x" * 201, 7, None, ["lead"], "engine", "Seller", "TELEPHONE", "mail"],
)
async def test_who_has_no_name_that_a_case_can_take_or_a_machines_is_not_signed_in(
    provider: TestProvider, name: object
) -> None:
    provider.claims = {"preferred_username": name, "groups": ["ah-leads"]}
    desk = await desk_of(provider)
    async with desk.browser() as browser:
        assert (await sign_in(browser)).status_code == 403


async def test_an_address_that_the_provider_has_not_verified_is_no_name(
    provider: TestProvider,
) -> None:
    claims = {"email": "o@shop.example", "email_verified": False}
    provider.claims = {**claims, "groups": ["ah-leads"]}
    desk = await desk_of(provider)
    async with desk.browser() as browser:
        assert (await sign_in(browser)).status_code == 403


async def test_settings_choose_the_claims_of_name_and_groups(provider: TestProvider) -> None:
    provider.claims = {"preferred_username": "x", "nick": "Ana", "https://a.example/g": "ah-leads"}
    chosen = {"groups_claim": "https://a.example/g", "name_claim": "nick"}
    desk = await desk_of(provider, **chosen)
    async with desk.browser() as browser:
        await sign_in(browser)
        assert "<bdi>Ana</bdi> · lead" in (await browser.get("/desk/")).text


@pytest.mark.parametrize("groups", [None, [], "ah", {"ah-leads": 1}, [["ah-leads"]], ["AH-LEADS"]])
async def test_only_a_group_of_that_very_name_gives_a_role(
    provider: TestProvider, groups: object
) -> None:
    provider.claims = {"preferred_username": "lead.ortiz", "groups": groups}
    desk = await desk_of(provider)
    async with desk.browser() as browser:
        assert (await sign_in(browser)).status_code == 403
