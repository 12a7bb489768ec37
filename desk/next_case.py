"""Which case somebody looks at next: what waits longest for their role, and nobody else has."""

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from temporalio.client import Client

from desk.lists import MOST
from desk.responses import HOME
from desk.roles import Action, Person
from desk.sessions import Session
from domain.shared.people import is_same_person
from temporal_client.desk_queues import Queue, cases_of_queue

_QUEUES = {
    Queue.CONFIRMATION: Action.CONFIRM,
    Queue.DECISION: Action.DECIDE,
    Queue.REVIEW: Action.REVIEW,
    Queue.CONVERSATION: Action.RECORD_CONVERSATION,
    Queue.NUMBER: Action.CHANGE_CONTACT,
    Queue.ADDRESS: Action.CHANGE_CONTACT,
}
"""The queues, the most urgent first, with what one must be able to do in them."""


class NextCase:
    """Leads to the next case."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def lead_there(self, request: Request, session: Session) -> Response:
        """Lead to the next case after that in the query; to the lists if there is none."""
        after = request.query_params.get("after")
        case = await self._next(session.person, after)
        return RedirectResponse(f"/desk/case/{case}" if case else HOME, 303)

    async def _next(self, person: Person, after: str | None) -> str | None:
        now = datetime.now(UTC)
        for queue, action in _QUEUES.items():
            if not person.may(action):
                continue
            cases = await cases_of_queue(self._client, queue, MOST)
            at = next((n for n, one in enumerate(cases) if one.case == after), -1)
            # Those after the present one come first, so that pressing again leads further.
            for one in (*cases[at + 1 :], *cases[: max(at, 0)]):
                held = one.assigned_until is not None and now < one.assigned_until
                if not held or is_same_person(person.name, one.assignee):
                    return one.case
        return None
