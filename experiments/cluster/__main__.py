"""Runs a whole cluster on this machine, and the demo's cases on it (`make cluster`).

PostgreSQL behind pgbouncer, two of each node of the Temporal server, its Web UI, two workers of
ours for each queue, and two pages: what docker-compose.yml describes, without containers.
"""

import argparse
import asyncio
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from shlex import quote

from rich.console import Console

from examples.demo import play
from experiments.cluster.cluster import (
    SECURED,
    SMALL,
    Cluster,
    ClusterFailed,
    Size,
    composed,
    running,
)
from experiments.cluster.hosts import Loopback
from experiments.cluster.places import ROOT
from experiments.cluster.postgres import DatabaseFailed
from experiments.cluster.programs import MissingProgram, installed
from runtime.connection import connect
from runtime.dev_server import DevServerFailed
from runtime.logs import configure_logs
from runtime.program import end
from runtime.stopping import stop_on_signal

INSTALLED = ROOT / ".cluster"
"""Where Temporal's programs are kept. Nothing in it is committed."""


async def run(
    folder: Path, size: Size, console: Console, *, stays: bool, secured: bool = False
) -> bool:
    """Start a cluster and play the demo. Return whether all ended as expected.

    Args:
        folder: an empty folder for data and logs, which other users may enter.
        size: how many there are of each node.
        console: is told what happens.
        stays: keep the cluster running until SIGTERM or SIGINT.
        secured: Temporal asks everybody for a certificate and an API key.
    """
    stop = stop_on_signal()
    compose = composed(SECURED) if secured else composed()
    cluster = Cluster(folder, Loopback(), compose, installed(compose, INSTALLED), size)
    console.print(f"Starting {len(cluster.nodes) + 2} processes; their logs are in {folder} ...")
    async with running(cluster):
        os.environ.update(cluster.places.client_environment())
        await cluster.knows_search_attributes()
        is_expected = await play(await connect(), cluster.places.state, console)
        password = compose.environment("page")["CASE72_CODEC_PASSWORD"]
        console.print(
            f"Temporal      {cluster.balancer.temporal}\n"
            f"Web UI        http://localhost:{cluster.ui_port}\n"
            f"Sellers' page http://localhost:{cluster.page_port}\n"
            f"E-mails       {folder / 'e-mails'} (a maildir)\n"
            f"Codec login   http://localhost:{cluster.page_port}/codec/login (the Web UI then "
            f"reads what is encrypted); its password is {password}\n"
            "For client.py in another terminal:",
            soft_wrap=True,
        )
        for name, value in sorted(cluster.places.client_environment().items()):
            console.print(f"export {name}={quote(value)}", soft_wrap=True, highlight=False)
        if stays:
            console.print("Ctrl-C stops everything, and deletes the data")
            await stop.wait()
    return is_expected


def main() -> int:
    """Run a cluster. Return 0 only if the demo ended as expected."""
    parser = argparse.ArgumentParser(prog="python -m experiments.cluster", description=__doc__)
    parser.add_argument("--small", action="store_true", help="one of each node")
    parser.add_argument("--secured", action="store_true", help="with certificates and API keys")
    parser.add_argument("--once", action="store_true", help="end after the demo")
    parser.add_argument("--install", action="store_true", help="only build what is missing")
    arguments = parser.parse_args()
    configure_logs("console", "error")
    console = Console()
    size = SMALL if arguments.small else Size()
    # PostgreSQL runs as another user than root. It must be able to enter the folder.
    with tempfile.TemporaryDirectory(prefix="case72-cluster-") as folder:
        os.chmod(folder, 0o711)
        with suppress(KeyboardInterrupt):
            try:
                if arguments.install:
                    installed(composed(), INSTALLED)
                    return 0
                running_it = run(
                    Path(folder),
                    size,
                    console,
                    stays=not arguments.once,
                    secured=arguments.secured,
                )
                expected = asyncio.run(running_it)
            except MissingProgram as missing:
                console.print(str(missing))
                return 2
            except (ClusterFailed, DatabaseFailed, DevServerFailed) as failure:
                console.print(f"[red]{failure}")
                return 1
            return 0 if expected else 1
    return 0


if __name__ == "__main__":
    end(main())
