"""A port for a server that is stopped and started again, or that starts slowly."""

import random
import socket
from contextlib import suppress

_BELOW_EPHEMERAL = range(20_000, 32_000)
"""No connection that somebody opens meanwhile is given one of these."""


def free_port() -> int:
    """A port that nothing listens on, and that stays free."""
    while True:
        port = random.choice(_BELOW_EPHEMERAL)
        with suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port
