"""The engine on a real server, with clocks that can be played forward."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Any, Generic, TypeVar

from temporalio.client import Client, WithStartWorkflowOperation, WorkflowHandle
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.testing import TimeSkipper

from domain.case.status import Status
from domain.case.view import CaseView
from domain.enrollment.events import RecordRatings
from domain.enrollment.ratings import Rating
from domain.enrollment.timeline import EnrollmentEventKind
from domain.enrollment.view import EnrollmentView
from domain.shared.account import Account, Issue, SellerAccount, Store
from domain.shared.names import CASES_QUEUE, case_workflow_id, enrollment_workflow_id
from providers.appeal_protocols import AppealedProgramme
from providers.protocols import AccountService, Mail, Telephone, UnreadMail
from providers.simulated.account_service import SimulatedMarketplace
from providers.simulated.mail import SimulatedMail
from providers.simulated.telephone import SimulatedTelephone
from providers.spacing import NO_SPACING
from providers.temporal.own_workflows import Cases, ClosedCases, Deliveries, Enrollments
from providers.temporal.phone_lock import TemporalPhoneLock
from providers.webhooks.receivers import Receiver
from providers.webhooks.sender import Webhooks
from reference.mail_tokens import ReplyAddresses
from reference.page_links import PageLinks
from runtime.clock import time_skipper
from runtime.connection import connect, register_search_attributes
from runtime.dev_server import TIME_SKIPPING, dev_server
from runtime.providers import Providers, texts_of
from runtime.settings import Settings
from runtime.workers import QUEUES, working
from tests.morning_zone import morning_zone
from tests.own_namespace import in_a_namespace
from tests.patience import PATIENCE, looks
from workflows.case.input import CaseInput
from workflows.case.issue_case import IssueCase
from workflows.enrollment.input import EnrollmentInput
from workflows.enrollment.seller_enrollment import SellerEnrollment
from workflows.shared.search_attributes import at_start

RING_SECONDS = 0.05
EVERYONE: dict[str, Any] = {"coverage": "everyone"}
HOUR = timedelta(hours=1)
BENCH: dict[str, Any] = {"least_window": timedelta(seconds=1)}
"""Settings of a worker of tests: a case's 72 hours may be seconds."""
_sellers = itertools.count(1)

View = TypeVar("View")


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
class Running(Generic[View]):
    """A case or an enrollment on the server."""

    handle: WorkflowHandle[Any, Any]
    skipper: TimeSkipper

    async def view(self) -> View:
        """As it stands."""
        raise NotImplementedError

    async def tell(self, update: Any, event: Any, **options: Any) -> View:
        """Send an update, and return the view afterwards."""
        await asyncio.wait_for(self.handle.execute_update(update, event, **options), PATIENCE)
        return await self.view()

    async def play(self, time: timedelta) -> None:
        """Let time pass on its clock."""
        await self.skipper.fast_forward(self.handle, time)

    async def when(self, holds: Callable[[View], object], within: float = PATIENCE) -> View:
        """The view once `holds` is true of it; real time, in seconds."""
        asked_at = None
        async with asyncio.timeout(within):
            async for _ in looks():
                now = (await self.handle.describe()).raw_description.workflow_execution_info
                # It is asked only if something has happened to it, since a worker replays it then.
                if asked_at != (asked_at := (now.execution.run_id, now.history_length)):
                    view = await self.view()
                if holds(view):
                    await self._written_down()
                    return view
        raise AssertionError

    async def _written_down(self) -> None:
        """Wait until no workflow task is due: a query can be ahead of the one that brings it there.

        An update that comes before that task has ended meets what was before it.
        """
        async with asyncio.timeout(PATIENCE):
            async for _ in looks():
                if not (await self.handle.describe()).raw_description.pending_workflow_task.attempt:
                    return

    async def events(self) -> list[str]:
        """The history's events by type, skips of time left out."""
        history = await self.handle.fetch_history()
        names = [event.WhichOneof("attributes") or "" for event in history.events]
        return [n for n in names if "time_skipping" not in n and "options_updated" not in n]

    async def pending(self, holds: Callable[[Any], object], within: float = PATIENCE) -> None:
        """Wait until `holds` is true of the activities that have not ended."""
        async with asyncio.timeout(within):
            async for _ in looks():
                if holds((await self.handle.describe()).raw_description.pending_activities):
                    return

    async def failing(self) -> None:
        """Wait until an activity has failed, and is to be tried again."""
        await self.pending(lambda found: any(a.HasField("last_failure") for a in found))

    async def idle(self, within: float = PATIENCE) -> None:
        """Wait until every activity has ended."""
        await self.pending(lambda found: not found, within)


class OpenCase(Running[CaseView]):
    """A case on the server."""

    async def view(self) -> CaseView:
        """The case as it stands."""
        return await self.handle.query(IssueCase.case)

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

    async def end(self, within: float = PATIENCE) -> CaseView:
        """The view with which the case ended."""
        view: CaseView = await asyncio.wait_for(self.handle.result(), within)
        return view


class KnownSeller(Running[EnrollmentView]):
    """An enrollment on the server."""

    async def view(self) -> EnrollmentView:
        """The enrollment as it stands."""
        return await self.handle.query(SellerEnrollment.enrollment)

    async def wrote(self) -> list[tuple[str, str]]:
        """The letters sent: about what, and what came of each."""
        timeline = (await self.view()).timeline
        return [
            (e.about or "", e.result or "") for e in timeline if e.what is EnrollmentEventKind.EMAIL
        ]


async def know(
    client: Client, seller_id: str, *ratings: Rating, **changes: str | None
) -> KnownSeller:
    """Tell the programme of a seller and their ratings: a good one for a year, unless given."""
    who = account(seller_id).model_dump() | {"selling_plan": "professional"} | changes
    start: WithStartWorkflowOperation[Any, None] = WithStartWorkflowOperation(
        SellerEnrollment.run,
        EnrollmentInput(account=SellerAccount.model_validate(who)),
        id=enrollment_workflow_id(Store(who["store"]), seller_id),
        task_queue=CASES_QUEUE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
    )
    a_year = Rating(date=datetime.now(UTC).date() - timedelta(days=365), rating=300)
    event = RecordRatings(by="feed", ratings=ratings or (a_year,))
    update = client.execute_update_with_start_workflow(
        SellerEnrollment.record_ratings, event, start_workflow_operation=start
    )
    await asyncio.wait_for(update, PATIENCE)
    return KnownSeller(await start.workflow_handle(), time_skipper(client))


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
        files = (self.folder / "mail" / "new").iterdir()
        found = [parser.parsebytes(f.read_bytes()) for f in files]
        return [m for m in found if isinstance(m, EmailMessage) and to in str(m["To"])]

    async def know(self, seller_id: str, *ratings: Rating, **changes: str | None) -> KnownSeller:
        """As `know`, here."""
        return await know(self.client, seller_id, *ratings, **changes)

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
        count = next(_sellers)
        # A number of its own: calls to one number wait for each other.
        number = {"emergency_phone": f"+1206{2_000_010 + 100 * count}"}
        who = account(seller_id or f"SELLER{count}", **(number | changes))
        handle = await self.client.start_workflow(
            IssueCase.run,
            CaseInput(account=who, issues=issues, policy=EVERYONE | (rules or {})),
            id=case_workflow_id(who.store, who.seller_id),
            task_queue=CASES_QUEUE,
            **at_start(who, issues),
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
    mail: Mail | None = None,
    accounts: AccountService | None = None,
    programme: Callable[[Client], AppealedProgramme] = Enrollments,
    queues: Iterable[str] = QUEUES,
    page: PageLinks | None = None,
    server: str | None = None,
    receivers: dict[str, Receiver] | None = None,
    replies: ReplyAddresses | None = None,
    unread_mail: Callable[[Client], UnreadMail] | None = None,
    **settings: Any,
) -> AsyncIterator[Engine]:
    """The engine on a server of its own, or in a namespace of its own on the `server` given."""
    async with AsyncExitStack() as stack:
        if server:
            client = await in_a_namespace(await connect(server))
        else:
            own = await stack.enter_async_context(dev_server(folder / "temporal", config=config))
            client = await connect(own.address)
        await register_search_attributes(client)
        chosen = Settings(state=folder, drain_seconds=0.5, **(BENCH | settings))
        providers = Providers(
            telephone=telephone or SimulatedTelephone(folder, ring_seconds, spacing=NO_SPACING),
            phone_lock=TemporalPhoneLock(client),
            call_places=TemporalPhoneLock(client),
            mail=mail or SimulatedMail(folder / "mail"),
            accounts=accounts or SimulatedMarketplace(folder),
            programme=programme(client),
            cases=Cases(client),
            closed_cases=ClosedCases(client),
            webhooks=Webhooks(receivers or {}),
            deliveries=Deliveries(client),
            replies=replies,
            unread_mail=unread_mail(client) if unread_mail else None,
            texts=texts_of(chosen),
        )
        await stack.enter_async_context(working(client, chosen, providers, queues, page))
        yield Engine(client, time_skipper(client), providers, folder)
