"""Signing in at the provider, coming back, and signing out (docs/desk.md)."""

from dataclasses import asdict
from datetime import timedelta
from hmac import compare_digest

import structlog
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from desk.identity import Attempt, IdentityProvider, ProviderRefuses
from desk.responses import Responses, path_after
from desk.sealed import Broken, Purpose, Sealer
from desk.sessions import Session, Sessions
from web.addresses import network_asking
from web.cookies import Cookies
from web.limits import Limit

log = structlog.get_logger("desk")

_ATTEMPT_LASTS = timedelta(minutes=10)


class NotBegunHere(Exception):
    """A browser comes back from a sign-in that it did not begin, or began long ago."""


class SignIn:
    """The handlers of signing in and out."""

    def __init__(
        self,
        provider: IdentityProvider,
        sessions: Sessions,
        sealer: Sealer,
        cookies: Cookies,
        responses: Responses,
    ) -> None:
        self._provider, self._sessions = provider, sessions
        self._sealer, self._cookies, self._responses = sealer, cookies, responses
        self._tries = Limit(120, 60)

    async def begin(self, request: Request) -> Response:
        """Send the browser to the provider."""
        self._tries.take(network_asking(request))
        attempt = Attempt(path_after(request.query_params.get("next")))
        response = RedirectResponse(await self._provider.sign_in_address(attempt), 303)
        sealed = self._sealer.seal(Purpose.SIGN_IN, asdict(attempt))
        seconds = int(_ATTEMPT_LASTS.total_seconds())
        self._cookies.set(response, _cookie(attempt.state), sealed, seconds)
        return response

    async def come_back(self, request: Request) -> Response:
        """Begin the session of who has signed in at the provider.

        Raises:
            NotBegunHere: see there. Else somebody could be signed in as another by a link.
            NoRole: none of their groups has a role.
            ProviderRefuses, ProviderAway: the provider vouches for nobody.
        """
        self._tries.take(network_asking(request))
        given = request.query_params
        attempt = self._attempt(request, given.get("state", ""))
        if "code" not in given:
            raise ProviderRefuses("the provider did not sign in")
        identity = await self._provider.identify(attempt, given["code"], given.get("iss"))
        response = RedirectResponse(attempt.next, 303)
        session = self._sessions.begin(request, response, identity)
        self._cookies.forget(response, _cookie(attempt.state))
        person = session.person
        log.info("signed in", who=person.name, subject=person.subject, role=person.role)
        return response

    async def sign_out(self, request: Request, session: Session) -> Response:
        """End the session, and lead to where the session at the provider ends.

        A page leads there, since browsers let no form end at another site (form-action).
        """
        address = await self._sessions.end(session)
        log.info("signed out", who=session.person.name, subject=session.person.subject)
        request.state.session = None
        response = self._responses.page(request, "signed_out.html", provider=address)
        self._sessions.forget(response)
        return response

    async def signed_out(self, request: Request) -> Response:
        """Say that nobody is signed in any more."""
        return self._responses.page(request, "signed_out.html", provider=None)

    def _attempt(self, request: Request, state: str) -> Attempt:
        sealed = self._cookies.get(request, _cookie(state)) or ""
        try:
            attempt = Attempt(**self._sealer.open(Purpose.SIGN_IN, sealed, _ATTEMPT_LASTS))
        except Broken:
            raise NotBegunHere from None
        if not compare_digest(attempt.state.encode(), state.encode()):
            raise NotBegunHere
        return attempt


def _cookie(state: str) -> str:
    """Name the cookie of an attempt. Each has its own, since several tabs may sign in at once."""
    return f"desk-sign-in-{state[:8]}"
