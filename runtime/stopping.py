"""How a service is told to stop."""

import asyncio
import signal


def stop_on_signal() -> asyncio.Event:
    """Return an event that SIGTERM or SIGINT sets, in the running loop."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop
