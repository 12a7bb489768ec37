"""The service that reads answers to e-mails, as a process of its own beside an engine."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from experiments.benchmarks.machine import process
from reference.mail_tokens import ReplyAddresses, SentEmail
from tests.engine import Engine
from tests.providers.dovecot import PASSWORD, USER, Dovecot

_ADDRESS, _SECRET = "reply@in.shop.example", "s" * 40
ADDRESSES = ReplyAddresses(_ADDRESS, [_SECRET])


def address_for_answers(own_id: str, number: int = 1) -> str:
    """Return where the answer to an e-mail of a case goes."""
    return ADDRESSES.address(SentEmail.of(own_id, number))


@asynccontextmanager
async def mail_reader(engine: Engine, mailbox: Dovecot) -> AsyncIterator[None]:
    """Run the service while the block runs. It is killed in the end."""
    client = engine.client
    settings = {
        "TEMPORAL_NAMESPACE": client.namespace,
        "CASE72_INBOUND_ADDRESS": _ADDRESS,
        "CASE72_INBOUND_SECRETS": _SECRET,
        "CASE72_INBOUND_IMAP_HOST": "127.0.0.1",
        "CASE72_INBOUND_IMAP_PORT": str(mailbox.port),
        "CASE72_INBOUND_IMAP_SECURITY": "none",
        "CASE72_INBOUND_IMAP_USERNAME": USER,
        "CASE72_INBOUND_IMAP_PASSWORD": PASSWORD,
        "CASE72_LOG_LEVEL": "error",
    }
    address = client.service_client.config.target_host
    async with process(engine.folder, address, "-m", "inbound", **settings):
        yield
