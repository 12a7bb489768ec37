"""Faults, made on purpose: `python -m experiments.faults [NAME ...] [--seed N]`."""

import argparse
import asyncio
import importlib
import signal
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from experiments.faults.table import write
from experiments.faults.trial import NotHere, Trial
from runtime.logs import configure_logs
from runtime.program import end

NAMES = (
    "worker_killed",
    "server_killed",
    "network_cut",
    "answer_lost",
    "accounts_down",
    "accounts_lying",
    "appeals",
    "clock_moved",
    "messages",
    "disk_full",
    "races",
    "callbacks",
    "answers",
    "receiver_dead",
    "on_cluster.nodes_killed",
    "on_cluster.certificates_renewed",
    "on_cluster.connections_cut",
    "on_cluster.workers_deployed",
    "on_cluster.key_rotated",
    "on_cluster.server_upgraded",
    "on_cluster.postgres_killed",
    "on_cluster.postgres_failed_over",
    "on_cluster.postgres_disk_full",
    "on_cluster.clocks_apart",
    "on_cluster.restored",
)
SEED = 72


async def run(names: list[str], seed: int, folder: Path) -> list[Trial]:
    """Run the named faults one after the other."""
    trials = []
    for name in names:
        fault: Callable[[Path, int], Awaitable[Trial]] = importlib.import_module(
            f"experiments.faults.{name}"
        ).run
        try:
            trial = await fault(folder / name, seed)
        except NotHere as why:
            print(f"{name}: not run: {why}", flush=True)
            continue
        trials.append(trial)
        print(
            f"{trial.name}: {trial.cases} cases, {trial.faults.total()} faults, "
            f"{len(trial.violations)} violations, {trial.seconds:.0f} s",
            flush=True,
        )
        for violation in (*trial.violations, *trial.notes):
            print(f"  {violation}", flush=True)
    return trials


def main() -> int:
    """Run faults, and renew their rows in faults.md. Return 1 if a promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m experiments.faults", description=__doc__)
    parser.add_argument("name", nargs="*", choices=[[], *NAMES], help="default: every fault")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--keep", type=Path, help="a folder that keeps logs and ledgers")
    arguments = parser.parse_args()
    configure_logs("console", "error")
    # By default SIGTERM, of `timeout` for example, would leave a cluster's processes running.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    names = arguments.name or list(NAMES)
    with tempfile.TemporaryDirectory(prefix="case72-faults-") as folder:
        try:
            trials = asyncio.run(run(names, arguments.seed, arguments.keep or Path(folder)))
        except KeyboardInterrupt:
            return 130
    write(trials)
    return int(any(trial.violations for trial in trials))


if __name__ == "__main__":
    end(main())
