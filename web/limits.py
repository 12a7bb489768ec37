"""Rate limits, kept in the memory of this process.

Limits that must survive a restart, such as on requested calls, are kept by the case.
"""

import time
from collections import OrderedDict
from collections.abc import Callable

_REMEMBERS = 20_000
"""The maximum of names. The name that was unused for longest is forgotten first."""


class TooOften(Exception):
    """A limit is used up. It can be used again after `seconds`."""

    def __init__(self, seconds: int) -> None:
        super().__init__()
        self.seconds = seconds


class Limit:
    """Allows `count` at once for each name. A used-up limit fills again over `seconds`."""

    def __init__(
        self, count: int, seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._count = count
        self._per_second = count / seconds
        self._clock = clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, name: str) -> None:
        """Use the limit once.

        Raises:
            TooOften: the limit is used up.
        """
        if seconds := self.wait(name):
            raise TooOften(seconds)

    def wait(self, name: str) -> int:
        """Use the limit once and return 0, or return the seconds until it can be used."""
        seconds, left = self._left_of(name)
        self._left[name] = (left if seconds else left - 1, self._clock())
        self._left.move_to_end(name)
        if len(self._left) > _REMEMBERS:
            self._left.popitem(last=False)
        return seconds

    def until(self, name: str) -> int:
        """Return the seconds until the limit can be used, or 0. Do not use it."""
        return self._left_of(name)[0]

    def _left_of(self, name: str) -> tuple[int, float]:
        now = self._clock()
        left, at = self._left.get(name, (float(self._count), now))
        left = min(self._count, left + (now - at) * self._per_second)
        return (0 if left >= 1 else int((1 - left) / self._per_second) + 1), left
