"""The same examples at every run; look for others with `--hypothesis-profile=search`.

`quick` is for `make test`, and for `make mutants`, where the tests run thousands of times.
"""

import os
import signal
import time
from collections.abc import Generator, Iterator

import pytest
from hypothesis import settings

_ALWAYS = settings(database=None, deadline=None)
settings.register_profile(
    "everyday", _ALWAYS, max_examples=400, derandomize=True, stateful_step_count=30
)
settings.register_profile("search", _ALWAYS, max_examples=5000, stateful_step_count=50)
settings.register_profile(
    "quick", _ALWAYS, max_examples=100, derandomize=True, stateful_step_count=20
)


def pytest_configure(config: pytest.Config) -> None:
    """Choose before the tests are imported, since some derive their numbers from the profile."""
    usual = "quick" if config.getoption("without_kept", False) else "everyday"
    settings.load_profile(config.getoption("hypothesis_profile", None) or usual)


_AT_MOST = 15.0
"""Seconds of the processor that a test of a mutant has: four times what the longest takes."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Generator[None, object, object]:
    """End a mutant that never ends, by mutmut's code for one that ran out of time.

    Its own limit is minutes for what most tests call, and ends an honest mutant on a busy machine.
    """
    if "MUTANT_UNDER_TEST" in os.environ:
        signal.signal(signal.SIGVTALRM, lambda *_: os._exit(36))
        signal.setitimer(signal.ITIMER_VIRTUAL, _AT_MOST)
    try:
        return (yield)
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


@pytest.fixture
def machine_in_tokyo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Our own machine, whose zone no seller is to notice: in a container it is UTC."""
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()
