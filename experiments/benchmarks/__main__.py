"""Measure everything, and write experiments/benchmarks/performance.md (`make bench`).

`python -m experiments.benchmarks PART ...` measures these parts only, and renews their sections.
"""

import argparse
import asyncio
import signal
import tempfile
from pathlib import Path
from statistics import median

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
from experiments.benchmarks.machine import processors_in_use
from experiments.benchmarks.on_cluster import one_case as on_postgresql
from experiments.benchmarks.on_cluster import open_cases, workers
from experiments.benchmarks.report import (
    Conditions,
    Found,
    NotMeasured,
    Part,
    renewed,
    show,
)
from experiments.cluster.cluster import ClusterFailed
from experiments.cluster.postgres import DatabaseFailed
from runtime.dev_server import DevServerFailed
from runtime.logs import configure_logs
from runtime.program import end
from tests.speed import slowness

PAGE = Path(__file__).with_name("performance.md")
_POSTGRESQL = "PostgreSQL 15"
_LOOKS_SECONDS = 5
"""For how long it is looked before each part whether the machine has other work."""
_LOOPS = 10
"""How often it is measured, before each part and after it, how fast the machine is."""

PARTS = (
    Part("case", "A case", one_case.ABOUT, one_case.measure),
    Part("killed", "A killed worker", killed_worker.ABOUT, killed_worker.measure),
    Part("many", "Many cases", many_cases.ABOUT, many_cases.measure),
    Part("races", "A query, then an update", query_and_update.ABOUT, query_and_update.measure),
    Part("sellers", "Sellers", enrollments.ABOUT, enrollments.measure),
    Part(
        "on-postgresql",
        "A case on PostgreSQL",
        on_postgresql.ABOUT,
        on_postgresql.measure,
        _POSTGRESQL,
    ),
    Part(
        "million",
        "A million sellers",
        million_sellers.ABOUT,
        million_sellers.measure,
        _POSTGRESQL,
    ),
    Part(
        "two-workers",
        "One worker and two, on PostgreSQL",
        workers.ABOUT,
        workers.measure,
        _POSTGRESQL,
    ),
    Part(
        "many-on-postgresql",
        "Many cases on PostgreSQL",
        open_cases.ABOUT,
        open_cases.measure,
        _POSTGRESQL,
    ),
    Part("commands", "Commands", commands.ABOUT, commands.measure),
    Part("page", "The sellers' page", page.ABOUT, page.measure),
    Part("desk", "The desk", desk.ABOUT, desk.measure),
    Part("reaching", "Reaching a seller", reaching.ABOUT, reaching.measure),
    Part("answers", "Answers to e-mails", answers.ABOUT, answers.measure),
    Part("encryption", "Encryption", encryption.ABOUT, encryption.measure),
    Part("suite", "The tests", suite.ABOUT, suite.measure),
)


async def _measure(parts: list[Part], folder: Path, page: Path | None) -> None:
    """Measure parts. Renew the section of each as soon as it is measured."""
    found: Found = {}
    for part in parts:
        (folder / part.name).mkdir()
        in_use = await processors_in_use(_LOOKS_SECONDS)
        slownesses = [slowness() for _ in range(_LOOPS)]
        try:
            rows = await part.measure(folder / part.name, found)
        except NotMeasured as why:
            print(f"{part.name}: not measured: {why}", flush=True)
            continue
        show(part, rows)
        if page is not None:
            slownesses += [slowness() for _ in range(_LOOPS)]
            conditions = Conditions(in_use, median(slownesses))
            page.write_text(renewed(page.read_text(), part, rows, PARTS, conditions))


def main() -> int:
    """Measure the parts named, or all of them, and renew their sections of the page."""
    parser = argparse.ArgumentParser(prog="python -m experiments.benchmarks", description=__doc__)
    names = [part.name for part in PARTS]
    parser.add_argument("part", nargs="*", choices=[[], *names], help="default: every part")
    parser.add_argument("--only-print", action="store_true", help="leave the page alone")
    parser.add_argument("--keep", type=Path, help="a new folder that keeps data and logs")
    arguments = parser.parse_args()
    # By default SIGTERM, of `timeout` for example, would leave a cluster's processes running.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    parts = [part for part in PARTS if not arguments.part or part.name in arguments.part]
    configure_logs("console", "error")
    with tempfile.TemporaryDirectory(prefix="case72-bench-") as temporary:
        folder = arguments.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        try:
            asyncio.run(_measure(parts, folder, None if arguments.only_print else PAGE))
        except KeyboardInterrupt:
            return 130
        except (ClusterFailed, DatabaseFailed, DevServerFailed) as failure:
            print(failure)
            return 1
    return 0


if __name__ == "__main__":
    end(main())
