"""Visits: a signed cookie for their duration, and the proof that a form is ours."""

import hmac
import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from urllib.parse import urlsplit

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from reference.page_links import Expired, Forged, Purpose, Signer, Visitor

_ONE_YEAR = 365 * 24 * 3600
_NEWS_SECONDS = 60


class NoVisit(Exception):
    """The request belongs to no visit, or the visit has ended."""


class NotOurForm(Exception):
    """Another site sent the form, or it was made for another visit."""


@dataclass(frozen=True)
class Visit:
    """A visit that a link opened."""

    visitor: Visitor
    nonce: str

    @property
    def csrf(self) -> str:
        """The token in every form of this visit. No other site knows it."""
        return self.nonce

    def key(self, *about: str) -> str:
        """Return an update's id. The same form with the same content counts once."""
        return "page-" + sha256("\0".join((self.nonce, *about)).encode()).hexdigest()[:32]


class Visits:
    """Opens visits and recognises them."""

    def __init__(
        self, signer: Signer, url: str, link_life: timedelta, session_life: timedelta
    ) -> None:
        self._signer = signer
        self._link_life = link_life
        self._session_life = session_life
        parts = urlsplit(url)
        self._origin = f"{parts.scheme}://{parts.netloc}"
        self.secure = parts.scheme == "https"

    def enter(self, request: Request, response: Response) -> None:
        """Open a visit for a link's token, or continue a visit of the same account.

        Raises:
            Forged, Expired: the token is not valid.
        """
        about = self._signer.read(Purpose.LINK, request.path_params["token"], self._link_life)
        visitor = _visitor(about)
        nonce = secrets.token_urlsafe(18)
        with suppress(NoVisit):
            before = self.of(request)
            if before.visitor.account == visitor.account:
                nonce = before.nonce  # keeps forms in other tabs valid
        value = self._signer.sign(Purpose.SESSION, [visitor.about_id, nonce])
        self.set_cookie(response, "visit", value, int(self._session_life.total_seconds()))

    def named_by(self, token: str) -> Visitor:
        """Return whom a link was for, even if it has expired. It gives no right to act for them.

        Raises:
            Forged: the link is not ours.
        """
        return _visitor(self._signer.read_however_old(Purpose.LINK, token))

    def check_site(self, request: Request) -> None:
        """Check that a form was not sent from another site.

        Our pages set no-referrer, so browsers send the origin `null`. Newer browsers also send
        Sec-Fetch-Site.

        Raises:
            NotOurForm: another site sent the form.
        """
        site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
        if not (site == "same-origin" if site else origin in (None, "null", self._origin)):
            raise NotOurForm

    def of(self, request: Request) -> Visit:
        """Return the visit that a request belongs to.

        Raises:
            NoVisit: it belongs to no visit.
        """
        token = self.cookie(request, "visit") or ""
        try:
            about, nonce = self._signer.read(Purpose.SESSION, token, self._session_life)
            return Visit(_visitor(about), nonce)
        except (Forged, Expired):
            raise NoVisit from None

    def check(self, request: Request, form: FormData, visit: Visit) -> None:
        """Check that a form was sent from our page in this visit.

        Raises:
            NotOurForm: it was not.
        """
        self.check_site(request)
        proof = str(form.get("csrf", ""))
        if not hmac.compare_digest(proof.encode(), visit.csrf.encode()):
            raise NotOurForm

    # --- cookies --------------------------------------------------------------------------

    def cookie(self, request: Request, name: str) -> str | None:
        """Return one of our cookies."""
        return request.cookies.get(self._name(name))

    def set_cookie(self, response: Response, name: str, value: str, seconds: int) -> None:
        """Set one of our cookies. With TLS no other host or plain connection can set it."""
        response.set_cookie(
            self._name(name),
            value,
            max_age=seconds,
            path="/",
            secure=self.secure,
            httponly=True,
            samesite="lax",
        )

    def set_language(self, response: Response, tag: str) -> None:
        """Remember the chosen language."""
        self.set_cookie(response, "language", tag, _ONE_YEAR)

    def set_news(self, response: Response, news: str) -> None:
        """Remember what was done, so that the next page confirms it."""
        self.set_cookie(response, "news", news, _NEWS_SECONDS)

    def forget(self, response: Response, name: str) -> None:
        """Delete one of our cookies."""
        response.delete_cookie(
            self._name(name), path="/", secure=self.secure, httponly=True, samesite="lax"
        )

    def _name(self, name: str) -> str:
        return f"__Host-case72-{name}" if self.secure else f"case72-{name}"


def _visitor(about: object) -> Visitor:
    try:
        return Visitor.of(str(about))
    except ValueError:  # the token is ours, but does not name an account
        raise Forged from None
