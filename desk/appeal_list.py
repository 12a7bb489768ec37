"""The list of the appeals that wait for the desk."""

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response
from temporalio.client import Client

from desk.appeal_words import REASONS
from desk.lists import MOST, PAGE, ListWish
from desk.responses import Responses
from desk.rows import span
from desk.sessions import Session
from domain.shared.account import Store
from temporal_client.found_appeals import count_waiting, waiting_appeals


class AppealList:
    """The handler of the list."""

    def __init__(self, client: Client, responses: Responses) -> None:
        self._client, self._responses = client, responses

    async def show(self, request: Request, _: Session) -> Response:
        """Show the appeals that wait for the desk: what is due first, first; and how many wait."""
        wish, now = ListWish.of(request.query_params), datetime.now(UTC)
        found = await waiting_appeals(self._client, wish.shown, wish.store)
        reader = self._responses.reader(request)
        rows = [
            (one, span(reader, one.deadline - now) if one.deadline and one.deadline > now else None)
            for one in found
        ]
        return self._responses.page(
            request,
            "appeals.html",
            rows=rows,
            count=max(len(rows), await count_waiting(self._client, wish.store)),
            wish=wish,
            stores=list(Store),
            most=MOST,
            page=PAGE,
            reasons=REASONS,
        )
