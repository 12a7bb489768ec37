"""Whose a session is, and what its cookie tells (docs/desk.md)."""

import asyncio

import pytest
from structlog.testing import capture_logs

from desk.identity import Identity, Token
from desk.openid import OpenIdProvider
from tests.desk.provider import TestProvider
from tests.desk.site import TLS_ORIGIN, Desk, desk_of, proof_in, sign_in, status
from tests.page.site import KEY

HOUR = 3600
POLL = {"hx-request": "true"}
"""What a part of a page sends that asks for itself."""


async def test_after_signing_out_a_copy_of_the_cookie_opens_nothing(
    provider: TestProvider,
) -> None:
    desk = await desk_of(provider)
    async with desk.browser() as browser:
        await sign_in(browser)
        copied = dict(browser.cookies)
        page = (await browser.get("/desk/")).text
        left = await browser.post("/desk/sign-out", data={"csrf": proof_in(page)})
        assert left.status_code == 200
        assert f"url={provider.issuer}/end_session?client_id=" in left.text
        assert "lead.ortiz" not in left.text
        assert "case72-desk" not in browser.cookies
        assert await status(browser) == 303
    async with desk.browser(copied) as thief:
        assert await status(thief) == 303


async def test_in_another_copy_of_the_desk_it_opens_nothing_after_the_next_check(
    provider: TestProvider,
) -> None:
    """Copies of the desk share nothing. What the provider has revoked is what tells them."""
    desk, other = await desk_of(provider), await desk_of(provider)
    async with desk.browser() as browser:
        await sign_in(browser)
        async with other.browser(dict(browser.cookies)) as elsewhere:
            assert await status(elsewhere) == 200  # any copy serves any session
            page = (await browser.get("/desk/")).text
            await browser.post("/desk/sign-out", data={"csrf": proof_in(page)})
            other.later = 240
            assert await status(elsewhere) == 303


async def test_signing_out_works_while_the_provider_is_away(provider: TestProvider) -> None:
    desk = await desk_of(provider)
    async with desk.browser() as browser:
        await sign_in(browser)
        page = (await browser.get("/desk/")).text
        copied = dict(browser.cookies)
        provider.away, desk.later = True, 400
        assert await status(browser) == 503
        left = await browser.post("/desk/sign-out", data={"csrf": proof_in(page)})
        assert left.status_code == 200
        async with desk.browser(copied) as thief:
            assert await status(thief) == 303


async def test_a_check_that_was_under_way_does_not_bring_back_who_signed_out(
    provider: TestProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = await desk_of(provider)
    asked, go_on = asyncio.Event(), asyncio.Event()
    check = OpenIdProvider.check

    async def slow(self: OpenIdProvider, subject: str, token: Token) -> Identity:
        asked.set()
        await go_on.wait()
        return await check(self, subject, token)

    async with desk.browser() as browser:
        await sign_in(browser)
        page = (await browser.get("/desk/")).text
        copied = dict(browser.cookies)
        monkeypatch.setattr(OpenIdProvider, "check", slow)
        desk.later = 250
        late = asyncio.create_task(browser.get("/desk/"))
        await asked.wait()
        desk.later = 0  # so that signing out needs no check
        await browser.post("/desk/sign-out", data={"csrf": proof_in(page)})
        go_on.set()
        assert (await late).status_code == 303
    async with desk.browser(copied) as thief:
        assert await status(thief) == 303


async def test_a_copied_cookie_opens_nothing_in_another_kind_of_browser(
    provider: TestProvider,
) -> None:
    desk = await desk_of(provider)
    async with desk.browser() as browser:
        await sign_in(browser)
        async with desk.browser(dict(browser.cookies), agent="curl/8") as thief:
            assert await status(thief) == 303


async def test_a_session_is_never_one_that_was_there_before_signing_in(
    provider: TestProvider,
) -> None:
    """Whoever plants a cookie, their own or a made-up one, does not get into what follows."""
    desk = await desk_of(provider)
    async with desk.browser() as attacker, desk.browser() as browser:
        await sign_in(attacker)
        planted = attacker.cookies["case72-desk"]
        browser.cookies.set("case72-desk", planted, domain="127.0.0.1", path="/")
        provider.claims["preferred_username"] = "specialist.chen"
        await sign_in(browser)
        assert browser.cookies["case72-desk"] != planted
        assert "specialist.chen" in (await browser.get("/desk/")).text
        assert "lead.ortiz" in (await attacker.get("/desk/")).text
        proofs = [proof_in((await one.get("/desk/")).text) for one in (attacker, browser)]
        assert proofs[0] != proofs[1]


async def test_under_https_the_cookie_is_this_hosts_only_and_no_script_reads_it(
    provider: TestProvider,
) -> None:
    desk = await desk_of(provider, TLS_ORIGIN)
    async with desk.browser() as browser:
        answer = await sign_in(browser)
    (session,) = (c for c in answer.headers.get_list("set-cookie") if "case72-desk=" in c)
    name, _, attributes = session.partition("=")
    assert name == "__Host-case72-desk"
    assert {"HttpOnly", "Secure", "Path=/", "SameSite=lax"} <= set(attributes.split("; "))
    assert "Domain" not in attributes


async def test_the_cookie_tells_nobody_what_is_in_it(provider: TestProvider) -> None:
    desk = await desk_of(provider)
    async with desk.browser() as browser:
        await sign_in(browser)
        cookie = browser.cookies["case72-desk"]
    assert "lead" not in cookie
    # Not the last letter: some of its bits say nothing.
    other = "A" if cookie[-5] != "A" else "B"
    for kept in (cookie[:-1], f"{cookie[:-5]}{other}{cookie[-4:]}"):
        async with desk.browser({"case72-desk": kept}) as altered:
            assert await status(altered) == 303


async def test_a_new_secret_ends_no_session_and_taking_the_old_one_away_does(
    provider: TestProvider,
) -> None:
    new = "another-secret-of-forty-characters-here-2"
    before, between, after = [
        await desk_of(provider, secrets=secrets) for secrets in (KEY, f"{new},{KEY}", new)
    ]
    async with before.browser() as browser:
        await sign_in(browser)
        cookies = dict(browser.cookies)
    for desk, answers in ((between, 200), (after, 303)):
        async with desk.browser(cookies) as browser:
            assert await status(browser) == answers


async def test_a_token_too_long_for_a_cookie_is_said_to_be_one(
    provider: TestProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desk.sessions._LONGEST_COOKIE", 100)
    desk: Desk = await desk_of(provider)
    with capture_logs() as lines:
        async with desk.browser() as browser:
            assert (await sign_in(browser)).status_code == 503
    assert any("makes a cookie of" in str(line.get("why")) for line in lines)
