"""What the page does not let through: headers, forms of others, limits, errors (docs/page.md)."""

import re
from collections.abc import AsyncIterator

import httpx2
import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from domain.case.events import MAXIMUM_PLAN_LENGTH
from page.app import LARGEST_BODY
from page.pages import Pages
from reference.page_links import Purpose, Signer
from runtime.page_settings import PageSettings
from tests.page.site import KEY, URL, links, page_without_temporal, requests_to, settings_of
from web.limits import Limit

CASE = "case/US/A2EXAMPLE/01a2071c-2f16-7ec3-a037-d6057aefcc7a"
PLAN = {"root_causes": "a", "corrective_actions": "b", "preventive_measures": "c"}


@pytest_asyncio.fixture
async def seller() -> AsyncIterator[httpx2.AsyncClient]:
    """Somebody who came in, of a page without a Temporal."""
    async with requests_to(await page_without_temporal()) as client:
        await client.get(links().link(CASE))
        yield client


async def proof_of(client: httpx2.AsyncClient) -> str:
    """What every form of a visit carries."""
    life = settings_of().session_life
    value = Signer([KEY]).read(Purpose.SESSION, client.cookies["case72-visit"], life)
    return str(value[1])


@pytest.mark.parametrize("path", ["/", "/nope", "/enter/x", "/health", "/static/page.css", "/call"])
async def test_every_answer_has_the_headers(path: str) -> None:
    async with requests_to(await page_without_temporal()) as client:
        headers = (await client.get(path)).headers
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "permissions-policy" in headers
    assert "strict-transport-security" not in headers
    kept = "immutable" in headers["cache-control"]
    assert kept if path.startswith("/static") else headers["cache-control"] == "no-store"


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
async def test_a_form_of_another_site_changes_nothing(
    seller: httpx2.AsyncClient, site: str
) -> None:
    form = {"csrf": await proof_of(seller), "case": CASE}
    answer = await seller.post("/call", data=form, headers={"sec-fetch-site": site})
    assert answer.status_code == 403
    answer = await seller.post("/call", data=form, headers={"origin": "https://evil.example"})
    assert answer.status_code == 403


@pytest.mark.parametrize("headers", [{}, {"sec-fetch-site": "same-origin"}, {"origin": URL}])
async def test_a_form_without_the_visits_own_proof_changes_nothing(
    seller: httpx2.AsyncClient, headers: dict[str, str]
) -> None:
    for proof in ({}, {"csrf": ""}, {"csrf": "é"}, {"csrf": "x" * 24}):
        for path in ("/call", "/plan", "/number", "/leave"):
            answer = await seller.post(path, data={"case": CASE, **proof}, headers=headers)
            assert answer.status_code == 403
    right = {"csrf": await proof_of(seller), "case": CASE}
    assert (await seller.post("/call", data=right, headers=headers)).status_code == 503


@pytest.mark.parametrize(
    "case", ["", "case/US/OTHER/run", "case/CA/A2EXAMPLE/run", "enrollment/US/A2EXAMPLE"]
)
async def test_a_form_for_another_sellers_case_is_none_of_ours(
    seller: httpx2.AsyncClient, case: str
) -> None:
    form = {"csrf": await proof_of(seller), "case": case}
    assert (await seller.post("/call", data=form)).status_code == 403
    assert (await seller.post("/plan", data={**form, **PLAN})).status_code == 403


async def test_nothing_changes_by_looking(seller: httpx2.AsyncClient) -> None:
    for method in ("GET", "HEAD", "OPTIONS", "PUT"):
        for path in ("/call", "/plan", "/number", "/leave"):
            assert (await seller.request(method, path)).status_code == 405
    # Nor does a scanner that posts to links, or only looks whether they are there.
    link = links().link(CASE)
    assert (await seller.post(link)).status_code == 405
    assert (await seller.head(link)).status_code == 303


async def test_what_was_typed_is_shown_again_whatever_goes_wrong(
    seller: httpx2.AsyncClient,
) -> None:
    text = "<b>A supplier</b> & Söhne"
    kept = "&lt;b&gt;A supplier&lt;/b&gt; &amp; Söhne"
    form = PLAN | {"root_causes": text, "case": CASE}
    refused = await seller.post("/plan", data=form)  # no proof: nothing can be sent again
    assert refused.status_code == 403
    assert kept in refused.text
    away = await seller.post("/plan", data=form | {"csrf": await proof_of(seller), "state": "1.0"})
    assert away.status_code == 503
    assert kept in away.text
    assert "If your deadline is close, keep trying" in away.text
    assert re.search(r'name="state" value="1.0"', away.text)
    seller.cookies.clear()
    over = await seller.post("/plan", data=form)
    assert over.status_code == 403
    assert kept in over.text


async def test_while_temporal_is_away_the_page_says_so_and_is_alive() -> None:
    async with requests_to(await page_without_temporal()) as client:
        await client.get(links().link(CASE))
        page = await client.get("/")
        assert page.status_code == 503
        assert "retry-after" in page.headers
        assert "keep trying, and answer when we call" in page.text
        assert (await client.get("/health")).text == "alive\n"
        assert (await client.get("/ready")).status_code == 503


# --- limits ---------------------------------------------------------------------------------------


async def test_the_largest_plan_there_can_be_fits_and_more_is_refused(
    seller: httpx2.AsyncClient,
) -> None:
    rows = ["😀" * 1000] * (MAXIMUM_PLAN_LENGTH // 1000)
    largest = dict.fromkeys(("root_causes", "corrective_actions", "evidence"), rows)
    answer = await seller.post("/plan", data=largest)
    assert answer.status_code == 403  # read to its end
    kind = {"content-type": "application/x-www-form-urlencoded"}
    answer = await seller.post("/plan", content=b"x" * (LARGEST_BODY + 1), headers=kind)
    assert answer.status_code == 413

    async def in_pieces() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b"x=" + b"y" * 20_000

    assert (await seller.post("/plan", content=in_pieces(), headers=kind)).status_code == 413
    assert (await seller.post("/plan", json={})).status_code == 415


async def test_who_asks_too_often_is_told_when_to_come_back(seller: httpx2.AsyncClient) -> None:
    answers = [(await seller.get("/enter/wrong")) for _ in range(31)]
    assert {a.status_code for a in answers[:25]} == {403}
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["retry-after"]) >= 1
    form = {"csrf": await proof_of(seller), "case": "", "root_causes": "kept"}
    changes = [await seller.post("/plan", data=form) for _ in range(61)]
    assert changes[-1].status_code == 429
    assert "kept" in changes[-1].text


async def test_all_forms_of_an_account_have_one_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    # No time passes, in which the limit would fill again.
    monkeypatch.setattr("page.forms.Limit", lambda count, seconds: Limit(count, seconds, lambda: 0))
    paths = ("/call", "/plan", "/number")
    others = ("/verify", "/try-call", "/code", "/appeal", "/appeal/information", "/leave")
    async with requests_to(await page_without_temporal()) as seller:
        await seller.get(links().link(CASE))
        form = {"csrf": await proof_of(seller), "case": "x", "emergency_phone": "+1 206 555 0101"}
        answers = [await seller.post(paths[number % 3], data=form) for number in range(60)]
        assert {answer.status_code for answer in answers} == {403}, "the case is none"
        for path in paths + others:
            assert (await seller.post(path, data=form)).status_code == 429, path


async def test_somebody_else_with_the_link_uses_up_nothing_of_the_sellers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("page.forms.Limit", lambda count, seconds: Limit(count, seconds, lambda: 0))
    monkeypatch.setattr("page.pages.Limit", lambda count, seconds: Limit(count, seconds, lambda: 0))
    app = await page_without_temporal()
    thief, owner = (
        httpx2.AsyncClient(transport=httpx2.ASGITransport(app, client=(host, 1)), base_url=URL)
        for host in ("203.0.113.1", "198.51.100.7")
    )
    async with thief, owner:
        for somebody in (thief, owner):
            await somebody.get(links().link(CASE))
        form = {"csrf": await proof_of(thief), "code": ""}
        assert [(await thief.post("/code", data=form)).status_code for _ in range(61)][-1] == 429
        assert [(await thief.get("/")).status_code for _ in range(241)][-1] == 429
        form = {"csrf": await proof_of(owner), "case": CASE}
        assert (await owner.post("/call", data=form)).status_code == 503, "there is no Temporal"
        assert (await owner.get("/")).status_code == 503


def test_a_limit_lets_so_many_through_and_as_many_again_over_its_time() -> None:
    now = 0.0
    limit = Limit(3, 60, lambda: now)
    assert [limit.wait("a") for _ in range(4)] == [0, 0, 0, 21]
    assert limit.wait("b") == 0
    now = 21
    assert limit.wait("a") == 0
    assert limit.wait("a") > 0


# --- errors and logs ------------------------------------------------------------------------------


async def test_an_error_of_ours_shows_no_trace_of_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(Pages, "health", broken)
    async with requests_to(await page_without_temporal()) as client:
        answer = await client.get("/health")
    assert answer.status_code == 500
    assert "Something of ours went wrong" in answer.text
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text


async def test_the_log_tells_route_status_and_time_and_nothing_of_anybody() -> None:
    with capture_logs() as lines:
        async with requests_to(await page_without_temporal()) as client:
            link = links().link(CASE)
            await client.get(link)
            await client.get("/?language=fr")
            await client.get("/nope/A2EXAMPLE")
            await client.post("/number", data={"emergency_phone": "+12065550101"})
    told = [(x["method"], x["route"], x["status"]) for x in lines if x["event"] == "request"]
    assert told == [
        ("GET", "/enter/{token}", 303),
        ("GET", "/", 303),
        ("GET", "none", 404),
        ("POST", "/number", 403),
    ]
    everything = str(lines)
    for private in ("A2EXAMPLE", "2065550101", link.rpartition("/")[2], "127.0.0.1"):
        assert private not in everything


# --- settings -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"url": "http://health.shop.example"}, "must be https"),
        ({"url": "https://shop.example/health"}, "without a path"),
        ({"secrets": "short"}, "32 characters"),
        ({"secrets_file": "/nowhere"}, "secrets_file"),
        ({"secrets_file": "/" + "x" * 300}, "secrets_file\n.*File name too long"),
    ],
)
def test_a_setting_that_is_no_use_is_refused_by_name(wrong: dict[str, str], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        PageSettings.model_validate(wrong)


def test_there_is_no_secret_by_default() -> None:
    with pytest.raises(ValueError, match="CASE72_PAGE_URL"):
        PageSettings().require()
    with pytest.raises(ValueError, match="CASE72_PAGE_SECRETS"):
        PageSettings(url=URL).require()
