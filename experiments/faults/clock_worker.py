"""A worker whose telephone has its own clock, like a real one.

`python -m experiments.faults.clock_worker`
"""

import asyncio
import time
from dataclasses import replace

from providers.simulated.telephone import SimulatedTelephone
from runtime.providers import Providers
from runtime.settings import Settings
from tests.serving import serve


def _own_clock(settings: Settings, providers: Providers) -> Providers:
    # All processes share the machine's monotonic clock, and libfaketime does not change it.
    telephone = SimulatedTelephone(settings.state, settings.ring_seconds, clock=time.monotonic)
    return replace(providers, telephone=telephone)


if __name__ == "__main__":
    asyncio.run(serve(_own_clock))
