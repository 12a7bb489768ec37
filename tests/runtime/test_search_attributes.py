"""The search attributes are registered at a worker's start, as far as Temporal lets it."""

import asyncio
from contextlib import suppress

import pytest
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.client import Client
from temporalio.service import OperatorService, RPCError, RPCStatusCode

from runtime.connection import connect, register_search_attributes
from runtime.rights import NotAllowed
from temporal_client.search_attributes import ALL, STATUS
from tests.own_namespace import in_a_namespace
from tests.patience import PATIENCE, looks

NAMES = {key.name for key in ALL}


def refuse(monkeypatch: pytest.MonkeyPatch, client: Client, *requests: str) -> None:
    """Have Temporal refuse these requests, as its authorizer does."""

    async def refused(*_: object, **__: object) -> None:
        raise RPCError("Request unauthorized.", RPCStatusCode.PERMISSION_DENIED, b"")

    operator: OperatorService = client.operator_service
    for request in requests:
        monkeypatch.setattr(operator, request, refused)


async def registered(client: Client) -> set[str]:
    """Which of ours are there."""
    listed = await client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace=client.namespace)
    )
    return NAMES & set(listed.custom_attributes)


async def test_who_may_register_but_not_list_does_so(
    server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = await in_a_namespace(await connect(server))
    with monkeypatch.context() as for_now:
        refuse(for_now, client, "list_search_attributes")
        await register_search_attributes(client)
    assert await registered(client) == NAMES


async def test_who_may_neither_list_nor_register_reads_which_are_missing(
    server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = await in_a_namespace(await connect(server))
    refuse(monkeypatch, client, "list_search_attributes", "add_search_attributes")
    with pytest.raises(NotAllowed, match="search-attribute create") as refusal:
        await register_search_attributes(client)
    said = str(refusal.value)
    assert all(f"--name {name} --type " in said for name in NAMES)
    assert f"--name {STATUS.name} --type Keyword " in said


async def test_where_all_are_there_nobody_needs_a_right_to_them(
    server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = await in_a_namespace(await connect(server))
    await register_search_attributes(client)
    refuse(monkeypatch, client, "list_search_attributes", "add_search_attributes")
    async with asyncio.timeout(PATIENCE):
        async for _ in looks():  # the server knows a new one after a moment
            with suppress(NotAllowed):
                await register_search_attributes(client)
                return
