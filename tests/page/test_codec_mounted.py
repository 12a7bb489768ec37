"""The codec endpoint beside the page (docs/encryption.md)."""

from dataclasses import replace

import pytest
from pydantic import ValidationError
from temporalio.client import Client

from page.app import build
from runtime.connection import connect
from runtime.encryption import Codec, keys_of
from runtime.page_settings import CodecSettings
from tests.keys import line
from tests.page.site import URL, requests_to, settings_of

UI = "http://localhost:8233"


async def encrypting() -> Client:
    """A client that encrypts, of a Temporal that is not there."""
    client = await connect("127.0.0.1:1", lazy=True)
    config = client.config()
    codec = Codec(keys_of([line("new")]))
    config["data_converter"] = replace(config["data_converter"], payload_codec=codec)
    return type(client)(**config)


async def test_the_endpoint_is_there_once_it_has_a_password_and_the_page_beside_it() -> None:
    client = await encrypting()
    given = CodecSettings.model_validate({"password": "correct horse battery", "ui": UI})
    async with requests_to(build(client, settings_of(), given)) as browser:
        asked = await browser.post(f"{URL}/codec/decode", json={"payloads": []})
        assert asked.status_code == 401
        assert (await browser.get(f"{URL}/codec/login")).status_code == 200
        led = await browser.get(f"{URL}/codec")
        assert (led.status_code, led.headers["location"]) == (303, "/codec/login")
        assert (await browser.post(f"{URL}/codec/decode/", json={})).status_code == 401
        page = await browser.get(f"{URL}/")
        assert page.status_code == 403
        assert "default-src 'none'" in page.headers["content-security-policy"]
    async with requests_to(build(client, settings_of())) as browser:
        assert (await browser.get(f"{URL}/codec/login")).status_code == 404


async def test_an_endpoint_that_could_decrypt_nothing_is_refused_at_start() -> None:
    given = CodecSettings.model_validate({"password": "correct horse battery", "ui": UI})
    with pytest.raises(ValueError, match="CASE72_ENCRYPTION_KEYS_FILE"):
        build(await connect("127.0.0.1:1", lazy=True), settings_of(), given)


@pytest.mark.parametrize("wrong", [{"password": "x"}, {"ui": UI}, {"password": "x", "ui": "here"}])
def test_half_an_endpoint_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        CodecSettings.model_validate(wrong)
