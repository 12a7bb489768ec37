"""Sessions: who is signed in, for how long, and whether the provider still says so.

A session is in a sealed cookie, so that any number of copies of the desk serve it, and a restart
ends none. A copy remembers of the sessions that it has served the newest state, since a browser
sends several requests at once, and a refresh token may be good for one use only. It also remembers
which have ended. docs/desk.md says what holds where there are several copies.
"""

import asyncio
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from weakref import WeakValueDictionary

import structlog
from pydantic import TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from desk.identity import Identity, IdentityProvider, ProviderAway, ProviderRefuses, Token
from desk.roles import Person
from desk.sealed import Broken, Purpose, Sealer
from runtime.desk_settings import DeskSettings
from web.cookies import Cookies

log = structlog.get_logger("desk")

CHECKED_EACH_SECONDS = 240
"""How often the provider is asked whether somebody still is who they were."""
GOOD_FOR_SECONDS = 300
"""How long after the last check a session goes on while the provider is away."""
_ASKED_AGAIN_AFTER_SECONDS = 10
"""How long a provider that is away is not asked again about a session. Each request would wait."""
_SEEN_EACH_SECONDS = 60
_REMEMBERS = 10_000
"""How many sessions a copy remembers. The one unused for longest is forgotten first."""
_LONGEST_COOKIE = 4000
"""In bytes. Browsers drop a longer cookie without a word."""
_COOKIE = "desk"


class NotSignedIn(Exception):
    """The request belongs to no session, or the session has ended."""


class NoRole(Exception):
    """The provider knows the person, but none of their groups has a role here."""


@dataclass(frozen=True)
class Session:
    """Somebody's session. Moments are in seconds since 1970."""

    id: str
    person: Person
    began: float
    checked: float
    """When the provider last confirmed it."""
    asked: float
    """When the provider was last asked, whether or not it answered."""
    seen: float
    """When its person last did something."""
    browser: str
    """A hash of what the browser calls itself. A copied cookie is of no use in another kind."""
    token: Token

    @property
    def csrf(self) -> str:
        """The token in every form of this session. No other site knows it."""
        return self.id


_SESSION = TypeAdapter(Session)


class Sessions:
    """Begins sessions, recognises them, and ends them."""

    def __init__(
        self,
        provider: IdentityProvider,
        settings: DeskSettings,
        sealer: Sealer,
        cookies: Cookies,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._provider, self._settings = provider, settings
        self._sealer, self._cookies, self._clock = sealer, cookies, clock
        self._life = settings.session_life.total_seconds()
        self._idle = settings.idle_life.total_seconds()
        self._newest: OrderedDict[str, Session | None] = OrderedDict()
        """By id; None if the session has ended."""
        self._checks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def begin(self, request: Request, response: Response, identity: Identity) -> Session:
        """Begin a session of somebody who has just signed in. Its id is always a new one.

        Raises:
            NoRole: they have no role here.
        """
        now = self._clock()
        session = Session(
            id=secrets.token_urlsafe(18),
            person=self._person(identity),
            began=now,
            checked=now,
            asked=now,
            seen=now,
            browser=_browser(request),
            token=identity.token,
        )
        self._keep(response, session)
        return session

    async def of(self, request: Request, *, check: bool = True) -> Session:
        """Return the session that a request belongs to, confirmed by the provider of late.

        Without `check` it counts however long ago it was confirmed.

        Raises:
            NotSignedIn: it belongs to none, or the session has ended.
            NoRole: the person's role was taken away at the provider.
            ProviderAway: the last check is too old, and the provider does not answer.
        """
        session = self._of_cookie(request)
        if check and self._clock() - session.checked >= CHECKED_EACH_SECONDS:
            session = await self._checked(session)
        if is_from_a_person(request) and self._clock() - session.seen >= _SEEN_EACH_SECONDS:
            session = replace(session, seen=self._clock())
            self._remember(session.id, session)
        return session

    def keep(self, request: Request, response: Response) -> None:
        """Have the browser keep what has changed in its session since the request."""
        session: Session | None = getattr(request.state, "session", None)
        newest = self._newest.get(session.id, session) if session else None
        if newest is not None and newest != self._in_cookie(request):
            self._keep(response, newest)

    def forget(self, response: Response) -> None:
        """Have the browser forget its session."""
        self._cookies.forget(response, _COOKIE)

    async def end(self, session: Session) -> str | None:
        """End a session, so that no copy of its cookie opens it again.

        Return where a browser goes to sign out at the provider too, if any. What the provider
        forgets ends the session in other copies of the desk.
        """
        self._remember(session.id, None)
        try:
            return await self._provider.end(session.token)
        except (ProviderAway, ProviderRefuses) as error:
            log.warning("signed out here only, since the provider is away", why=str(error))
            return None

    # --- the provider's word ------------------------------------------------------------------

    async def _checked(self, session: Session) -> Session:
        """Ask the provider again. Requests of a session that come meanwhile wait for the answer."""
        lock = self._checks.setdefault(session.id, asyncio.Lock())
        async with lock:
            session = self._newest_of(session)
            now = self._clock()
            if now - session.checked < CHECKED_EACH_SECONDS:
                return session
            try:
                identity = await self._asked_again(session, now)
                person = self._person(identity)
            except ProviderAway:
                if now - session.checked < GOOD_FOR_SECONDS:
                    return self._newest_of(session)
                raise
            except (ProviderRefuses, NoRole) as error:
                self._remember(session.id, None)
                log.info("session ended by the provider", why=str(error) or "no role")
                if isinstance(error, NoRole):
                    raise
                raise NotSignedIn from None
            self._newest_of(session)  # it may have been signed out meanwhile
            session = replace(session, person=person, checked=now, asked=now, token=identity.token)
            self._remember(session.id, session)
            return session

    async def _asked_again(self, session: Session, now: float) -> Identity:
        if now - session.asked < _ASKED_AGAIN_AFTER_SECONDS:
            raise ProviderAway("it did not answer just now")
        self._remember(session.id, replace(session, asked=now))
        try:
            return await self._provider.check(session.person.subject, session.token)
        except ProviderAway as error:
            log.warning("the provider of sign-in is away", why=str(error))
            raise

    def _person(self, identity: Identity) -> Person:
        role = self._settings.role_of(identity.groups)
        if role is None:
            log.warning("no role", who=identity.name, subject=identity.subject)
            raise NoRole
        return Person(identity.subject, identity.name, role)

    # --- the cookie ---------------------------------------------------------------------------

    def _of_cookie(self, request: Request) -> Session:
        session = self._in_cookie(request)
        if session is None or session.browser != _browser(request):
            raise NotSignedIn
        session, now = self._newest_of(session), self._clock()
        if now - session.began >= self._life or now - session.seen >= self._idle:
            raise NotSignedIn
        return session

    def _in_cookie(self, request: Request) -> Session | None:
        sealed = self._cookies.get(request, _COOKIE)
        if sealed is None:
            return None
        try:
            kept = self._sealer.open(Purpose.SESSION, sealed, self._settings.session_life)
            return _SESSION.validate_python(kept)
        except (Broken, ValidationError):  # the latter if another version of ours made it
            return None

    def _keep(self, response: Response, session: Session) -> None:
        self._remember(session.id, session)
        sealed = self._sealer.seal(Purpose.SESSION, _SESSION.dump_python(session, mode="json"))
        if len(sealed) > _LONGEST_COOKIE:
            raise ProviderAway(f"its token makes a cookie of {len(sealed)} bytes")
        left = session.began + self._life - self._clock()
        self._cookies.set(response, _COOKIE, sealed, max(0, int(left)))

    def _newest_of(self, session: Session) -> Session:
        """Return what this copy knows of a session, if that is newer than the cookie.

        Raises:
            NotSignedIn: this copy knows that it has ended.
        """
        known = self._newest.get(session.id, session)
        if known is None:
            raise NotSignedIn
        return max(known, session, key=lambda one: (one.checked, one.asked, one.seen))

    def _remember(self, session_id: str, session: Session | None) -> None:
        self._newest[session_id] = session
        self._newest.move_to_end(session_id)
        if len(self._newest) > _REMEMBERS:
            self._newest.popitem(last=False)


def is_from_a_person(request: Request) -> bool:
    """Return whether somebody did something, other than leave a page open that reloads a part."""
    is_part = "hx-request" in request.headers and "hx-boosted" not in request.headers
    return request.method == "POST" or not is_part


def _browser(request: Request) -> str:
    return sha256(request.headers.get("user-agent", "").encode()).hexdigest()[:16]
