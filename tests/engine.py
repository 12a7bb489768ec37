"""The engine on a real server, with clocks that can be played forward."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Any

from temporalio.client import Client, WorkflowHandle
from temporalio.testing import TimeSkipper

from domain.account import Account, Issue, Store
from domain.names import CASES_QUEUE, case_workflow_id
from domain.record import Status
from domain.view import CaseView
from providers.protocols import Programme, Telephone
from providers.simulated_mail import SimulatedMail
from providers.simulated_marketplace import SimulatedMarketplace
from providers.simulated_telephone import SimulatedTelephone
from runtime.clock import time_skipper
from runtime.connection import connect, register_search_attributes
from runtime.dev_server import TIME_SKIPPING, dev_server
from runtime.service import Providers, workers_of
from runtime.settings import Settings
from workflows.case_input import CaseInput
from workflows.issue_case import IssueCase
from workflows.search import at_start

RING_SECONDS = 0.05
HOUR = timedelta(hours=1)
_sellers = itertools.count(1)


def morning_zone() -> str:
    """A zone in which it is between nine and ten in the morning now."""
    offset = 9 - datetime.now(UTC).hour  # Etc/GMT-9 is nine hours ahead of UTC
    return f"Etc/GMT{-offset:+d}" if offset >= -12 else f"Etc/GMT{-(offset + 24):+d}"


def account(seller_id: str, **changes: str) -> Account:
    """An account whose seller never answers, unless `changes` say otherwise."""
    return Account.model_validate(
        {
            "store": Store.US,
            "seller_id": seller_id,
            "name": "Blue Kettle Goods",
            "language": "en-US",
            "time_zone": morning_zone(),
            "email": "owner@bluekettle.example",
            "emergency_phone": "+12065550110",
        }
        | changes
    )


def issue(issue_id: str = "ISS-1", *, harmful: bool = False) -> Issue:
    """An issue."""
    return Issue(
        id=issue_id, code="LISTING_POLICY", summary="Restricted product listed", harmful=harmful
    )


@dataclass
class OpenCase:
    """A case on the server."""

    handle: WorkflowHandle[Any, CaseView]
    skipper: TimeSkipper

    async def view(self) -> CaseView:
        """The case as it stands."""
        return await self.handle.query(IssueCase.case)

    async def tell(self, update: Any, event: Any, **options: Any) -> CaseView:
        """Send an update."""
        asked = self.handle.execute_update(update, event, **options)
        view: CaseView = await asyncio.wait_for(asked, 20)
        return view

    async def play(self, time: timedelta) -> None:
        """Let time pass on the case's clock."""
        await self.skipper.fast_forward(self.handle, time)

    async def when(self, holds: Callable[[CaseView], object], within: float = 10) -> CaseView:
        """The view once `holds` is true of it; real time, in seconds."""
        async with asyncio.timeout(within):
            while not holds(view := await self.view()):
                await asyncio.sleep(0.01)
            return view

    async def settled(self) -> CaseView:
        """The view once no attempt is under way and none is due."""
        return await self.when(
            lambda v: (
                v.attempts
                and all(a.result for a in v.attempts)
                and (not v.agenda or v.agenda[0].due > v.attempts[-1].at)
            )
        )

    async def reaches(self, status: Status) -> CaseView:
        """The view once the case is in `status`."""
        return await self.when(lambda v: v.status is status)

    async def end(self) -> CaseView:
        """The view with which the case ended."""
        return await asyncio.wait_for(self.handle.result(), 20)

    async def events(self) -> list[str]:
        """The history's events by type, skips of time left out."""
        history = await self.handle.fetch_history()
        names = [e.WhichOneof("attributes") or "" for e in history.events]
        return [name for name in names if "time_skipping" not in name]


@dataclass
class Engine:
    """A server, its workers, and the simulated world they meet."""

    client: Client
    skipper: TimeSkipper
    providers: Providers
    folder: Path

    def mails(self, to: str) -> list[EmailMessage]:
        """The e-mails delivered to an address, in no order."""
        parser = BytesParser(policy=policy.default)
        found = [
            parser.parsebytes(f.read_bytes()) for f in (self.folder / "mail" / "new").iterdir()
        ]
        return [m for m in found if isinstance(m, EmailMessage) and to in str(m["To"])]

    async def open(
        self,
        *,
        issues: tuple[Issue, ...] = (issue(),),
        rules: dict[str, Any] | None = None,
        seller_id: str | None = None,
        wait: bool = True,
        **changes: str,
    ) -> OpenCase:
        """Open a case of a new seller, and wait for its first attempts to end."""
        who = account(seller_id or f"SELLER{next(_sellers)}", **changes)
        handle = await self.client.start_workflow(
            IssueCase.run,
            CaseInput(account=who, issues=issues, policy=rules),
            id=case_workflow_id(who.store, who.seller_id),
            task_queue=CASES_QUEUE,
            search_attributes=at_start(who),
        )
        case = OpenCase(handle, self.skipper)
        if wait:
            await case.settled()
        return case


@asynccontextmanager
async def engine_in(
    folder: Path,
    *,
    config: tuple[str, ...] = TIME_SKIPPING,
    ring_seconds: float = RING_SECONDS,
    telephone: Telephone | None = None,
    programme: Programme | None = None,
    cached_cases: int = 1000,
) -> AsyncIterator[Engine]:
    """The engine on a server of its own, with its state in `folder`."""
    marketplace = SimulatedMarketplace(folder)
    providers = Providers(
        telephone=telephone or SimulatedTelephone(folder, ring_seconds),
        mail=SimulatedMail(folder / "mail"),
        accounts=marketplace,
        programme=programme or marketplace,
    )
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(dev_server(folder / "temporal", config=config))
        client = await connect(server.address)
        await register_search_attributes(client)
        settings = Settings(state=folder, drain_seconds=0.5, cached_cases=cached_cases)
        for worker in workers_of(client, settings, providers):
            await stack.enter_async_context(worker)
        yield Engine(client, time_skipper(client), providers, folder)
