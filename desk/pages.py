"""The handlers of the desk's routes. The guard has let each request through (desk/guard.py)."""

from starlette.requests import Request
from starlette.responses import Response
from temporalio.client import Client

from desk.responses import Responses
from desk.sessions import Session


class Pages:
    """The handlers, one for each route."""

    def __init__(self, client: Client, responses: Responses) -> None:
        self._client, self._responses = client, responses

    async def home(self, request: Request, _: Session) -> Response:
        """Show who is signed in."""
        return self._responses.page(request, "home.html")
