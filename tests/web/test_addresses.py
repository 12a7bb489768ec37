"""Whom a limit counts: each visitor behind a proxy, and nobody who makes addresses up."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
import pytest
from pydantic import ValidationError

from page.app import build
from runtime.page_settings import CodecSettings, PageSettings
from tests.page.forwarding import PROXY, asked_from, forwarding
from tests.page.site import on_a_port, page_without_temporal, settings_of
from tests.page.test_codec_mounted import UI, encrypting
from web.addresses import network_of
from web.server import serving

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux has a second loopback address"
)
LET_THROUGH = 30
"""Entries that an address has at once."""
TOO_MANY = LET_THROUGH + 10
"""Some trickle back meanwhile on a slow machine."""
SPOOFED = {"X-Forwarded-For": "203.0.113.#"}


@pytest.mark.parametrize(
    ("host", "counts_as"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2::", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("::ffff:cb00:7109", "203.0.113.9"),
        ("64:ff9b::cb00:7109", "203.0.113.9"),
        ("64:ff9b::203.0.113.10", "203.0.113.10"),
        ("64:ff9b:0:0:1::1", "64:ff9b::/64"),
        ("203.0.113.9:5555", "203.0.113.9"),
        ("[2001:db8:1:2::1]:443", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::1]", "2001:db8:1:2::/64"),
        ("[::ffff:203.0.113.9]:443", "203.0.113.9"),
        ("2001:db8:1:2::1:443", "2001:db8:1:2::/64"),
        ("203.0.113.9:", "unknown"),
        ("shop.example:443", "unknown"),
        ("[]:443", "unknown"),
        ("", "unknown"),
        ("unknown", "unknown"),
        ("_hidden-7", "unknown"),
    ],
)
def test_an_address_counts_as_the_network_that_one_visitor_has(host: str, counts_as: str) -> None:
    assert network_of(host) == counts_as


@asynccontextmanager
async def page(**settings: object) -> AsyncIterator[int]:
    """The page on a socket of its own; its port."""
    given, listener = on_a_port(**settings)
    async with serving(await page_without_temporal(given), given, listener):
        yield given.port


async def test_each_visitor_of_a_trusted_proxy_has_limits_of_their_own() -> None:
    async with page(proxies=PROXY) as port, forwarding(port) as proxy:
        answers = await asked_from("127.0.0.5", proxy, TOO_MANY)
        assert answers[0] == 403
        assert 429 in answers
        assert await asked_from("127.0.0.6", proxy, 1) == [403]
        # Whoever comes around the proxy is neither of them.
        assert await asked_from("127.0.0.7", port, 1) == [403]


async def test_what_a_visitor_says_of_their_own_address_counts_nothing() -> None:
    async with page(proxies=PROXY) as port, forwarding(port) as proxy:
        assert 429 in await asked_from("127.0.0.5", proxy, TOO_MANY, **SPOOFED)
        assert 429 in await asked_from("127.0.0.8", port, TOO_MANY, **SPOOFED)


async def test_a_proxy_that_is_not_trusted_is_one_visitor_itself() -> None:
    async with page(proxies="127.0.0.1") as port, forwarding(port) as proxy:
        assert 429 in await asked_from("127.0.0.5", proxy, TOO_MANY)
        assert 429 in await asked_from("127.0.0.6", proxy, LET_THROUGH)


async def test_the_addresses_of_one_visitor_by_ipv6_count_together() -> None:
    async with page(proxies=PROXY) as port:
        of_one = {"X-Forwarded-For": "2001:db8:1:2::#"}
        assert 429 in await asked_from(PROXY, port, TOO_MANY, **of_one)
        mapped = {"X-Forwarded-For": "::ffff:203.0.113.9"}
        assert (await asked_from(PROXY, port, LET_THROUGH, **mapped))[-1] == 403
        plain = {"X-Forwarded-For": "203.0.113.9"}
        assert 429 in await asked_from(PROXY, port, LET_THROUGH, **plain)


async def test_visitors_whom_a_proxy_names_with_a_port_each_have_limits_of_their_own() -> None:
    async with page(proxies=PROXY) as port:
        of_one = {"X-Forwarded-For": "203.0.113.9:5#"}
        assert 429 in await asked_from(PROXY, port, TOO_MANY, **of_one)
        of_another = {"X-Forwarded-For": "203.0.113.10:5555"}
        assert await asked_from(PROXY, port, 1, **of_another) == [403]


async def test_a_socket_of_both_kinds_knows_its_proxies_too() -> None:
    trusted = settings_of(proxies="10.1.0.0/16, 192.0.2.7, ::1").trusted_proxies
    assert trusted[:3] == ["10.1.0.0/16", "192.0.2.7", "::1"]
    assert trusted[3:] == ["::ffff:10.1.0.0/112", "::ffff:192.0.2.7/128"]


@pytest.mark.parametrize("proxies", ["*", "proxy.internal", "10.0.0.1/8", "0.0.0.0/0", "::/0", "1"])
def test_proxies_that_cannot_be_told_from_a_visitor_are_refused_by_name(proxies: str) -> None:
    with pytest.raises(ValidationError, match="proxies"):
        PageSettings.model_validate({"proxies": proxies})


async def test_wrong_passwords_from_one_network_are_counted_together() -> None:
    """As the 2,060 that were tried from one /64, until the right one was taken."""
    settings, listener = on_a_port(proxies=PROXY)
    right = "correct horse battery"
    codec = CodecSettings.model_validate({"password": right, "ui": UI})
    transport = httpx2.AsyncHTTPTransport(local_address=PROXY)
    async with (
        serving(build(await encrypting(), settings, codec), settings, listener),
        httpx2.AsyncClient(transport=transport, base_url=settings.url or "") as visitor,
    ):
        answers = [
            await visitor.post(
                "/codec/login",
                data={"password": password},
                headers={"X-Forwarded-For": f"2001:db8:9:9::{n:x}"},
            )
            for n, password in enumerate([*(f"wrong {n}" for n in range(20)), right])
        ]
    assert [a.status_code for a in answers] == [403] * 10 + [429] * 11
