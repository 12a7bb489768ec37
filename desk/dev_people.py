"""Four people to sign in as with one click, for `make dev` only.

They stand in for the OpenID provider and for nothing else: sessions, roles and forms are those of
the real desk. No setting turns them on. worker.py hands them to the desk where `--dev` is given.
"""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from desk.identity import Attempt, Identity, ProviderRefuses, Token
from desk.openid import RETURNS_TO
from desk.responses import Responses
from desk.roles import Role
from runtime.web_address import is_this_machine

PEOPLE = {
    Role.SPECIALIST: "specialist.chen",
    Role.REVIEWER: "reviewer.okafor",
    Role.LEAD: "lead.ortiz",
    Role.OBSERVER: "observer.lindqvist",
}
"""Who there is to sign in as. Each has one group, of the role's name (runtime/desk_settings.py)."""
_CHOOSE = "/dev-people"


class DevPeople:
    """The four people. See `IdentityProvider`."""

    def __init__(self, origin: str) -> None:
        """Set up the people for a desk at `origin`.

        Raises:
            ValueError: the desk is not on this machine.
        """
        if not is_this_machine(origin):
            raise ValueError("nobody signs in by one click but on their own machine")

    async def sign_in_address(self, attempt: Attempt) -> str:
        """Return where a browser chooses whom to sign in as."""
        return f"/desk{_CHOOSE}?state={attempt.state}"

    async def identify(self, attempt: Attempt, code: str, issuer: str | None) -> Identity:
        """Return who was chosen."""
        return _identity(code)

    async def check(self, subject: str, token: Token) -> Identity:
        """Return the same person. Nobody takes a role away from them."""
        return _identity(subject)

    async def end(self, token: Token) -> str | None:
        """Do nothing: there is no other place to sign out at."""
        return None


def dev_routes(responses: Responses) -> list[Route]:
    """Return the page that offers the four people."""

    async def choose(request: Request) -> Response:
        state = request.query_params.get("state", "")
        return responses.page(
            request, "dev_people.html", people=PEOPLE, state=state, returns_to=RETURNS_TO
        )

    return [Route(_CHOOSE, choose)]


def _identity(role: str) -> Identity:
    if role not in list(Role):
        raise ProviderRefuses("nobody of that name")
    return Identity(role, PEOPLE[Role(role)], frozenset({role}), Token("access_token", ""))
