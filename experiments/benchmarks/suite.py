"""How long the whole test suite takes."""

import asyncio
import re
import sys
import time
from pathlib import Path

from experiments.benchmarks.report import Found, Row
from tests.test_whole import ROOT

ABOUT = "As `make test` runs them, four processes at once."
_GOAL = 120


async def measure(folder: Path, found: Found) -> list[Row]:
    """Run the suite."""
    begin = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "pytest", "-n", "4", "--dist", "loadfile"),
        f"--basetemp={folder / 'tests'}",
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    took = time.perf_counter() - begin
    said = out.decode().strip().splitlines()[-1]
    outcome = re.sub(r" in .*|=+", "", said).strip()
    met = took < _GOAL and process.returncode == 0
    return [Row(f"the whole test suite ({outcome})", f"{took:.0f} s", "", f"under {_GOAL} s", met)]
