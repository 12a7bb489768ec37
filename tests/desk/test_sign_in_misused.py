"""What others could try with a sign-in, and what a provider could get wrong."""

import httpx2
import pytest
from structlog.testing import capture_logs

from desk.openid import OpenIdProvider
from desk.responses import path_after
from tests.desk.provider import CLIENT_SECRET, TestProvider
from tests.desk.site import ORIGIN, come_back, desk_of, proof_in, sign_in

LEAD = {"preferred_username": "lead.ortiz", "groups": ["staff", "ah-observers", "ah-leads"]}


async def test_nobody_is_signed_in_as_another_by_a_link(provider: TestProvider) -> None:
    """Login CSRF: the attacker's own way back, opened in somebody else's browser."""
    desk = await desk_of(provider)
    async with desk.browser() as attacker, desk.browser() as browser:
        link = await come_back(attacker)
        for victim_began_too in (False, True):
            if victim_began_too:
                await browser.get("/desk/sign-in")
            answer = await browser.get(link)
            assert answer.status_code == 403
            assert "This sign-in did not begin here" in answer.text
            assert "case72-desk" not in browser.cookies
        assert (await attacker.get(link)).status_code == 303


async def test_a_way_back_is_good_once(provider: TestProvider) -> None:
    desk = await desk_of(provider)
    async with desk.browser() as browser:
        link = await come_back(browser)
        cookies = dict(browser.cookies)
        assert (await browser.get(link)).status_code == 303
        assert (await browser.get(link)).status_code == 403
        # Nor with the cookie of the sign-in kept: the provider takes a code once.
        async with desk.browser(cookies) as again:
            assert (await again.get(link)).status_code == 403


async def test_a_code_of_another_sign_in_is_refused_for_want_of_its_secret(
    provider: TestProvider,
) -> None:
    """PKCE: who steals a code cannot use it in a sign-in of their own."""
    desk = await desk_of(provider)
    async with desk.browser() as browser, desk.browser() as thief:
        stolen = httpx2.URL(await come_back(browser)).params["code"]
        own = httpx2.URL(await come_back(thief))
        answer = await thief.get(str(own.copy_set_param("code", stolen)))
        assert answer.status_code == 403


async def test_an_answer_of_another_issuer_is_refused(provider: TestProvider) -> None:
    desk = await desk_of(provider)
    async with desk.browser() as browser:
        link = httpx2.URL(await come_back(browser))
        answer = await browser.get(str(link.copy_set_param("iss", "https://evil.example")))
        assert answer.status_code == 403


async def test_several_tabs_may_sign_in_at_once(provider: TestProvider) -> None:
    desk = await desk_of(provider)
    async with desk.browser() as browser:
        links = [await come_back(browser) for _ in range(3)]
        answers = [await browser.get(link) for link in links]
        assert {answer.status_code for answer in answers} == {303}


async def test_after_signing_in_one_is_where_one_wanted_to_go(provider: TestProvider) -> None:
    desk = await desk_of(provider)
    async with desk.browser() as browser:
        first = await browser.get("/desk/cases/US/A2EXAMPLE?tab=plan")
        assert first.status_code == 404  # there is no such page yet, so nobody is asked
        asked = await browser.get("/desk/?queue=review")
        back = await sign_in(browser, asked.headers["location"])
        assert back.headers["location"] == "/desk/?queue=review"


@pytest.mark.parametrize(
    "wish",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "/desk//evil.example",
        "/desk/\\evil",
        "/desk/../enter/x",
        "/desk/%0d%0aSet-Cookie:x",
        "/deskevil",
        "/",
        "desk/",
        "javascript:alert(1)",
        "/desk/" + "x" * 600,
        "/desk/\n",
        "/desk/?a=<b>",
        "",
        None,
    ],
)
async def test_another_place_than_the_desk_is_nowhere_to_go(
    provider: TestProvider, wish: str | None
) -> None:
    after = path_after(wish)
    assert after == "/desk/" or (wish == after and "%0d" in after and "\n" not in after)
    desk = await desk_of(provider)
    async with desk.browser() as browser:
        begun = str(httpx2.URL("/desk/sign-in", params={"next": wish or ""}))
        answer = await sign_in(browser, begun)
        assert httpx2.URL(ORIGIN).join(answer.headers["location"]).host == "127.0.0.1"
        assert answer.headers["location"].startswith("/desk/")


async def test_while_the_provider_is_away_a_page_says_so(provider: TestProvider) -> None:
    desk = await desk_of(provider)
    provider.away = True
    with capture_logs() as lines:
        async with desk.browser() as browser:
            for path in ("/desk/sign-in", "/desk/sign-in"):
                answer = await browser.get(path)
                assert answer.status_code == 503
                assert "Sign-in is away" in answer.text
            provider.away = False
            assert (await sign_in(browser)).status_code == 303
    assert "the provider of sign-in is away" in {line["event"] for line in lines}


@pytest.mark.parametrize(
    "wrong",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://evil.example/token"},
        {"jwks_uri": None},
    ],
)
async def test_a_provider_that_says_something_odd_of_itself_is_not_asked(
    provider: TestProvider, monkeypatch: pytest.MonkeyPatch, wrong: dict[str, str | None]
) -> None:
    get = OpenIdProvider._get

    async def odd(self: OpenIdProvider, address: str, token: str | None = None) -> object:
        return {**await get(self, address, token), **wrong}

    monkeypatch.setattr(OpenIdProvider, "_get", odd)
    desk = await desk_of(provider)
    async with desk.browser() as browser:
        assert (await browser.get("/desk/sign-in")).status_code == 503


async def test_no_token_code_or_secret_is_in_the_logs(provider: TestProvider) -> None:
    desk = await desk_of(provider)
    with capture_logs() as lines:
        async with desk.browser() as browser:
            link = await come_back(browser)
            await browser.get(link)
            desk.later = 250
            await browser.get("/desk/")
            page = (await browser.get("/desk/")).text
            await browser.post("/desk/sign-out", data={"csrf": proof_in(page)})
    said = str(lines)
    params = httpx2.URL(link).params
    secrets = (params["code"], params["state"], proof_in(page), CLIENT_SECRET, *provider.issued)
    assert [secret for secret in secrets if secret in said] == []
    assert [x["event"] for x in lines if x["event"].startswith("signed")] == [
        "signed in",
        "signed out",
    ]
