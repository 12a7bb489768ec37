"""How long a test waits."""

import asyncio
from collections.abc import AsyncIterator
from typing import Final

PATIENCE: Final = 180
"""How long a test waits for what must come, s.

Far more than any of it takes: on a machine with ten times as much to do as it can, a worker takes
40 s to start. A worker that stops may take tasks along. Temporal hands a workflow task out again
after 10 s, and a try of an activity without heartbeats after a minute.
A test of something that must be quick says its own.
"""


async def looks() -> AsyncIterator[None]:
    """Yield whenever it is time to look again: soon at first, and then less and less often."""
    pause = 0.02
    while True:
        yield
        await asyncio.sleep(pause)
        pause = min(pause * 1.4, 0.1)
