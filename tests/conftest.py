"""What tests share: a server for each process, an engine for each file, and the order of files."""

import os
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio

from runtime.dev_server import dev_server
from tests.engine import Engine, engine_in

# Whatever day it is, the time zones are new: in half a year an audit would find them old.
os.environ["CASE72_TIME_ZONES_CHECKED"] = datetime.now(UTC).date().isoformat()

_exit_code = 0
_TESTS = Path(__file__).parent
_QUICK = {"mail": 1, "promises": 1, "reference": 2, "domain": 3}
"""Folders whose files are quick, the quickest last."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def engine(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Engine]:
    """The engine that the tests of one file share: what another file did is not there."""
    async with engine_in(tmp_path_factory.mktemp("engine")) as running:
        yield running


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """The address of a server that all tests of this process share, each in its own namespace."""
    async with dev_server(tmp_path_factory.mktemp("server") / "temporal") as running:
        yield running.address


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take long, or one process goes on while the others have ended."""
    items.sort(key=lambda item: _QUICK.get(item.path.relative_to(_TESTS).parts[0], 0))


def pytest_sessionfinish(exitstatus: int) -> None:
    """Remember how the run ended."""
    global _exit_code  # noqa: PLW0603
    _exit_code = int(exitstatus)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """End with the run's own exit code: the interpreter can abort on its way out (worker.py)."""
    if hasattr(config, "workerinput"):
        return  # one of several processes; the run's exit code is not its to set
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(_exit_code)
