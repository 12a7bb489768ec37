"""What the Web UI and the command `temporal` may ask, and who may not."""

import base64
import json
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from page import codec_login
from page.codec_endpoint import codec_app
from runtime.encryption import Codec, keys_of
from tests.keys import line
from web.middleware import HeadersAndLog

UI = "http://localhost:8233"
PASSWORD = "correct horse battery"
SAID = {"metadata": {"encoding": "anNvbi9wbGFpbg=="}, "data": "eyJuYW1lIjoiQmx1ZSBLZXR0bGUifQ=="}


def client(*keys: str, password: str = PASSWORD) -> TestClient:
    """A browser that looks at the endpoint, mounted as in the page."""
    app = codec_app(Codec(keys_of(map(line, keys))), ui_origin=UI, password=password)
    return TestClient(
        HeadersAndLog(Starlette(routes=[Mount("/codec", app)]), tls=False),
        base_url="http://localhost",
        headers={"Origin": UI, "X-Namespace": "default"},
        follow_redirects=False,
    )


def basic(password: str) -> dict[str, str]:
    """As `temporal --codec-auth` sends it."""
    return {"Authorization": "Basic " + base64.b64encode(f"me:{password}".encode()).decode()}


def ask(browser: TestClient, what: str, *payloads: object, **headers: str) -> Any:  # Any: httpx's
    return browser.post(f"/codec/{what}", json={"payloads": payloads}, headers=headers)


def logged_in(*keys: str) -> TestClient:
    browser = client(*keys)
    assert browser.post("/codec/login", data={"password": PASSWORD}).status_code == 303
    return browser


def test_what_was_encoded_is_decoded_again() -> None:
    browser = logged_in("new")
    encoded = ask(browser, "encode", SAID).json()["payloads"][0]
    assert "Kettle" not in base64.b64decode(encoded["data"]).decode(errors="replace")
    # With what the Web UI adds to the address.
    again = browser.post(
        "/codec/decode?preserveStorageRefs=true", json={"payloads": [encoded, SAID]}
    )
    assert again.json() == {"payloads": [SAID, SAID]}
    assert again.headers["cache-control"] == "no-store"


def test_what_cannot_be_decrypted_says_so_beside_what_can() -> None:
    lost = ask(logged_in("lost"), "encode", SAID).json()["payloads"][0]
    shown = ask(logged_in("new"), "decode", lost, SAID).json()["payloads"]
    assert json.loads(base64.b64decode(shown[0]["data"])) == (
        "cannot be read: it needs the key lost, which is not in CASE72_ENCRYPTION_KEYS_FILE"
    )
    assert shown[1] == SAID


@pytest.mark.parametrize("reason", [b"\xff", b'"', b"all is well"])
def test_a_reason_that_somebody_else_wrote_is_not_taken_for_ours(reason: bytes) -> None:
    made_up = base64.b64encode(reason).decode()
    written = {**SAID, "metadata": {**SAID["metadata"], "why-unreadable": made_up}}  # type: ignore[dict-item]  # SAID's values are of two types
    assert ask(logged_in("new"), "decode", written).json() == {"payloads": [written]}


@pytest.mark.parametrize("what", ["encode", "decode"])
def test_nobody_is_answered_who_has_not_logged_in(what: str) -> None:
    browser = client("new")
    for headers in ({}, basic("wrong"), {"Authorization": "Bearer x"}, {"Authorization": "Basic"}):
        assert ask(browser, what, SAID, **headers).status_code == 401
    browser.cookies.set("case72-codec", "made-up")
    assert ask(browser, what, SAID).status_code == 401
    assert ask(browser, what, SAID, **basic(PASSWORD)).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Cookie": "case72-codec=é"},
        {"Cookie": "case72-codec="},
        {"Authorization": "Basic é"},
        {"Authorization": "Basic a"},
        {"Authorization": "Basic /w=="},
    ],
)
def test_what_no_browser_of_ours_sends_is_not_logged_in(headers: dict[str, str]) -> None:
    browser = client("new")
    raw = {name.encode(): value.encode("latin-1") for name, value in headers.items()}
    assert browser.post("/codec/decode", json={"payloads": [SAID]}, headers=raw).status_code == 401
    # Whoever asks for the page has the cookie alone looked at.
    answer = browser.get("/codec/login", headers=raw)
    assert answer.status_code == 200
    assert "You are logged in" not in answer.text


def test_the_cookie_is_for_this_endpoint_and_this_site_only() -> None:
    browser = client("new")
    answer = browser.post("/codec/login", data={"password": PASSWORD})
    said = answer.headers["set-cookie"].lower()
    assert "httponly" in said
    assert "samesite=strict" in said
    assert "path=/codec;" in said
    assert "secure" not in said  # on this machine
    assert "You are logged in" in browser.get(answer.headers["location"]).text
    abroad = browser.post("http://ops.example/codec/login", data={"password": PASSWORD})
    assert "; secure" in abroad.headers["set-cookie"].lower()


def test_a_login_ends_with_the_password_and_with_time(monkeypatch: pytest.MonkeyPatch) -> None:
    browser = logged_in("new")
    other = client("new", password="another password")
    other.cookies = browser.cookies
    assert ask(other, "decode", SAID).status_code == 401
    restarted = client("new")
    restarted.cookies = browser.cookies
    assert ask(restarted, "decode", SAID).status_code == 200
    monkeypatch.setattr(codec_login, "_LOGGED_IN_SECONDS", -1)
    assert ask(browser, "decode", SAID).status_code == 401


@pytest.mark.parametrize("by_form", [True, False], ids=["form", "basic"])
def test_passwords_cannot_be_tried_at_will(by_form: bool) -> None:
    browser = client("new")

    def given(password: str) -> object:
        if by_form:
            return browser.post("/codec/login", data={"password": password}).status_code
        return ask(browser, "decode", SAID, **basic(password)).status_code

    assert {given(f"wrong {n}") for n in range(10)} == {403 if by_form else 401}
    assert given("wrong") == given(PASSWORD) == 429


def from_elsewhere(browser: TestClient, number: int, password: str) -> int:
    """A password given by HTTP Basic from a network of its own."""
    browser.cookies.clear()
    said = {"X-Forwarded-For": f"2001:db8:{number:x}::1"}
    return int(ask(browser, "decode", SAID, **basic(password), **said).status_code)


def behind_a_proxy() -> TestClient:
    """The endpoint, asked from anywhere."""
    app = codec_app(Codec(keys_of([line("new")])), ui_origin=UI, password=PASSWORD)
    mounted = Starlette(routes=[Mount("/codec", app)])
    proxied = ProxyHeadersMiddleware(mounted, "testclient")  # type: ignore[arg-type]  # uvicorn's own kinds
    return TestClient(proxied, base_url="http://localhost", follow_redirects=False)  # type: ignore[arg-type]  # likewise


def test_wrong_passwords_from_everywhere_are_counted_together() -> None:
    browser = behind_a_proxy()
    answers = [from_elsewhere(browser, n, f"wrong {n}") for n in range(105)]
    assert answers == [401] * 100 + [429] * 5
    # A stranger with the right one has to wait with them, or the limit would be none.
    assert from_elsewhere(browser, 999, PASSWORD) == 429


def test_who_gave_the_right_password_before_is_not_locked_out_by_strangers() -> None:
    browser = behind_a_proxy()
    home = {"X-Forwarded-For": "203.0.113.9"}
    assert browser.post("/codec/login", data={"password": PASSWORD}, headers=home).is_redirect
    ticket = dict(browser.cookies)
    for n in range(101):
        from_elsewhere(browser, n, f"wrong {n}")
    # From the same address, as the command does, which has no cookies.
    assert ask(browser, "decode", SAID, **basic(PASSWORD), **home).status_code == 200
    # From another one, with the cookie of a login of yesterday.
    browser.cookies.update(ticket)
    with pytest.MonkeyPatch.context() as yesterday:
        yesterday.setattr(codec_login, "_LOGGED_IN_SECONDS", -1)
        abroad = {"X-Forwarded-For": "198.51.100.7"}
        assert ask(browser, "decode", SAID, **abroad).status_code == 401
        assert ask(browser, "decode", SAID, **basic(PASSWORD), **abroad).status_code == 200
        # Whoever stole it can try no more passwords with it than from one address.
        tried = {
            ask(
                browser,
                "decode",
                SAID,
                **basic("wrong"),
                **{"X-Forwarded-For": f"2001:db8:{n:x}::1"},
            ).status_code
            for n in range(200, 211)
        }
    assert tried == {401, 429}


@pytest.mark.parametrize("path", ["/codec", "/codec/", "/codec//"])
def test_the_path_is_taken_with_and_without_a_slash(path: str) -> None:
    browser = logged_in("new")
    encoded = browser.post(f"{path.rstrip('/')}/encode/", json={"payloads": [SAID]})
    for ending in ("", "/", "?namespace=default"):
        answer = browser.post(f"{path}/decode{ending}", content=encoded.content)
        assert answer.json() == {"payloads": [SAID]}
    assert browser.get("/codec/").text == browser.get("/codec/login/").text
    assert browser.post(f"{path}/login/", data={"password": PASSWORD}).status_code == 303
    asked = {"Access-Control-Request-Method": "POST"}
    assert browser.options(f"{path}/decode/", headers=asked).status_code == 200
    assert browser.post(f"{path}/nope").status_code == 404


def test_only_the_web_ui_may_ask_from_another_page() -> None:
    browser = logged_in("new")
    wanted = {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type,x-namespace",
    }
    asked = browser.options("/codec/decode", headers=wanted)
    assert asked.status_code == 200
    assert asked.headers["access-control-allow-origin"] == UI
    assert asked.headers["access-control-allow-credentials"] == "true"
    assert ask(browser, "decode", SAID).headers["access-control-allow-origin"] == UI
    elsewhere = {"Origin": "http://localhost:9999"}
    asked = browser.options("/codec/decode", headers=wanted | elsewhere)
    assert asked.status_code == 400
    assert "access-control-allow-origin" not in asked.headers
    answer = ask(browser, "decode", SAID, **elsewhere)
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("body", [b"", b"{", b'{"payloads": 1}', b"\xff"])
def test_what_is_no_payloads_is_bad_input(body: bytes) -> None:
    answer = logged_in("new").post("/codec/decode", content=body)
    assert answer.status_code == 400


def test_a_short_password_is_no_use() -> None:
    with pytest.raises(ValueError, match="CASE72_CODEC_PASSWORD: must have at least 12 characters"):
        client("new", password="short")
