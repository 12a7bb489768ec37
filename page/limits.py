"""How often somebody may do something, kept in memory: a guard of this process.

What must survive a restart, such as how often a seller is called, the case keeps itself.
"""

import time
from collections import OrderedDict
from collections.abc import Callable

_REMEMBERS = 20_000
"""Names, at most: the one that was asked for longest ago is forgotten first."""


class TooOften(Exception):
    """Somebody asked more often than anybody needs to; may ask again after so many seconds."""

    def __init__(self, seconds: int) -> None:
        super().__init__()
        self.seconds = seconds


class Limit:
    """For each name: `count` at once, and as many again over `seconds`."""

    def __init__(
        self, count: int, seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._count = count
        self._per_second = count / seconds
        self._clock = clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, name: str) -> None:
        """Take one.

        Raises:
            TooOften: there is none.
        """
        if seconds := self.wait(name):
            raise TooOften(seconds)

    def wait(self, name: str) -> int:
        """Take one, and return 0; or the seconds after which there is one to take."""
        seconds, left = self._left_of(name)
        self._left[name] = (left if seconds else left - 1, self._clock())
        self._left.move_to_end(name)
        if len(self._left) > _REMEMBERS:
            self._left.popitem(last=False)
        return seconds

    def until(self, name: str) -> int:
        """Return 0, or the seconds after which there is one to take; take none."""
        return self._left_of(name)[0]

    def _left_of(self, name: str) -> tuple[int, float]:
        now = self._clock()
        left, at = self._left.get(name, (float(self._count), now))
        left = min(self._count, left + (now - at) * self._per_second)
        return (0 if left >= 1 else int((1 - left) / self._per_second) + 1), left
