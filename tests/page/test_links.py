"""A seller's way in: signed links, and what they open (docs/page.md)."""

import time
from datetime import timedelta

import pytest
from itsdangerous import TimestampSigner

from domain.shared.account import Store
from reference.page_links import Expired, Forged, Purpose, Signer, Visitor
from tests.page.site import (
    KEY,
    TLS_URL,
    URL,
    links,
    page_without_temporal,
    requests_to,
    settings_of,
    token_of,
)

CASE = "case/US/A2EXAMPLE/01a2071c-2f16-7ec3-a037-d6057aefcc7a"
DAY = timedelta(days=1)
NEW_KEY = "another-secret-of-forty-characters-now-2"


def later(monkeypatch: pytest.MonkeyPatch, days: float) -> None:
    """Let time pass, as far as signatures are concerned."""
    now = int(time.time() + days * 86_400)
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _: now)


def test_a_link_says_which_account_it_is_for_and_is_an_address_without_spaces() -> None:
    link = links().link(CASE)
    assert link.startswith(f"{URL}/enter/")
    assert Signer([KEY]).read(Purpose.LINK, token_of(link), DAY) == CASE
    assert Visitor.of(CASE).seller_id == "A2EXAMPLE"
    assert Visitor.of("enrollment/CA/A9.b_-").store is Store.CA


@pytest.mark.parametrize(
    "about",
    ["", "US/A2EXAMPLE", "case/FR/A2", "case/US/", "case/US/A/b/c", "case/US/A\n", "x" * 999],
)
def test_nothing_but_a_case_or_an_enrollment_can_be_linked_to(about: str) -> None:
    with pytest.raises(ValueError, match="is not the id"):
        links().link(about)


def test_an_old_token_has_expired_and_an_altered_one_is_forged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    signer, token = Signer([KEY]), token_of(links().link(CASE))
    for wrong in (token[:-2], token.replace(token[3], "x", 1), "", "a.b.c", "é"):
        with pytest.raises(Forged):
            signer.read(Purpose.LINK, wrong, DAY)
    later(monkeypatch, 1.1)
    with pytest.raises(Expired):
        signer.read(Purpose.LINK, token, DAY)


@pytest.mark.parametrize(("minutes", "is_good"), [(1, True), (4, True), (6, False)])
def test_a_clock_that_is_a_little_ahead_closes_nothing(
    monkeypatch: pytest.MonkeyPatch, minutes: float, is_good: bool
) -> None:
    """Of two pages on two machines, each reads what the other has signed."""
    with monkeypatch.context() as ahead:
        later(ahead, minutes / 1440)
        token = token_of(links().link(CASE))
    if is_good:
        assert Signer([KEY]).read(Purpose.LINK, token, DAY) == CASE
    else:
        with pytest.raises(Expired):
            Signer([KEY]).read(Purpose.LINK, token, DAY)


def test_a_token_for_one_purpose_is_none_for_another() -> None:
    signer = Signer([KEY])
    for made, asked in ((Purpose.LINK, Purpose.SESSION), (Purpose.SESSION, Purpose.LINK)):
        with pytest.raises(Forged):
            signer.read(asked, signer.sign(made, CASE), DAY)


def test_the_newest_key_signs_and_all_are_believed_until_they_are_taken_away() -> None:
    old = token_of(links(KEY).link(CASE))
    new = token_of(links(NEW_KEY, KEY).link(CASE))
    both = Signer([NEW_KEY, KEY])
    assert both.read(Purpose.LINK, old, DAY) == both.read(Purpose.LINK, new, DAY) == CASE
    assert Signer([NEW_KEY]).read(Purpose.LINK, new, DAY) == CASE
    with pytest.raises(Forged):
        Signer([NEW_KEY]).read(Purpose.LINK, old, DAY)


async def test_entering_exchanges_the_token_for_a_cookie_and_leaves_the_address() -> None:
    async with requests_to(await page_without_temporal()) as client:
        answer = await client.get(links().link(CASE))
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("case72-visit=")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Max-Age=43200" in cookie
    assert token_of(links().link(CASE)) not in cookie


async def test_behind_tls_cookies_are_secure_and_of_this_host_only() -> None:
    app = await page_without_temporal(settings_of(TLS_URL))
    async with requests_to(app, TLS_URL) as client:
        answer = await client.get(links(url=TLS_URL).link(CASE))
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-case72-visit=")
    assert "Secure" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie
    assert "max-age=" in answer.headers["strict-transport-security"]


async def test_an_expired_and_a_forged_link_open_nothing_and_say_how_to_get_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with requests_to(await page_without_temporal()) as client:
        forged = await client.get(links(NEW_KEY).link(CASE))
        link = links().link(CASE)
        later(monkeypatch, 91)
        expired = await client.get(link)
        without = await client.get("/")
    assert (forged.status_code, expired.status_code, without.status_code) == (403, 410, 403)
    assert "its page offers to send you a fresh one" in without.text
    # The newest link may be signed with the secret that was taken away: no page offers another.
    assert "its page offers" not in forged.text
    assert "or it is no longer valid" in forged.text
    assert "If that one opens nothing either" in forged.text
    assert "E-mail me a fresh link" in expired.text
    for answer in (forged, expired, without):
        assert "set-cookie" not in answer.headers


async def test_a_visit_ends_after_its_hours_and_the_link_opens_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with requests_to(await page_without_temporal()) as client:
        await client.get(links().link(CASE))
        assert (await client.get("/")).status_code == 503  # known; Temporal is not there
        later(monkeypatch, 0.6)
        assert (await client.get("/")).status_code == 403


async def test_a_links_token_is_no_cookie_and_a_cookie_is_no_link() -> None:
    async with requests_to(await page_without_temporal()) as client:
        client.cookies.set("case72-visit", token_of(links().link(CASE)))
        assert (await client.get("/")).status_code == 403
        client.cookies.clear()
        await client.get(links().link(CASE))
        cookie = client.cookies["case72-visit"]
        client.cookies.clear()
        assert (await client.get(f"/enter/{cookie}")).status_code == 403
