"""docs/access.md: certificates and API keys are renewed, and no program is restarted."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from domain.case.attempt import Channel
from domain.shared.result import Result
from tests.patience import PATIENCE, looks
from tests.secured_cases import (
    PROGRAM,
    attempts_of,
    needs_the_server,
    opened,
    serves,
    settings_of,
)
from tests.secured_server import Program, SecuredServer, running, secured_server

pytestmark = needs_the_server


def complaints(program: Program) -> list[str]:
    """What it says is wrong with its connection."""
    return [line["why"] for line in program.logged("the connection to Temporal needs attention")]


@pytest.fixture(scope="module")
async def secured(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[SecuredServer]:
    assert PROGRAM is not None
    folder = tmp_path_factory.mktemp("secured")
    async with secured_server(folder, PROGRAM) as server:
        yield server


async def test_a_worker_takes_what_is_renewed_while_a_seller_is_called(
    secured: SecuredServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old_key = secured.folder / "worker" / "api-key"
    signed_anew = secured.api_key("worker", "--may", "write", "--days", "0.00052")  # 45 s
    shutil.copy(signed_anew, old_key.with_suffix(".new"))
    old_key.with_suffix(".new").replace(old_key)
    settings = settings_of(secured, tmp_path, "worker", CASE72_RING_SECONDS="75")
    async with running(settings, "worker.py") as worker:
        await worker.until(serves)
        workflow = await opened(secured, tmp_path, "A2RENEWED")
        # A bad file is not used.
        certificate = secured.folder / "worker" / "client.pem"
        good = certificate.read_bytes()
        certificate.unlink()
        certificate.write_text("nothing")
        await worker.until(lambda w: any("not one in PEM" in why for why in complaints(w)))
        certificate.write_bytes(good)
        certificate.chmod(0o444)
        # All get certificates of another CA. The server trusts the old one too, until it is issued
        # for again.
        for suffix in ("pem", "key"):
            (secured.folder / "ca" / f"clients-ca.{suffix}").unlink()
        secured.issue()
        await worker.until(lambda w: bool(w.logged("renewed")))
        # From here on the old certificate opens no connection. The server ends those that are open
        # after some seconds, and the old API key expires while the call still rings.
        secured.issue("temporal")
        async with asyncio.timeout(75 + PATIENCE):
            async for _ in looks():
                made = await attempts_of(secured, tmp_path, workflow, monkeypatch)
                if made[Channel.CALL] and made[Channel.CALL][0] is not None:
                    break
        assert made[Channel.CALL] == [Result.NO_ANSWER]
        assert made[Channel.EMAIL] == [Result.ACCEPTED]
        later = await opened(secured, tmp_path, "A3LATER")
        async with asyncio.timeout(PATIENCE):
            async for _ in looks():
                made = await attempts_of(secured, tmp_path, later, monkeypatch)
                if made[Channel.EMAIL] == [Result.ACCEPTED]:
                    break
        assert worker.exit_code is None
