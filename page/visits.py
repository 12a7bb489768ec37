"""Visits: a signed cookie for their duration, and the proof that a form is ours."""

import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from urllib.parse import urlsplit

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from reference.page_links import Expired, Forged, Purpose, Signer, Visitor
from web.addresses import network_asking
from web.cookies import Cookies
from web.forms import check_proof, check_site

_NEWS_SECONDS = 60


class NoVisit(Exception):
    """The request belongs to no visit, or the visit has ended."""


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

    def asking(self, request: Request) -> str:
        """Return the name under which rate limits count: the account, from one network.

        Somebody else who has the seller's link uses up nothing of the seller's own.
        """
        return f"{self.visitor.account} {network_asking(request)}"


class Visits:
    """Opens visits and recognises them."""

    def __init__(
        self, signer: Signer, url: str, link_life: timedelta, session_life: timedelta
    ) -> None:
        self._signer = signer
        self._link_life = link_life
        self._session_life = session_life
        parts = urlsplit(url)
        self.origin = f"{parts.scheme}://{parts.netloc}"
        self.cookies = Cookies(secure=parts.scheme == "https")

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
        self.cookies.set(response, "visit", value, int(self._session_life.total_seconds()))

    def named_by(self, token: str) -> Visitor:
        """Return whom a link was for, even if it has expired. It gives no right to act for them.

        Raises:
            Forged: the link is not ours.
        """
        return _visitor(self._signer.read_however_old(Purpose.LINK, token))

    def of(self, request: Request) -> Visit:
        """Return the visit that a request belongs to.

        Raises:
            NoVisit: it belongs to no visit.
        """
        token = self.cookies.get(request, "visit") or ""
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
        check_site(request, self.origin)
        check_proof(form, visit.csrf)

    def leave(self, response: Response) -> None:
        """End the visit."""
        self.cookies.forget(response, "visit")

    def to_page_with_news(self, news: str) -> Response:
        """Return to the page, which then confirms what was done."""
        response = RedirectResponse("/", 303)
        self.cookies.set(response, "news", news, _NEWS_SECONDS)
        return response


def _visitor(about: object) -> Visitor:
    try:
        return Visitor.of(str(about))
    except ValueError:  # the token is ours, but does not name an account
        raise Forged from None
