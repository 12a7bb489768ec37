"""The client as its users run it: a process of its own, against the engine of these tests."""

import asyncio
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from domain.case.view import CaseView
from tests.engine import Engine, OpenCase, account

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Answer:
    """What a command said, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def view(self) -> CaseView:
        """The view that it printed."""
        return CaseView.model_validate_json(self.out)


@dataclass(frozen=True)
class Cli:
    """Runs commands against a server."""

    address: str

    async def __call__(self, *arguments: str, stdin: str = "") -> Answer:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            str(ROOT / "client.py"),
            *arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            # As in a pipe: no width but the client's own.
            env={k: v for k, v in os.environ.items() if k != "COLUMNS"}
            | {"TEMPORAL_ADDRESS": self.address},
        )
        out, err = await process.communicate(stdin.encode())
        answer = Answer(process.returncode or 0, out.decode(), err.decode())
        assert "Traceback" not in answer.err
        assert "unexpected" not in answer.err
        return answer


Written = Callable[[str, str | bytes], str]
"""Writes a file of that name, and answers where it is."""


@pytest.fixture
def written(tmp_path: Path) -> Written:
    def write(name: str, content: str | bytes) -> str:
        file = tmp_path / name
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(file)

    return write


@pytest.fixture
def cli(engine: Engine) -> Cli:
    return Cli(engine.client.service_client.config.target_host)


def name_of(case: OpenCase) -> str:
    """What the client calls a case."""
    return case.handle.id.removeprefix("case/")


def flags(seller: str, **changes: str) -> list[str]:
    """The flags of `open` for an account, one issue, and `changes`."""
    who = account("A")
    given = {
        "store": who.store.value,
        "seller": seller,
        "name": who.name,
        "language": who.language,
        "time-zone": who.time_zone,
        "email": who.email,
        "phone": who.emergency_phone,
        "issue": "ISS-1:LISTING_POLICY:Restricted product: listed",
        "policy": "coverage=everyone",
    } | {flag.replace("_", "-"): value for flag, value in changes.items()}
    return [part for flag, value in given.items() for part in (f"--{flag}", value)]
