"""Makes this process a client of a whole cluster."""

import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from temporalio.client import Client

from experiments.cluster.cluster import Cluster, running
from runtime.connection import connect


@asynccontextmanager
async def connected(cluster: Cluster) -> AsyncIterator[Client]:
    """Start a cluster, set this process's environment to connect to it, and undo both at the end.

    Raises:
        ClusterFailed: a node or a job failed.
        DatabaseFailed: PostgreSQL did.
    """
    async with running(cluster):
        before = dict(os.environ)
        os.environ.update(cluster.places.client_environment())
        try:
            await cluster.knows_search_attributes()
            yield await connect()
        finally:
            os.environ.clear()
            os.environ.update(before)


def let_others_enter(folder: Path) -> None:
    """Make a cluster's folder. PostgreSQL runs as another user than root, and must get there."""
    folder.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.gettempdir())
    for entered in (folder, *folder.parents):
        if temporary in entered.parents:
            entered.chmod(0o711)
