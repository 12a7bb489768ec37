"""A renewed API key is used by all connections of a program, or by none (runtime/renewal.py)."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey
from structlog.testing import capture_logs
from temporalio.client import Client
from temporalio.service import ConnectConfig, ServiceClient
from temporalio.worker import Worker

from runtime import renewal
from runtime.connection import connect
from runtime.credentials import KEY_FILE
from runtime.renewal import renewing
from runtime.settings import Settings
from runtime.workers import Workers, workflow_workers
from runtime.workflow_slots import OneSlot
from tests.patience import PATIENCE, looks

OLD, NEW = "old.api.key", "new.api.key"
ATTENTION = "the connection to Temporal needs attention"
WELL_AGAIN = "the connection to Temporal is well again"


class Connections:
    """Connections to Temporal, one of which cannot be made."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.fails_at: int | None = None
        self._made = 0
        self._connect = ServiceClient.connect
        monkeypatch.setattr(ServiceClient, "connect", self._connected)

    async def _connected(self, config: ConnectConfig) -> ServiceClient:
        self._made += 1
        if self._made == self.fails_at:
            self._made = 0
            raise RuntimeError("Connection failed: transport error")
        return await self._connect(config)

    def fail_at(self, number: int | None) -> None:
        """Have each time fail at the connection of this number."""
        self._made, self.fails_at = 0, number


def api_keys(client: Client, workers: list[Worker]) -> set[Any]:  # Any: as the SDK has it
    """The API keys with which the program asks Temporal from now on."""
    clients = [client, *(worker.client for worker in workers)]
    return {one.service_client.config.api_key for one in clients}


async def until(holds: Callable[[], bool]) -> None:
    """Wait until it holds."""
    async with asyncio.timeout(PATIENCE):
        async for _ in looks():
            if holds():
                return


@pytest.fixture
def key_file(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of the API key that the environment names; it is looked at all the time."""
    file = tmp_path / "api-key"
    file.write_text(OLD)
    monkeypatch.setenv(KEY_FILE, str(file))
    monkeypatch.setenv("TEMPORAL_TLS", "false")
    monkeypatch.setenv("TEMPORAL_ADDRESS", server)
    monkeypatch.setattr(renewal, "LOOKS_EVERY_SECONDS", 0.05)
    return file


def said(lines: Sequence[Mapping[str, Any]], event: str) -> list[str]:  # Any: as structlog has it
    """The lines of the log about an event."""
    return [str(line) for line in lines if line["event"] == event]


@pytest.mark.parametrize("number", [1, 2, 3], ids=["client", "first worker", "second worker"])
async def test_if_one_connection_fails_the_old_key_stays_in_use_until_all_have_the_new_one(
    number: int, key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connections = Connections(monkeypatch)
    client = await connect()
    # A client may have one worker of a queue, so these two have connections of their own.
    workers = await workflow_workers(client, Settings(), [OneSlot(), OneSlot()])
    assert api_keys(client, workers) == {OLD}
    connections.fail_at(number)
    with capture_logs() as lines:
        async with renewing(client, Workers(workers, []).prepare_renewal):
            key_file.write_text(NEW)
            await until(lambda: bool(said(lines, ATTENTION)))
            assert api_keys(client, workers) == {OLD}
            connections.fail_at(None)
            await until(lambda: bool(said(lines, "renewed")))
        assert api_keys(client, workers) == {NEW}
        (why,) = said(lines, ATTENTION)
        assert "what was renewed cannot be used" in why
        assert said(lines, WELL_AGAIN)
    assert NEW not in str(lines)


async def test_a_key_that_expires_soon_is_logged_until_it_is_renewed(key_file: Path) -> None:
    def expires_in(days: float) -> str:
        claims = {"exp": int((datetime.now(UTC) + timedelta(days=days)).timestamp())}
        return jwt.encode({"alg": "ES256"}, claims, ECKey.generate_key("P-256"))

    key_file.write_text(expires_in(days=6))
    with capture_logs() as lines:
        async with renewing(await connect()):
            await until(lambda: bool(said(lines, ATTENTION)))
            key_file.write_text(expires_in(days=30))
            await until(lambda: bool(said(lines, WELL_AGAIN)))
    (why,) = said(lines, ATTENTION)
    assert "the API key expires on 20" in why
