"""The client as its users run it, against the engine of these tests."""

import asyncio
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from domain.case.view import CaseView
from tests.cli.forked import forked
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
    """Runs commands against a namespace of a server."""

    address: str
    namespace: str | None = None
    started_anew: bool = False
    """Whether each command starts Python, as users do; or else it is forked, which is quick."""

    @property
    def environment(self) -> dict[str, str]:
        """What says to a command where the server is."""
        # As in a pipe: no width but the client's own.
        ours = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
        namespace = {"TEMPORAL_NAMESPACE": self.namespace} if self.namespace else {}
        return ours | {"TEMPORAL_ADDRESS": self.address} | namespace

    async def __call__(self, *arguments: str, stdin: str = "") -> Answer:
        run = started_anew if self.started_anew else forked
        code, out, err = await run(arguments, self.environment, stdin.encode())
        answer = Answer(code, out.decode(), err.decode())
        assert "Traceback" not in answer.err
        assert "unexpected" not in answer.err
        return answer


async def started_anew(
    arguments: Sequence[str], environment: Mapping[str, str], stdin: bytes
) -> tuple[int, bytes, bytes]:
    """Run a command in a Python of its own: exit code, standard output, standard error."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(ROOT / "client.py"),
        *arguments,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=environment,
    )
    out, err = await process.communicate(stdin)
    return process.returncode or 0, out, err


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
    return cli_of(engine)


def cli_of(engine: Engine) -> Cli:
    """What runs commands against an engine."""
    return Cli(engine.client.service_client.config.target_host, engine.client.namespace)


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
