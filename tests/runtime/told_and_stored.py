"""All that a Temporal server tells whoever asks, and all that lies in its files."""

import gzip
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path

from google.protobuf.message import Message
from temporalio.api.common.v1 import SearchAttributes
from temporalio.api.workflowservice.v1 import (
    DescribeWorkflowExecutionRequest,
    ListWorkflowExecutionsRequest,
)
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode


async def told(client: Client) -> list[Message]:
    """Everything that the server tells of every workflow, whoever asks."""
    service, namespace = client.workflow_service, client.namespace
    listed = await service.list_workflow_executions(
        ListWorkflowExecutionsRequest(namespace=namespace)
    )
    parts: list[Message] = [listed]
    failing = 0
    for found in listed.executions:
        execution = found.execution
        handle = client.get_workflow_handle(execution.workflow_id, run_id=execution.run_id)
        try:
            described = await service.describe_workflow_execution(
                DescribeWorkflowExecutionRequest(namespace=namespace, execution=execution)
            )
            parts += (described, *(await handle.fetch_history()).events)
        except RPCError as error:
            # The line of a call that has ended since is deleted.
            if error.status is RPCStatusCode.NOT_FOUND and execution.workflow_id.startswith("line"):
                continue
            raise
        failing += sum(a.HasField("last_failure") for a in described.pending_activities)
    assert failing
    return parts


def within(message: Message) -> Iterator[Message]:
    """A message and all that are in it, but for search attributes, which are never encrypted."""
    if isinstance(message, SearchAttributes):
        return
    yield message
    for field, value in message.ListFields():
        if field.type != field.TYPE_MESSAGE:
            continue
        if hasattr(value, "GetEntryClass"):  # a map
            inner = value.values()
        else:
            inner = value if field.is_repeated else (value,)
        for one in inner:
            if isinstance(one, Message):
                yield from within(one)


def stored(folder: Path) -> bytes:
    """Everything that the server has in its files, and in its tables unpacked."""
    files = [file for file in folder.iterdir() if file.is_file()]
    assert {"temporal.db", "temporal.db-wal"} <= {file.name for file in files}
    parts = [file.read_bytes() for file in files]
    with sqlite3.connect(f"file:{folder / 'temporal.db'}?mode=ro", uri=True) as db:
        db.text_factory = bytes
        tables = [row[0].decode() for row in db.execute("SELECT name FROM sqlite_master")]
        for table in tables:
            with suppress(sqlite3.OperationalError):  # an index
                for row in db.execute(f'SELECT * FROM "{table}"'):
                    parts += chain.from_iterable(map(_unpacked, row))
    return b"\n".join(parts)


def _unpacked(cell: object) -> Iterator[bytes]:
    if not isinstance(cell, bytes):
        return
    yield cell
    for unpack in (gzip.decompress, zlib.decompress, lambda b: zlib.decompress(b, -15)):
        with suppress(OSError, EOFError, zlib.error):
            yield unpack(cell)
