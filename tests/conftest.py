"""What tests share: a server for each process, an engine for each file; and which of them run."""

import os
import signal
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from runtime.dev_server import DevServer, dev_server
from tests.engine import Engine, engine_in
from tests.kept_for_all import is_kept

# Whatever day it is, the time zones are new: in half a year an audit would find them old.
os.environ["CASE72_TIME_ZONES_CHECKED"] = datetime.now(UTC).date().isoformat()

# On a loaded machine a workflow may not come to run for 2 s, which the SDK takes for a deadlock.
os.environ["TEMPORAL_DEBUG"] = "1"

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # In the background of a shell Ctrl-C is ignored, by the commands that tests start as well.
    signal.signal(signal.SIGINT, signal.default_int_handler)

_exit_code = 0
_kept_for_all = pytest.StashKey[int]()
_TESTS = Path(__file__).parent
_QUICK = {"mail": 1, "promises": 1, "reference": 2, "domain": 3}
"""Folders whose files are quick, the quickest last."""
_LONG = {"test_exhaustive.py", "test_any_order.py", "test_promises_of_states.py"}
"""Files in them that are not."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def engine(server: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Engine]:
    """The engine that the tests of one file share: what another file did is not there."""
    async with engine_in(tmp_path_factory.mktemp("engine"), server=server) as running:
        yield running


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def temporal(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[DevServer]:
    """The server that all tests of this process share, each in a namespace of its own."""
    async with dev_server(tmp_path_factory.mktemp("server") / "temporal") as running:
        yield running


@pytest.fixture(scope="session")
def server(temporal: DevServer) -> str:
    """Its address."""
    return temporal.address


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what `make test` says."""
    parser.addoption("--without-kept", action="store_true", help="leave out tests/kept_for_all.py")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is kept for `make test-all`, and begin with the files that take long.

    Otherwise one process goes on while the others have ended.
    """
    if config.getoption("--without-kept"):
        kept = [item for item in items if is_kept(item.nodeid)]
        config.stash[_kept_for_all] = len(kept)
        config.hook.pytest_deselected(items=kept)
        items[:] = [item for item in items if not is_kept(item.nodeid)]
    items.sort(key=_how_late)


def _how_late(item: pytest.Item) -> int:
    folder = item.path.relative_to(_TESTS).parts[0]
    return -1 if item.path.name in _LONG else _QUICK.get(folder, 0)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:  # Any: of xdist, which has no types
    """Take the count of one of several processes, which have all collected the same."""
    if output := getattr(node, "workeroutput", None):  # one that crashed has none
        node.config.stash[_kept_for_all] = output["kept_for_all"]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many were left out."""
    if kept := terminalreporter.config.stash.get(_kept_for_all, 0):
        terminalreporter.write_line(f"{kept} tests are kept for `make test-all`")


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Remember how the run ended; one of several processes hands on what it left out."""
    global _exit_code  # noqa: PLW0603
    _exit_code = int(exitstatus)
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["kept_for_all"] = session.config.stash.get(_kept_for_all, 0)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """End with the run's own exit code: the interpreter can abort on its way out (worker.py)."""
    if hasattr(config, "workerinput"):
        return  # one of several processes; the run's exit code is not its to set
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(_exit_code)
