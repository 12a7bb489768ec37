"""How long the tests take that `make test` runs."""

import asyncio
import re
import time
from pathlib import Path

from experiments.benchmarks.report import Found, Row
from tests.test_whole import ROOT

ABOUT = "`make test`, four processes at once. All of CI is to take less than 30 minutes."
_GOAL = 900


async def measure(folder: Path, found: Found) -> list[Row]:
    """Run them."""
    begin = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        "make", "test", cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    took = time.perf_counter() - begin
    said = out.decode().strip().splitlines()[-1]
    outcome = re.sub(r" in .*|=+", "", said).strip()
    met = took < _GOAL and process.returncode == 0
    return [Row(f"the tests ({outcome})", f"{took:.0f} s", "", f"under {_GOAL} s", met)]
