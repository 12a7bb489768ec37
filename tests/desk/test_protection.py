"""What the desk does not let through: strangers, sellers, forms of others (docs/desk.md)."""

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from structlog.testing import capture_logs

from desk.guard import Guarded
from desk.roles import Action, Role
from desk.sessions import Session
from page.app import build
from reference.page_links import Purpose, Signer
from runtime.connection import connect
from temporal_client.failures import NoAnswer
from tests.desk.site import ORIGIN, Desk, dev_desk, proof_in
from tests.page.site import KEY, links, requests_to, settings_of, token_of

CASE = "case/US/A2EXAMPLE/01a2071c-2f16-7ec3-a037-d6057aefcc7a"


def add(desk: Desk, path: str, action: Action, answer: Response | Exception, **how: bool) -> None:
    """Add a route to a desk, which answers so."""
    (guard, *_) = (route.guard for route in desk.app.routes if isinstance(route, Guarded))

    async def handler(_: Request, __: Session) -> Response:
        if isinstance(answer, Exception):
            raise answer
        return answer

    desk.app.router.routes.append(Guarded(path, guard, action, handler, **how))


@pytest.mark.parametrize(
    "path", ["/desk/", "/desk/nope", "/desk/sign-in", "/desk/signed-in", "/desk/static/desk.css"]
)
async def test_every_answer_has_the_headers_of_the_sellers_page(path: str) -> None:
    async with dev_desk(Role.LEAD) as (_, browser):
        headers = (await browser.get(path)).headers
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    kept = "immutable" in headers["cache-control"]
    assert kept if "static" in path else headers["cache-control"] == "no-store"


# --- strangers and sellers ------------------------------------------------------------------------


async def test_a_stranger_is_led_to_sign_in_and_a_strangers_form_changes_nothing() -> None:
    async with dev_desk(Role.LEAD) as (desk, _), desk.browser() as stranger:
        answer = await stranger.get("/desk/?queue=review&page=2")
        assert answer.headers["location"] == (
            "/desk/sign-in?next=%2Fdesk%2F%3Fqueue%3Dreview%26page%3D2"
        )
        answer = await stranger.post(
            "/desk/sign-out", data={"csrf": "", "run": "a-run", "note": "Kept <text>"}
        )
        assert answer.status_code == 401
        assert "Your session has ended" in answer.text
        assert "Kept &lt;text&gt;" in answer.text
        assert "a-run" not in answer.text
        part = await stranger.get("/desk/", headers={"hx-request": "true"})
        assert (part.status_code, part.headers["hx-redirect"]) == (401, "/desk/signed-out")


async def test_a_sellers_link_or_visit_is_nothing_at_the_desk_though_the_secret_is_the_same() -> (
    None
):
    signer = Signer([KEY])
    visit = signer.sign(Purpose.SESSION, [CASE, "nonce"])
    async with dev_desk(Role.LEAD) as (desk, browser):
        for cookie in (visit, token_of(links().link(CASE)), "", "é"):
            async with desk.browser() as seller:
                headers = {b"cookie": f"case72-desk={cookie}".encode()}
                answer = await seller.get("/desk/", headers=headers)
                assert answer.status_code == 303
                assert answer.headers["location"].startswith("/desk/sign-in")
        # And the other way round: the desk's session is nothing at the sellers' page.
        session = browser.cookies["case72-desk"]
        page = build(await connect("127.0.0.1:1", lazy=True), settings_of())
        async with requests_to(page, cookies={"case72-visit": session}) as client:
            assert (await client.get("/")).status_code == 403
            assert (await client.get(f"/enter/{session}")).status_code == 403


async def test_a_sign_in_that_is_under_way_is_no_session() -> None:
    async with dev_desk(Role.LEAD) as (desk, _), desk.browser() as stranger:
        await stranger.get("/desk/sign-in")
        (sealed,) = (c.value for c in stranger.cookies.jar if "sign-in" in c.name)
        async with desk.browser({"case72-desk": sealed or ""}) as again:
            assert (await again.get("/desk/")).status_code == 303


# --- forms of others ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
        {"origin": "https://evil.example"},
    ],
)
async def test_a_form_of_another_site_changes_nothing(headers: dict[str, str]) -> None:
    async with dev_desk(Role.LEAD) as (_, browser):
        proof = {"csrf": proof_in((await browser.get("/desk/")).text)}
        answer = await browser.post("/desk/sign-out", data=proof, headers=headers)
        assert answer.status_code == 403
        assert (await browser.get("/desk/")).status_code == 200


@pytest.mark.parametrize("headers", [{}, {"sec-fetch-site": "same-origin"}, {"origin": ORIGIN}])
async def test_a_form_without_the_sessions_own_proof_changes_nothing(
    headers: dict[str, str],
) -> None:
    async with dev_desk(Role.LEAD) as (_, browser), dev_desk(Role.LEAD) as (_, other):
        of_another = proof_in((await other.get("/desk/")).text)
        for proof in ({"note": "x"}, {"csrf": ""}, {"csrf": "é"}, {"csrf": of_another}):
            answer = await browser.post("/desk/sign-out", data=proof, headers=headers)
            assert answer.status_code == 403
        assert (await browser.post("/desk/sign-out", json={}, headers=headers)).status_code == 415
        right = {"csrf": proof_in((await browser.get("/desk/")).text)}
        answer = await browser.post("/desk/sign-out", data=right, headers=headers)
        assert answer.status_code == 200


async def test_nothing_changes_by_looking() -> None:
    async with dev_desk(Role.LEAD) as (_, browser):
        for method in ("GET", "HEAD", "OPTIONS", "PUT", "DELETE"):
            assert (await browser.request(method, "/desk/sign-out")).status_code == 405
        assert (await browser.get("/desk/")).status_code == 200


# --- outages, errors, logs ------------------------------------------------------------------------


async def test_while_temporal_is_away_a_page_says_so_and_an_error_shows_nothing_of_itself() -> None:
    async with dev_desk(Role.LEAD) as (desk, browser):
        add(desk, "/away", Action.READ, NoAnswer("secret detail"))
        add(desk, "/broken", Action.READ, RuntimeError("secret detail"))
        answer = await browser.get("/desk/away")
        assert answer.status_code == 503
        assert "The cases cannot be reached" in answer.text
        answer = await browser.get("/desk/broken")
        assert answer.status_code == 500
        assert "Something of ours went wrong" in answer.text
        assert "secret" not in answer.text


async def test_who_asks_too_often_is_told_when_to_come_back() -> None:
    async with dev_desk(Role.OBSERVER) as (_, browser):
        answers = [(await browser.get("/desk/nope")).status_code for _ in range(5)]
        assert set(answers) == {404}
        for _ in range(2000):  # some come back meanwhile on a slow machine
            last = await browser.get("/desk/")
            if last.status_code == 429:
                break
        assert int(last.headers["retry-after"]) >= 1


async def test_the_log_says_who_read_which_case_and_did_what_and_nothing_that_was_written() -> None:
    async with dev_desk(Role.REVIEWER) as (desk, browser):
        ok = PlainTextResponse("done")
        add(desk, "/cases/{store}/{seller_id}", Action.READ, ok)
        add(desk, "/review", Action.REVIEW, ok, posts=True)
        add(desk, "/decide", Action.DECIDE, ok, posts=True)
        add(desk, "/note", Action.NOTE, NoAnswer("away"), posts=True)
        proof = proof_in((await browser.get("/desk/")).text)
        with capture_logs() as lines:
            await browser.get("/desk/cases/US/A2EXAMPLE")
            form = {"csrf": proof, "note": "The seller's own words", "case": [CASE, "case/CA/A9"]}
            await browser.post("/desk/review", data=form)
            await browser.post("/desk/decide", data=form | {"case": CASE})
            await browser.post("/desk/note", data=form | {"case": "case/US/<a>\nforged line"})
            await browser.post("/desk/review", data=form | {"csrf": "", "case": CASE})
    audit = [line for line in lines if line["event"] == "audit"]
    who = ("reviewer.okafor", "reviewer", "reviewer")
    assert {(line["who"], line["subject"], line["role"]) for line in audit} == {who}
    assert [(line["action"], line["case"], line["status"], line["outcome"]) for line in audit] == [
        ("read", "case/US/A2EXAMPLE", 200, "done"),
        ("review", CASE, 200, "done"),
        ("review", "case/CA/A9", 200, "done"),
        ("decide", CASE, 403, "refused"),
        ("note", None, 503, "unanswered"),
        ("review", CASE, 403, "refused"),
    ]
    for private in ("own words", proof, "forged line"):
        assert private not in str(lines)
