"""The file of receivers, and what is sent to one: Standard Webhooks, whatever it answers."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from domain.shared.account import SellerAccount, Store
from domain.shared.announcements import Announcement, EventType, event_id
from providers.protocols import ProviderFailed
from providers.webhooks import sender
from providers.webhooks.receivers import BadReceivers, Include, Receiver, receivers_of
from providers.webhooks.sender import ReceiverGone, Webhooks, body_of
from tests.receiver import ListeningReceiver, a_receiver, a_secret
from tests.test_whole import ROOT, run

SECRET = a_secret()
EVENT = Announcement(
    id=event_id("case/US/A.2/6f1c", 3, EventType.CASE_REACHED),
    type=EventType.CASE_REACHED,
    at=datetime(2026, 11, 23, 9, tzinfo=UTC),
    data={"case_id": "case/US/A.2/6f1c", "store": "US", "seller_id": "A.2", "reason": "é ☎"},
)
GOOD = f'[receivers.crm]\nurl = "https://shop.example/case72"\nsecrets = ["{SECRET}"]\n'


def written(folder: Path, text: str | bytes) -> Path:
    file = folder / "webhooks.toml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def test_without_a_file_there_is_no_receiver() -> None:
    assert receivers_of(None) == {}


def test_a_file_names_receivers_and_shows_neither_address_nor_secret(tmp_path: Path) -> None:
    more = 'include = ["name", "email"]\n[receivers.audit-2]\nurl = "http://localhost:8/"\n'
    text = f'{GOOD}{more}secrets = ["{a_secret()}", "{SECRET}"]\n'
    found = receivers_of(written(tmp_path, text))
    assert list(found) == ["crm", "audit-2"]
    assert found["crm"].include == (Include.NAME, Include.EMAIL)
    assert len(found["audit-2"].secrets) == 2
    assert "whsec_" not in repr(found)
    assert "shop.example" not in repr(found)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "receivers: is required"),
        ("[receivers]", "receivers: "),
        ("receivers = ", "is not TOML"),
        (b"\xff", "is not text in UTF-8"),
        (GOOD.replace("crm", "CRM"), "a receiver's name has 1 to 32 of"),
        (GOOD.replace("https", "http"), "receivers.crm.url: must begin with https://"),
        (GOOD.replace("https", "ftp"), "receivers.crm.url: must begin with https://"),
        (GOOD.replace("https://shop.example", "shop"), "receivers.crm.url: must be a web address"),
        (GOOD.replace("example/", "example:x/"), "receivers.crm.url: must be a web address"),
        (GOOD.replace("case72", "case72#a"), "receivers.crm.url: must not have a fragment"),
        (GOOD.replace("whsec_", ""), "receivers.crm.secrets.0: must be whsec_ and 24 to 64 bytes"),
        (GOOD.replace(SECRET, "whsec_c2hvcnQ="), "receivers.crm.secrets.0: must be whsec_"),
        (GOOD.replace(SECRET, "whsec_!"), "receivers.crm.secrets.0: must be whsec_"),
        (GOOD.replace(f'"{SECRET}"', ""), "receivers.crm.secrets: "),
        (GOOD + 'include = ["address"]', "receivers.crm.include.0: Input should be 'name'"),
        (GOOD + 'colour = "blue"', "receivers.crm.colour: there is no such field"),
    ],
)
def test_a_bad_file_is_refused_by_its_field_and_no_secret_is_quoted(
    tmp_path: Path, text: str | bytes, says: str
) -> None:
    with pytest.raises(BadReceivers) as refused:
        receivers_of(written(tmp_path, text))
    assert str(refused.value).startswith("CASE72_WEBHOOKS_FILE: ")
    assert says in str(refused.value)
    assert SECRET[6:] not in str(refused.value)


async def test_a_worker_with_a_bad_file_does_not_start(tmp_path: Path) -> None:
    file = written(tmp_path, GOOD.replace("https", "http"))
    command = (str(ROOT / ".venv/bin/python"), str(ROOT / "worker.py"))
    code, _, err = await run(*command, cwd=tmp_path, CASE72_WEBHOOKS_FILE=str(file))
    assert code == 2
    assert err.startswith("CASE72_WEBHOOKS_FILE: receivers.crm.url: must begin with https://")
    assert "Traceback" not in err


def test_a_receiver_is_shown_what_its_include_says_and_no_more() -> None:
    account = SellerAccount(store=Store.US, seller_id="A.2", email="a@b.example")
    plain = Receiver(url="https://shop.example", secrets=(SECRET,))
    more = plain.model_copy(update={"include": (Include.EMAIL, Include.NAME)})
    assert plain.shown([EVENT], account) == (EVENT,)
    (shown,) = more.shown([EVENT], account)
    assert shown.data == EVENT.data | {"email": "a@b.example", "name": None}


def test_an_id_has_no_full_stop_whatever_the_seller_is_called() -> None:
    assert EVENT.id == "evt_6f1c_3_reached"


def webhooks(receiver: ListeningReceiver, *secrets: str) -> Webhooks:
    return Webhooks({"crm": receiver.settings(*secrets)})


async def test_every_secret_signs_and_another_does_not_verify() -> None:
    async with a_receiver() as receiver:
        await webhooks(receiver, SECRET, receiver.secret).send("crm", EVENT)
        assert receiver.got[0]["data"]["reason"] == "é ☎"
    now = datetime.now(UTC)
    signed = {
        "webhook-id": EVENT.id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(SECRET).sign(EVENT.id, now, body_of(EVENT)),
    }
    assert Webhook(SECRET).verify(body_of(EVENT), signed)["type"] == "case.reached"
    with pytest.raises(WebhookVerificationError):
        Webhook(a_secret()).verify(body_of(EVENT), signed)


@pytest.mark.parametrize("answer", [301, 307, 400, 401, 404, 409, 429, 500, 503])
async def test_whatever_is_no_2xx_is_tried_again(answer: int) -> None:
    async with a_receiver() as receiver:
        receiver.answer = answer
        receiver.headers = {"Location": receiver.url, "Retry-After": "120"}
        with pytest.raises(ProviderFailed) as failed:
            await webhooks(receiver).send("crm", EVENT)
        assert str(failed.value) == f"webhooks: crm answered {answer}"
        assert failed.value.retry_after == timedelta(minutes=2)
        assert receiver.asked == 1, "a redirect is not followed"


async def test_a_receiver_may_ask_to_wait_for_an_hour_at_most() -> None:
    async with a_receiver() as receiver:
        receiver.answer, receiver.headers = 503, {"Retry-After": "86400"}
        with pytest.raises(ProviderFailed) as failed:
            await webhooks(receiver).send("crm", EVENT)
        assert failed.value.retry_after == timedelta(hours=1)


async def test_one_that_is_gone_is_not_tried_again() -> None:
    async with a_receiver() as receiver:
        receiver.answer = 410
        with pytest.raises(ReceiverGone):
            await webhooks(receiver).send("crm", EVENT)


async def test_a_receiver_that_the_settings_do_not_name_may_be_named_by_another_worker() -> None:
    with pytest.raises(ProviderFailed, match="name no receiver crm"):
        await Webhooks({}).send("crm", EVENT)


@asynccontextmanager
async def answering(slowly: bytes) -> AsyncIterator[str]:
    """A server that sends this byte by byte for ever, or nothing."""

    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for byte in slowly:
            writer.write(bytes([byte]))
            await asyncio.sleep(0.05)
        await asyncio.sleep(60)

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    try:
        yield f"http://user:password@127.0.0.1:{server.sockets[0].getsockname()[1]}/hidden"
    finally:
        server.close()


@pytest.mark.parametrize("slowly", [b"", b"HTTP/1.1 200 OK\r\n", b"nonsense\r\n\r\n"])
async def test_one_that_hangs_or_talks_nonsense_is_given_a_limit_and_is_not_quoted(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, slowly: bytes
) -> None:
    monkeypatch.setattr(sender, "ANSWERS_WITHIN_SECONDS", 1)
    caplog.set_level(logging.DEBUG)
    async with answering(slowly) as url:
        receivers = {"crm": Receiver(url=url, secrets=(SECRET,))}
        with pytest.raises(ProviderFailed) as failed:
            async with asyncio.timeout(3):
                await Webhooks(receivers).send("crm", EVENT)
    said = str(failed.value) + repr(failed.value.__context__) + caplog.text
    assert "webhooks: " in said
    assert not any(hidden in said for hidden in ("password", "hidden", SECRET[6:]))


async def test_an_answer_without_an_end_counts_once_its_status_is_there() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n"
    async with answering(head) as url:
        await Webhooks({"crm": Receiver(url=url, secrets=(SECRET,))}).send("crm", EVENT)


async def test_nobody_there_is_tried_again() -> None:
    receivers = {"crm": Receiver(url="http://127.0.0.1:9/", secrets=(SECRET,))}
    with pytest.raises(ProviderFailed, match="crm was not reached"):
        await Webhooks(receivers).send("crm", EVENT)
