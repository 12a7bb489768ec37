"""The queries and updates that the page sends to a seller's workflows."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from temporalio.client import Client

from domain.appeal.events import AddInformation, Appeal
from domain.appeal.status import OPEN as OPEN_APPEAL
from domain.appeal.view import AppealView
from domain.case.status import OPEN
from domain.case.view import CaseView
from domain.enrollment.events import EnterCode
from domain.enrollment.view import StandingView
from domain.shared.events import Event, SendLink
from reference.page_links import Visitor
from temporal_client.failures import NoAnswer, NotThere, TemporalFailure, UpdateRefused
from temporal_client.names import (
    AnyName,
    Name,
    View,
    appeal_name,
    case_name,
    case_name_of_id,
    enrollment_name,
    standing_name,
)
from temporal_client.workflows import Workflows

ANSWERS_WITHIN = timedelta(seconds=4)
"""How long a seller waits for Temporal or a worker, including the SDK's retries."""


@dataclass(frozen=True)
class Found:
    """A seller's case, open or closed, and enrollment, as far as they exist."""

    case: CaseView | None
    standing: StandingView | None
    standing_unknown: bool
    """Whether the enrollment did not answer, so that nobody knows if there is one."""
    appeal: AppealView | None = None
    """The appeal of a deactivated account."""


class SellerWorkflows:
    """The case, the enrollment and the appeal of a visitor.

    Every method raises a `TemporalFailure` if it fails.
    """

    def __init__(self, client: Client) -> None:
        self._workflows = Workflows(client, ANSWERS_WITHIN)

    async def find(self, visitor: Visitor) -> Found:
        """Query both workflows at once.

        Raises:
            TemporalFailure: the case does not answer. That must not look like no case.
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
        # Only a deactivated account can have an appeal, so no other page waits for the question.
        appeal = None
        if standing is not None and standing.deactivated:
            appeal = await self._view(appeal_name(store, seller_id))
        return Found(case, standing, standing_unknown=False, appeal=appeal)

    async def stamp(self, visitor: Visitor) -> str:
        """Return a text that changes with everything that happens to the visitor's workflows.

        Temporal's server knows it: no worker is asked, and Temporal Cloud bills no action.
        """
        store, seller_id = visitor.store, visitor.seller_id
        names: tuple[AnyName, ...] = (
            case_name(store, seller_id),
            standing_name(store, seller_id),
            appeal_name(store, seller_id),
        )
        return " ".join(await asyncio.gather(*map(self._stamp, names)))

    async def _stamp(self, name: AnyName) -> str:
        try:
            described = await self._workflows.describe(name)
        except NotThere:
            return "none"
        return f"{described.run_id}/{described.history_length}"

    async def tell_case(
        self, case_id: str, update: str, event: Event, key: str | None = None
    ) -> None:
        """Send an update to the case with this own id. Updates with the same key count once."""
        await self._workflows.execute_update(case_name_of_id(case_id), update, event, key)

    async def tell_enrollment(
        self, visitor: Visitor, update: str, event: Event, key: str | None = None
    ) -> None:
        """Send an update to the enrollment. Updates with the same key count once."""
        name = enrollment_name(visitor.store, visitor.seller_id)
        await self._workflows.execute_update(name, update, event, key)

    async def enter_code(self, visitor: Visitor, event: EnterCode) -> StandingView:
        """Send a code that was typed, and return how the enrollment stands afterwards.

        Raises:
            TemporalFailure: it may have been taken.
        """
        await self.tell_enrollment(visitor, "enter_code", event)
        name = standing_name(visitor.store, visitor.seller_id)
        try:
            return await self._workflows.view(name)
        except TemporalFailure as failure:
            raise failure.about(name, of_update=True) from None

    async def tell_appeal(self, visitor: Visitor, event: Appeal | AddInformation, key: str) -> None:
        """Appeal, or add something to an appeal. Updates with the same key count once."""
        name = appeal_name(visitor.store, visitor.seller_id)
        if isinstance(event, Appeal):
            await self._workflows.execute_update_with_start(name, "appeal", event, key)
        else:
            await self._workflows.execute_update(name, "add_information", event, key)

    async def appeal_has(self, visitor: Visitor, event: Appeal | AddInformation) -> bool:
        """Tell whether the appeal is known to have taken this."""
        try:
            view = await self._view(appeal_name(visitor.store, visitor.seller_id))
        except TemporalFailure:
            return False
        if view is None or not view.submissions:
            return False
        newest = view.submissions[-1]
        if isinstance(event, Appeal):
            # An answered appeal in the same words is an earlier one.
            return view.status in OPEN_APPEAL and newest.said == event
        # What was added before our question is no answer to it.
        asked_at = newest.question.at if newest.question else newest.at
        return any(a.said == event and a.at >= asked_at for a in newest.information)

    async def send_link(self, visitor: Visitor) -> None:
        """Have a fresh link e-mailed to the address on file. Ignore a refusal.

        The visitor is not told whether a link was sent, since an old link proves nothing.
        """
        event = SendLink(by="page")
        found = await self.find(visitor)
        with suppress(NotThere, UpdateRefused):
            if found.case is not None and found.case.status in OPEN:
                await self.tell_case(found.case.id, "send_link", event)
            else:
                await self.tell_enrollment(visitor, "send_link", event)

    async def ready(self) -> bool:
        """Tell whether Temporal answers."""
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
