"""Who calls our number: the open cases of the caller's number (docs/rules.md, section 4)."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from temporalio.client import Client

from domain.case.events import ContactChannel, ReportContact
from domain.case.view import CaseView
from providers.protocols import ProviderFailed
from temporal_client.cases_of_number import (
    CasesOfNumber,
    open_cases_of,
    open_cases_of_reference,
)
from temporal_client.failures import NotThere, TemporalFailure, UpdateRefused
from temporal_client.in_parallel import each
from temporal_client.names import case_name_of_id
from temporal_client.workflows import Workflows

_NOTE = "Called the number we call from, and spoke with the desk. Recognised by {}."
_RECOGNISES_WITHIN = timedelta(seconds=4)
"""The caller waits, and Twilio gives up after 15 s."""
_DATES_ARE_ROUNDED = timedelta(seconds=2)


@dataclass(frozen=True)
class Caller:
    """By what a caller is recognised: their number or, if they have typed it, a reference."""

    number: str | None = field(repr=False)
    reference: str | None = None

    async def open_cases(self, workflows: Workflows) -> CasesOfNumber:
        """Find the cases. A reference means one; a number, all that have it."""
        if self.reference is not None:
            return await open_cases_of_reference(workflows, self.reference)
        if self.number is not None:
            return await open_cases_of(workflows, self.number)
        return CasesOfNumber((), ())

    @property
    def contact(self) -> ReportContact:
        """Return what is recorded."""
        by = "the reference they typed" if self.reference else "the number they called from"
        return ReportContact(by="telephone", channel=ContactChannel.PHONE, note=_NOTE.format(by))


class Callers:
    """Recognises callers, and records that they spoke with the desk."""

    def __init__(self, client: Client) -> None:
        self._workflows = Workflows(client)

    async def language(self, caller: Caller) -> str | None:
        """Return the language of the caller's first open case; None if there is no open case.

        Raises:
            ProviderFailed: nobody can say, since Temporal or a worker does not answer.
        """
        try:
            async with asyncio.timeout(_RECOGNISES_WITHIN.total_seconds()):
                found = await caller.open_cases(self._workflows)
        except (TemporalFailure, TimeoutError) as failure:
            raise ProviderFailed(f"not recognised: {type(failure).__name__}") from None
        if found.views:
            return found.views[0].account.language
        if found.unread:
            raise ProviderFailed(f"not recognised: {type(found.unread[0]).__name__}")
        return None

    async def spoke(self, caller: Caller, since: datetime, call: str) -> int:
        """Record a contact for each case of the caller that was open. Return how many took it.

        A case that has closed, or that refuses, takes none.

        Args:
            caller: who called.
            since: when the desk was called. It counts for no case that opened later.
            call: the call's own id. However often the same call is told, it counts once.

        Raises:
            ProviderFailed: some cases did not answer. The others have taken it.
        """
        taken, failed = 0, 0

        async def record(view: CaseView) -> bool | None:
            name = case_name_of_id(view.id)
            key = f"telephone/{call}"
            try:
                await self._workflows.execute_update(name, "report_contact", caller.contact, key)
            except (NotThere, UpdateRefused):
                return False
            except TemporalFailure:
                return None
            return True

        try:
            found = await caller.open_cases(self._workflows)
        except TemporalFailure as failure:
            raise ProviderFailed(f"not recorded: {type(failure).__name__}") from None

        async def open_then() -> AsyncIterator[CaseView]:
            for view in found.views:
                if view.opened_at <= since + _DATES_ARE_ROUNDED:
                    yield view

        async for _, took in each(open_then(), record):
            taken, failed = taken + (took is True), failed + (took is None)
        if failed := failed + len(found.unread):
            raise ProviderFailed(f"not recorded: {failed} cases did not answer")
        return taken
