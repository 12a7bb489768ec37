"""How long a session lasts, and what ends it (docs/desk.md)."""

import asyncio
from collections.abc import AsyncIterator

import httpx2
import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from desk.identity import Identity, Token
from desk.openid import OpenIdProvider
from tests.desk.provider import TestProvider, providing
from tests.desk.site import TLS_ORIGIN, Desk, desk_of, proof_in, sign_in
from tests.page.site import KEY

HOUR = 3600
POLL = {"hx-request": "true"}
"""What a part of a page sends that asks for itself."""


@pytest_asyncio.fixture
async def provider() -> AsyncIterator[TestProvider]:
    async with providing() as running:
        yield running


async def status(browser: httpx2.AsyncClient, **headers: str) -> int:
    return (await browser.get("/desk/", headers=headers)).status_code


# --- the provider's word --------------------------------------------------------------------------


@pytest.mark.parametrize("groups_in", ["id_token", "userinfo"])
async def test_a_role_that_is_taken_away_is_gone_within_five_minutes(
    provider: TestProvider, groups_in: str
) -> None:
    provider.groups_in = groups_in
    desk = await desk_of(provider)
    async with desk.browser() as browser:
        assert (await sign_in(browser)).status_code == 303
        assert "· lead</span>" in (await browser.get("/desk/")).text
        provider.claims["groups"] = ["ah-observers"]
        desk.later = 5 * 60
        assert "· observer</span>" in (await browser.get("/desk/")).text
        provider.claims["groups"] = ["all-staff"]
        desk.later += 5 * 60
        answer = await browser.get("/desk/")
        assert answer.status_code == 403
        assert "You have no role at the desk" in answer.text
        # Neither the browser nor a copy of its cookie gets in again.
        provider.claims["groups"] = ["ah-leads"]
        assert await status(browser) == 303


async def test_who_is_thrown_out_at_the_provider_is_out_within_five_minutes(
    provider: TestProvider,
) -> None:
    desk = await desk_of(provider)
    async with desk.browser() as browser:
        await sign_in(browser)
        provider.tokens.clear()
        desk.later = 5 * 60
        assert await status(browser) == 303


async def test_without_refresh_tokens_the_access_token_is_what_is_asked_with(
    provider: TestProvider,
) -> None:
    provider.refreshes, provider.groups_in = False, "userinfo"
    desk = await desk_of(provider)
    async with desk.browser() as browser:
        await sign_in(browser)
        desk.later = 5 * 60
        assert await status(browser) == 200
        provider.tokens.clear()
        desk.later += 5 * 60
        assert await status(browser) == 303


async def test_while_the_provider_is_away_a_session_goes_on_for_five_minutes_and_no_longer(
    provider: TestProvider,
) -> None:
    desk = await desk_of(provider)
    async with desk.browser() as browser:
        await sign_in(browser)
        provider.away = True
        desk.later = 299 - 1
        assert await status(browser) == 200
        desk.later = 301
        answer = await browser.get("/desk/")
        assert answer.status_code == 503
        assert "Sign-in is away" in answer.text
        assert "retry-after" in answer.headers
        provider.away = False
        desk.later = 330
        assert await status(browser) == 200


async def test_a_provider_that_is_away_is_not_asked_by_every_request(
    provider: TestProvider,
) -> None:
    desk = await desk_of(provider)
    async with desk.browser() as browser:
        await sign_in(browser)
        provider.away, desk.later = True, 250
        before = len(provider.asked)
        assert {await status(browser) for _ in range(20)} == {200}
        assert len(provider.asked) == before + 1


async def test_requests_at_once_use_a_refresh_token_once(provider: TestProvider) -> None:
    """A provider that rotates ends the session of whoever uses one twice."""
    desk = await desk_of(provider)
    async with desk.browser() as browser:
        await sign_in(browser)
        desk.later = 250
        provider.asked.clear()
        answers = await asyncio.gather(*(status(browser) for _ in range(10)))
        assert set(answers) == {200}
        assert provider.asked == ["/token"]
        desk.later = 500
        assert await status(browser) == 200


async def test_a_cookie_from_before_a_check_still_counts(provider: TestProvider) -> None:
    desk = await desk_of(provider)
    async with desk.browser() as browser:
        await sign_in(browser)
        async with desk.browser(dict(browser.cookies)) as slow_tab:
            desk.later = 250
            assert await status(browser) == 200
            assert await status(slow_tab) == 200
            desk.later = 500
            assert await status(slow_tab) == 200


async def test_an_error_page_hands_on_a_new_refresh_token_too(provider: TestProvider) -> None:
    """Else a browser that was refused something, and then asks another copy, would be out."""
    desk, other = await desk_of(provider), await desk_of(provider)
    async with desk.browser() as browser:
        await sign_in(browser)
        before = browser.cookies["case72-desk"]
        desk.later = 250
        assert (await browser.post("/desk/sign-out", data={"csrf": "wrong"})).status_code == 403
        assert browser.cookies["case72-desk"] != before
        other.later = 500
        async with other.browser(dict(browser.cookies)) as elsewhere:
            assert await status(elsewhere) == 200


# --- time -----------------------------------------------------------------------------------------


async def test_a_session_without_a_sign_of_its_person_ends_after_an_hour(
    provider: TestProvider,
) -> None:
    desk = await desk_of(provider)
    async with desk.browser() as browser:
        await sign_in(browser)
        for _ in range(3):
            desk.later += 0.9 * HOUR
            assert await status(browser) == 200
        desk.later += 1.1 * HOUR
        assert await status(browser) == 303


async def test_a_page_that_is_left_open_is_no_sign_of_anybody(provider: TestProvider) -> None:
    desk = await desk_of(provider)
    async with desk.browser() as browser:
        await sign_in(browser)
        desk.later = 0.9 * HOUR
        assert await status(browser, **POLL) == 200
        desk.later = 1.1 * HOUR
        answer = await browser.get("/desk/", headers=POLL)
        assert (answer.status_code, answer.headers["hx-refresh"]) == (401, "true")


async def test_a_session_ends_after_twelve_hours_however_busy_it_is(
    provider: TestProvider,
) -> None:
    desk = await desk_of(provider)
    async with desk.browser() as browser:
        await sign_in(browser)
        while desk.later < 11.5 * HOUR:
            desk.later += 0.5 * HOUR
            assert await status(browser) == 200
        desk.later = 12 * HOUR + 1
        assert await status(browser) == 303


# --- whose it is ----------------------------------------------------------------------------------


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


# --- the cookie -----------------------------------------------------------------------------------


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
    for end in ("", "A"):
        async with desk.browser({"case72-desk": cookie[:-1] + end}) as altered:
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
