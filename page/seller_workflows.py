"""A seller's two workflows: what the page shows of them, and tells them."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from temporalio.client import Client

from domain.case.events import Event, SendLink
from domain.case.status import OPEN
from domain.case.view import CaseView
from domain.enrollment.view import StandingView
from reference.page_links import Visitor
from temporal_client.failures import NoAnswer, NotThere, TemporalFailure, UpdateRefused
from temporal_client.names import (
    CASE,
    CaseName,
    Name,
    View,
    case_name,
    enrollment_name,
    standing_name,
)
from temporal_client.workflows import Workflows

ANSWERS_WITHIN = timedelta(seconds=4)
"""How long a seller waits for Temporal or a worker, the SDK's repetitions included."""


@dataclass(frozen=True)
class Found:
    """What there is of a seller: a case, open or closed, and where they stand."""

    case: CaseView | None
    standing: StandingView | None
    standing_unknown: bool
    """There may be an enrollment, which does not answer."""


class SellerWorkflows:
    """The case and the enrollment of whoever visits the page.

    Every method raises a `TemporalFailure` where nothing comes of it.
    """

    def __init__(self, client: Client) -> None:
        self._workflows = Workflows(client, ANSWERS_WITHIN)

    async def find(self, visitor: Visitor) -> Found:
        """One query of each workflow, at once.

        Raises:
            TemporalFailure: the case, which is never to be taken for none, does not answer.
        """
        store, seller_id = visitor.store, visitor.seller_id
        of_case = self._view(case_name(store, seller_id))
        of_standing = self._view(standing_name(store, seller_id))
        case, standing = await asyncio.gather(of_case, of_standing, return_exceptions=True)
        if isinstance(case, BaseException):
            raise case
        if isinstance(standing, TemporalFailure) and case is not None:
            return Found(case, None, standing_unknown=True)
        if isinstance(standing, BaseException):
            raise standing
        return Found(case, standing, standing_unknown=False)

    async def tell_case(
        self, case_id: str, update: str, event: Event, key: str | None = None
    ) -> None:
        """Send an update to the case of this own id, and no other; the same key counts once."""
        workflow_id, _, run_id = case_id.rpartition("/")
        await self._workflows.execute_update(
            CaseName(CASE, workflow_id, run_id), update, event, key
        )

    async def tell_enrollment(self, visitor: Visitor, update: str, event: Event) -> None:
        """Send an update to the enrollment."""
        name = enrollment_name(visitor.store, visitor.seller_id)
        await self._workflows.execute_update(name, update, event)

    async def send_link(self, visitor: Visitor) -> None:
        """Have a fresh link e-mailed to the address on file, if there is one, and not too often.

        Which of these it was nobody is told: whoever asks has nothing but an old link.
        """
        event = SendLink(by="page")
        found = await self.find(visitor)
        with suppress(NotThere, UpdateRefused):
            if found.case is not None and found.case.status in OPEN:
                await self.tell_case(found.case.id, "send_link", event)
            else:
                await self.tell_enrollment(visitor, "send_link", event)

    async def ready(self) -> bool:
        """Whether Temporal answers."""
        return await self._workflows.is_up()

    async def _view(self, name: Name[View]) -> View | None:
        """Return the view, or None if there is no workflow or it broke off."""
        try:
            async with asyncio.timeout(ANSWERS_WITHIN.total_seconds()):
                return await self._workflows.view(name)
        except NotThere:
            return None
        except TimeoutError:
            raise NoAnswer("no answer in time") from None
