"""What the page answers to hosts that are not ours, and to bodies that are too large."""

import httpx2
import pytest

from page.app import build
from page.codec_endpoint import LARGEST_LOGIN, LARGEST_PAYLOADS
from runtime.page_settings import CodecSettings
from tests.page.site import URL, page_without_temporal, requests_to, settings_of
from tests.page.test_codec_mounted import UI, encrypting


@pytest.mark.parametrize("path", ["/health/", "/static", "/call/", "/enter/a/", "//evil.example/"])
async def test_no_answer_sends_anybody_to_the_host_that_was_asked_for(path: str) -> None:
    async with requests_to(await page_without_temporal()) as client:
        answer = await client.get(URL + path, headers={"host": "evil.example"})
    assert answer.status_code == 404
    assert "evil" not in str(answer.headers)


@pytest.mark.parametrize("path", ["decode", "login", "nope", ""])
async def test_what_the_web_ui_asks_has_the_headers_of_the_page_too(path: str) -> None:
    codec = CodecSettings.model_validate({"password": "correct horse battery", "ui": UI})
    async with requests_to(build(await encrypting(), settings_of(), codec)) as client:
        for answer in (await client.get(f"/codec/{path}"), await client.post(f"/codec/{path}")):
            assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["cache-control"] == "no-store"


async def test_what_the_web_ui_asks_may_not_be_of_any_size() -> None:
    codec = CodecSettings.model_validate({"password": "correct horse battery", "ui": UI})
    async with requests_to(build(await encrypting(), settings_of(), codec)) as client:
        form = {"password": "x" * LARGEST_LOGIN}
        assert (await client.post("/codec/login", data=form)).status_code == 413
        login = httpx2.BasicAuth("me", "correct horse battery")
        body = b" " * (LARGEST_PAYLOADS + 1)
        answer = await client.post("/codec/decode", content=body, auth=login)
        assert answer.status_code == 413
        assert (await client.post("/codec/decode", content=b"{}", auth=login)).status_code == 200
