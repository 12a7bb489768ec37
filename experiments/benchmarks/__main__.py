"""Measure everything, and write experiments/benchmarks/performance.md (`make bench`).

`python -m experiments.benchmarks PART ...` measures these parts only. It prints them, and leaves
the page alone.
"""

import asyncio
import os
import sys
import tempfile
from pathlib import Path

from experiments.benchmarks import (
    answers,
    commands,
    desk,
    encryption,
    enrollments,
    killed_worker,
    many_cases,
    million_sellers,
    one_case,
    page,
    query_and_update,
    reaching,
    suite,
)
from experiments.benchmarks.report import Found, Measured, Part, report, show
from runtime.logs import configure_logs

PAGE = Path(__file__).with_name("performance.md")

PARTS = (
    Part("case", "A case", one_case.ABOUT, one_case.measure),
    Part("killed", "A killed worker", killed_worker.ABOUT, killed_worker.measure),
    Part("many", "Many cases", many_cases.ABOUT, many_cases.measure),
    Part("races", "A query, then an update", query_and_update.ABOUT, query_and_update.measure),
    Part("sellers", "Sellers", enrollments.ABOUT, enrollments.measure),
    Part("million", "A million sellers", million_sellers.ABOUT, million_sellers.measure),
    Part("commands", "Commands", commands.ABOUT, commands.measure),
    Part("page", "The sellers' page", page.ABOUT, page.measure),
    Part("desk", "The desk", desk.ABOUT, desk.measure),
    Part("reaching", "Reaching a seller", reaching.ABOUT, reaching.measure),
    Part("answers", "Answers to e-mails", answers.ABOUT, answers.measure),
    Part("encryption", "Encryption", encryption.ABOUT, encryption.measure),
    Part("suite", "The tests", suite.ABOUT, suite.measure),
)


async def _measure(parts: list[Part], folder: Path) -> list[Measured]:
    found: Found = {}
    measured = []
    for part in parts:
        (folder / part.name).mkdir()
        rows = await part.measure(folder / part.name, found)
        show(part, rows)
        measured.append((part, rows))
    return measured


def main(names: list[str]) -> None:
    """Measure the parts named, or all of them and write the page. Then end the process."""
    parts = [part for part in PARTS if not names or part.name in names]
    if unknown := set(names) - {part.name for part in PARTS}:
        raise SystemExit(f"no such part: {', '.join(sorted(unknown))}")
    load = os.getloadavg()[0]
    configure_logs("console", "error")
    with tempfile.TemporaryDirectory() as folder:
        measured = asyncio.run(_measure(parts, Path(folder)))
    if not names:
        PAGE.write_text(report(measured, load))
    sys.stdout.flush()
    # The interpreter can abort on its way out after the SDK's threads (worker.py).
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
