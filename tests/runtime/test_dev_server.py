"""The embedded server, where several start at once."""

import asyncio
from pathlib import Path

from runtime.connection import connect, register_search_attributes
from runtime.dev_server import dev_server


async def test_two_that_start_at_once_do_not_meet_at_one_address(tmp_path: Path) -> None:
    async with (
        asyncio.timeout(120),
        asyncio.TaskGroup() as starting,
    ):
        found = [starting.create_task(address_of(tmp_path / str(n))) for n in range(3)]
    assert len({server.result() for server in found}) == 3


async def address_of(folder: Path) -> str:
    """The address at which the server of a folder answered, with nothing of another's in it."""
    async with dev_server(folder, usual_ports=True) as server:
        client = await connect(server.address)
        await register_search_attributes(client)
        await asyncio.sleep(3)  # the others start meanwhile
        assert not [one async for one in client.list_workflows()]
        return server.address
