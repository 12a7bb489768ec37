"""A worker whose telephone has a clock of its own, as a real one has:

`python -m experiments.faults.clock_worker`
"""

import asyncio
import time
from dataclasses import replace

from providers.simulated.telephone import SimulatedTelephone
from runtime.service import Providers
from runtime.settings import Settings
from tests.serving import serve


def _own_clock(settings: Settings, providers: Providers) -> Providers:
    # The monotonic clock is that of the machine, for all processes, and libfaketime leaves it.
    telephone = SimulatedTelephone(settings.state, settings.ring_seconds, time.monotonic)
    return replace(providers, telephone=telephone)


if __name__ == "__main__":
    asyncio.run(serve(_own_clock))
