"""How figures are shown: each beside the goal it is held against."""

import asyncio
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from runtime.logs import configure_logs

Row = tuple[str, str, str]
"""What was measured, its figure with the unit, and the goal; empty where there is none."""


def report(measure: Callable[[Path], Coroutine[Any, Any, list[Row]]]) -> None:
    """Measure in a folder of its own, print the table, and end the process."""
    configure_logs("console", "error")
    with tempfile.TemporaryDirectory() as folder:
        rows = asyncio.run(measure(Path(folder)))
    table = Table("measure", "figure", "goal")
    for row in rows:
        table.add_row(*map(Text, row))  # what a command said is no markup
    Console(width=110).print(table)
    print(
        f"{os.cpu_count()} cores, Python {platform.python_version()}, {datetime.now(UTC):%Y-%m-%d}"
    )
    sys.stdout.flush()
    # The interpreter can abort on its way out after the SDK's threads (worker.py).
    os._exit(0)
