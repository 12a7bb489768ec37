"""Talking to cases."""

from temporalio.client import Client

from cli import asking
from cli.asking import (
    AlreadyClosed,
    Kind,
    NoAnswer,
    NoWorker,
    SaidNo,
    Standing,
    run,
)
from cli.parameters import CaseName
from cli.queues import ANSWERS_WITHIN
from cli.words import how_it_ended
from domain.case.events import Event
from domain.case.view import CaseView

__all__ = [
    "ANSWERS_WITHIN",
    "CASE",
    "AlreadyClosed",
    "NoAnswer",
    "NoWorker",
    "SaidNo",
    "Snapshot",
    "look",
    "run",
    "tell",
]

CASE = Kind("case", CaseView, "there is no case", "show", how_it_ended)


class Snapshot(Standing[CaseView]):
    """A case as it stands."""


async def look(client: Client, name: CaseName) -> Snapshot:
    """As `asking.look`: the newest case of an account, or the one that `name` picks."""
    found = await asking.look(client, CASE, name)
    return Snapshot(found.view, found.now, found.broke_off, found.ended)


async def tell(client: Client, name: CaseName, update: str, event: Event) -> CaseView:
    """As `asking.tell`: an update of a case."""
    return await asking.tell(client, CASE, name, update, event)
