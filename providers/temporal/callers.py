"""Who calls our number: the open cases of the caller's number (docs/rules.md, section 4)."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

from temporalio.client import Client

from domain.case.events import ContactChannel, ReportContact
from domain.case.view import CaseView
from providers.protocols import ProviderFailed
from temporal_client.cases_of_number import open_cases_of
from temporal_client.failures import NotThere, TemporalFailure, UpdateRefused
from temporal_client.in_parallel import each
from temporal_client.names import case_name_of_id
from temporal_client.workflows import Workflows

_CONTACT = ReportContact(
    by="telephone",
    channel=ContactChannel.PHONE,
    note="Called the number we call from, and spoke with the desk. Recognised by the number only.",
)
_RECOGNISES_WITHIN = timedelta(seconds=4)
"""The caller waits, and Twilio gives up after 15 s."""
_DATES_ARE_ROUNDED = timedelta(seconds=2)


class Callers:
    """Recognises callers by their number, and records that they spoke with the desk."""

    def __init__(self, client: Client) -> None:
        self._workflows = Workflows(client)

    async def language(self, phone: str) -> str | None:
        """Return the language of the number's first open case; None if it has no open case.

        Raises:
            ProviderFailed: nobody can say, since Temporal or a worker does not answer.
        """
        try:
            async with asyncio.timeout(_RECOGNISES_WITHIN.total_seconds()):
                found = await open_cases_of(self._workflows, phone)
        except (TemporalFailure, TimeoutError) as failure:
            raise ProviderFailed(f"not recognised: {type(failure).__name__}") from None
        if found.views:
            return found.views[0].account.language
        if found.unread:
            raise ProviderFailed(f"not recognised: {type(found.unread[0]).__name__}")
        return None

    async def spoke(self, phone: str, since: datetime, call: str) -> int:
        """Record a contact for each case of the number that was open. Return how many took it.

        A case that has closed, or that refuses, takes none.

        Args:
            phone: the caller's number.
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
                await self._workflows.execute_update(name, "report_contact", _CONTACT, key)
            except (NotThere, UpdateRefused):
                return False
            except TemporalFailure:
                return None
            return True

        try:
            found = await open_cases_of(self._workflows, phone)
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
