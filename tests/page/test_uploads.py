"""Who keeps whom from sending files, and in which encoding they come (docs/evidence-files.md)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import httpx2
import pytest
from starlette.types import ASGIApp, Message
from structlog.testing import capture_logs

from tests.page.site import URL, links, page_without_temporal
from tests.patience import PATIENCE

MULTIPART = "multipart/form-data; boundary=B"
FIELD = b'--B\r\nContent-Disposition: form-data; name="root_causes"\r\n\r\nkept\r\n'
END = b"--B--\r\n"


@asynccontextmanager
async def somebody(
    app: ASGIApp, seller: str | None = None, host: str = "127.0.0.1"
) -> AsyncIterator[httpx2.AsyncClient]:
    """Requests of a seller who came in, or of a stranger."""
    at = httpx2.ASGITransport(app, client=(host, 1))
    async with httpx2.AsyncClient(transport=at, base_url=URL) as client:
        if seller is not None:
            await client.get(links().link(f"case/US/{seller}"))
        yield client


async def sent(client: httpx2.AsyncClient, kind: str = MULTIPART) -> httpx2.Response:
    return await client.post("/plan", content=FIELD + END, headers={"content-type": kind})


def was_read(answer: httpx2.Response) -> bool:
    """It is no form of the visit, so it is refused; but what was typed is shown again."""
    return answer.status_code == 403 and "kept" in answer.text


@asynccontextmanager
async def slow(*clients: httpx2.AsyncClient) -> AsyncIterator[None]:
    """Forms that are being read, and come to their end when this ends."""
    go_on = asyncio.Event()

    async def send(client: httpx2.AsyncClient, begun: asyncio.Event) -> httpx2.Response:
        async def body() -> AsyncIterator[bytes]:
            yield FIELD
            begun.set()
            await go_on.wait()
            yield END

        return await client.post("/plan", content=body(), headers={"content-type": MULTIPART})

    begun = [asyncio.Event() for _ in clients]
    forms = [asyncio.create_task(send(*pair)) for pair in zip(clients, begun, strict=True)]
    async with asyncio.timeout(PATIENCE):
        try:
            for event in begun:
                await event.wait()
            yield
        finally:
            go_on.set()
        answers = await asyncio.gather(*forms)
    assert all(map(was_read, answers))


@pytest.mark.parametrize(
    "charset",
    [
        "charset=utf-7",
        'charset="punycode"',
        "CHARSET=IDNA",
        '  charset="utf-16"  ',
        "charset=utf-8; charset=punycode",
        "x-charset=utf-8; charset=punycode",
        "charset=",
    ],
)
async def test_a_form_in_another_encoding_is_not_read(charset: str) -> None:
    async with somebody(await page_without_temporal(), "SHOP") as seller:
        answer = await sent(seller, f"{MULTIPART}; {charset}")
    assert answer.status_code == 415
    assert "kept" not in answer.text


@pytest.mark.parametrize("charset", ["charset=utf-8", 'Charset="UTF-8"'])
async def test_a_form_that_names_our_encoding_is_read(charset: str) -> None:
    async with somebody(await page_without_temporal(), "SHOP") as seller:
        assert was_read(await sent(seller, f"{MULTIPART}; {charset}"))


async def test_of_one_account_two_forms_are_read_at_once_and_of_another_all_the_same() -> None:
    app = await page_without_temporal()
    async with somebody(app, "SHOP") as seller, somebody(app, "OTHER") as other:
        async with slow(seller, seller):
            answer = await sent(seller)
            assert answer.status_code == 429
            assert int(answer.headers["retry-after"]) >= 1
            assert was_read(await sent(other))
        assert was_read(await sent(seller))


async def test_somebody_else_with_the_link_does_not_keep_the_sellers_form_out() -> None:
    app = await page_without_temporal()
    async with (
        somebody(app, "SHOP", "203.0.113.1") as thief,
        somebody(app, "SHOP") as seller,
        slow(thief, thief),
    ):
        assert (await sent(thief)).status_code == 429
        assert was_read(await sent(seller))


async def test_one_account_does_not_keep_all_others_out_from_many_addresses() -> None:
    app = await page_without_temporal()
    async with AsyncExitStack() as stack:
        come = stack.enter_async_context
        thieves = [await come(somebody(app, "SHOP", f"203.0.113.{n}")) for n in range(5)]
        other = await come(somebody(app, "OTHER"))
        async with slow(*thieves[:4]):
            assert (await sent(thieves[4])).status_code == 429
            assert was_read(await sent(other))


async def test_a_form_that_is_broken_off_is_no_fault_of_ours() -> None:
    app = await page_without_temporal()
    answers: list[Message] = []

    async def gone() -> Message:
        return {"type": "http.disconnect"}

    async def answer(message: Message) -> None:
        answers.append(message)

    headers = [(b"content-type", MULTIPART.encode())]
    about = {"method": "POST", "path": "/plan", "query_string": b"", "headers": headers}
    with capture_logs() as lines:
        await app({"type": "http", "client": ("127.0.0.1", 1), **about}, gone, answer)
    assert answers[0]["status"] == 400
    assert {line["log_level"] for line in lines} == {"info"}


async def test_strangers_and_sellers_keep_each_other_from_nothing() -> None:
    app = await page_without_temporal()
    async with AsyncExitStack() as stack:
        come = stack.enter_async_context
        stranger = await come(somebody(app))
        sellers = [await come(somebody(app, f"SHOP-{number}")) for number in range(5)]
        async with slow(stranger, stranger):
            assert was_read(await sent(sellers[0]))
        async with slow(*sellers[:4], *sellers[:4]):
            assert was_read(await sent(stranger))
            waits = asyncio.create_task(sent(sellers[4]))
            await asyncio.sleep(0.1)
            assert not waits.done(), "all places of sellers are taken"
        assert was_read(await waits)
