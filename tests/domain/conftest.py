"""The same examples at every run; look for others with `--hypothesis-profile=search`.

`quick` is for where the tests run thousands of times: `make mutants`.
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
    "quick", _ALWAYS, max_examples=40, derandomize=True, stateful_step_count=20
)
settings.load_profile("everyday")


@pytest.fixture
def machine_in_tokyo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Our own machine, whose zone no seller is to notice: in a container it is UTC."""
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()
