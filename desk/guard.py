"""The guard of every route that needs a session: who asks, may they, is the form ours.

No handler of the desk runs without it, but for signing in and out.
"""

from collections.abc import Awaitable, Callable

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from desk.audit import audit, outcome_of
from desk.roles import Action, MayNot, require
from desk.sessions import Session, Sessions
from reference.page_links import Visitor
from temporal_client.failures import TemporalFailure
from web.forms import NotOurForm, check_proof, check_site, read_form
from web.limits import Limit

Handler = Callable[[Request, Session], Awaitable[Response]]

_NOT_TYPED = frozenset(
    {
        *("csrf", "case", "run", "seen", "version", "holder", "held_by"),
        *("entry", "bulk", "list", "key", "sure"),
    }
)
"""The fields of our forms that nobody typed."""


class Guard:
    """Lets a request through to its handler."""

    def __init__(self, sessions: Sessions, origin: str) -> None:
        self._sessions, self._origin = sessions, origin
        self._requests = Limit(600, 60)

    async def let_through(
        self, request: Request, action: Action, handler: Handler, *, check: bool = True
    ) -> Response:
        """Answer a request, if its person may do `action`. Log what they read or did.

        Without `check` the provider of sign-in is not asked about them.

        Raises:
            NotSignedIn, NoRole, ProviderAway: see `Sessions.of`.
            NotOurForm, HTTPException: the form is not from a page of this session.
            MayNot: the person's role does not include the action.
            TooOften: more requests come than a person would send.
        """
        form = await self._form(request) if request.method == "POST" else None
        session = await self._sessions.of(request, check=check)
        request.state.session = session
        self._requests.take(session.person.subject)
        status = 500
        try:
            require(session.person, action)
            if form is not None:
                check_proof(form, session.csrf)
            response = await handler(request, session)
            status = response.status_code
        except (MayNot, NotOurForm, HTTPException, TemporalFailure) as error:
            status = _status_of(error)
            raise
        finally:
            cases: list[str | None] = [*_cases(request, form or FormData())]
            if action is not Action.READ:
                cases = cases or [None]
            # 204: a page asked whether anything is new, and was shown nothing.
            for case_id in cases if status != 204 else ():
                audit(session.person, action, case_id, status, outcome_of(request, status))
        self._sessions.keep(request, response)
        return response

    async def _form(self, request: Request) -> FormData:
        """Return the posted form, which our own site sent. An error page shows again what it says.

        Raises:
            NotOurForm, HTTPException: see `let_through`.
        """
        check_site(request, self._origin)
        form = await read_form(request)
        texts = [value for name, value in form.multi_items() if name not in _NOT_TYPED]
        request.state.typed = [text for text in texts if isinstance(text, str) and text.strip()]
        return form


class Guarded(Route):
    """A route that the guard stands before. It names what one does by it."""

    def __init__(
        self,
        path: str,
        guard: Guard,
        action: Action,
        handler: Handler,
        *,
        posts: bool = False,
        check: bool = True,
    ) -> None:
        """Make the route.

        Args:
            path: under /desk. `{store}` and `{seller_id}` in it say which case the log names; a
                form says it by its fields `case`.
            guard: the application's.
            action: what the person's role must include.
            handler: what answers. It can rely on the session, on the role, and with `posts` on the
                form, which `await request.form()` returns.
            posts: whether it takes forms (POST) instead of showing something (GET).
            check: whether a session must have been confirmed by the provider of late.
        """
        self.guard, self.action = guard, action

        async def endpoint(request: Request) -> Response:
            return await guard.let_through(request, action, handler, check=check)

        super().__init__(path, endpoint, methods=["POST" if posts else "GET"])


def _cases(request: Request, form: FormData) -> list[str]:
    """Return the ids of the cases, or of the appeal, that a request is about."""
    of_path = request.path_params
    named = [str(value) for value in form.getlist("case")]
    if "store" in of_path and "seller_id" in of_path:
        kind = "appeal" if "/appeal/" in request.url.path else "case"
        named.append(f"{kind}/{of_path['store']}/{of_path['seller_id']}")
    return [own_id for own_id in named if _is_named(own_id)]


def _is_named(text: str) -> bool:
    try:
        return Visitor.of(text).about_id.startswith(("case/", "appeal/"))
    except ValueError:
        return False


def _status_of(error: Exception) -> int:
    if isinstance(error, HTTPException):
        return error.status_code
    return 503 if isinstance(error, TemporalFailure) else 403
