"""The same examples at every run; look for others with `--hypothesis-profile=search`.

`quick` is for `make test`, and for `make mutants`, where the tests run thousands of times.
"""

import time
from collections.abc import Iterator

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


@pytest.fixture
def machine_in_tokyo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Our own machine, whose zone no seller is to notice: in a container it is UTC."""
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()
