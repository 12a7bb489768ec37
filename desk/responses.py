"""Renders the desk's pages, each in its reader's language."""

import re
from collections.abc import Mapping
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from desk.case_fields import Typed
from desk.languages import NAMES, language_of
from desk.roles import Action
from desk.sessions import Session
from desk.words import ROLES
from domain.shared.codes import plain
from web.cookies import Cookies
from web.languages import Reader

HOME = "/desk/"
_OURS = re.compile(r"/desk/(?!/)[A-Za-z0-9._~/%-]*(\?[A-Za-z0-9._~/%=&+,:-]*)?")
_LONGEST_PATH = 500


def path_after(wish: str | None) -> str:
    """Return a path of the desk to go to next: the wished one, if it is one of ours."""
    ours = wish and len(wish) <= _LONGEST_PATH and _OURS.fullmatch(wish) and ".." not in wish
    return wish if wish and ours else HOME


def path_of(request: Request) -> str:
    """Return the path to come back to: that of the request, if it can be asked for again."""
    if request.method != "GET" or "code" in request.query_params:
        return HOME
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


class Responses:
    """Makes the responses to all requests."""

    def __init__(self, cookies: Cookies, version: str) -> None:
        """Set up what every page has.

        Args:
            cookies: for the chosen language.
            version: of the static files.
        """
        self._cookies, self._version = cookies, version

    def reader(self, request: Request) -> Reader:
        """Return who reads: their language or their browser's, and the zone of their clock."""
        kept = self._cookies.get(request, "language")
        language = language_of(kept, request.headers.get("accept-language"))
        return Reader(language, time_zone=self._cookies.get(request, "zone"))

    def page(
        self, request: Request, template: str, status: int = 200, **context: object
    ) -> Response:
        """Return a page. What is in it of a session comes from the request."""
        reader = self.reader(request)
        session: Session | None = getattr(request.state, "session", None)
        on_every_page = {
            "reader": reader,
            "zone_cookie": self._cookies.name_of("zone"),
            "plain": plain,
            "languages": NAMES,
            "version": self._version,
            "session": session,
            "person": session.person if session else None,
            "role_words": ROLES,
            "Action": Action,
            "here": path_of(request),
        }
        rendered = reader.language.templates.get_template(template).render(on_every_page | context)
        return HTMLResponse(rendered, status)

    def form_alone(
        self, request: Request, typed: Typed, address: str, *, away: str, is_away: bool = False
    ) -> Response:
        """Return a page with the form alone: they are asked again, or what it is about is away.

        `away` says, in a message to translate, that it is.
        """
        response = self.page(
            request,
            "case_form.html",
            503 if is_away else 200,
            address=address,
            store=request.path_params["store"],
            seller_id=request.path_params["seller_id"],
            typed=typed,
            why="away" if is_away else "sure",
            away=away,
        )
        if is_away:
            response.headers["Retry-After"] = "30"
        return response

    async def choose_language(self, request: Request) -> Response:
        """Remember a language, and go back to where it was chosen."""
        response = RedirectResponse(path_after(request.query_params.get("next")), 303)
        tag = request.path_params["tag"]
        if tag in NAMES:
            self._cookies.set_language(response, tag)
        return response

    def error(
        self,
        request: Request,
        status: int,
        headers: Mapping[str, str] | None = None,
        why: str = "",
    ) -> Response:
        """Return an error page. It shows again what was typed in a form of ours."""
        typed = getattr(request.state, "typed", ())
        response = self.page(request, "error.html", status, code=status, why=why, typed=typed)
        response.headers.update(headers or {})
        return response

    def to_sign_in(self, request: Request) -> Response:
        """Lead somebody who is not signed in to where they sign in, and then back.

        What was posted cannot be sent again after signing in, so the answer to that is a page. A
        part of a page that asks for itself is no sign of anybody, and a provider may sign in
        without asking. So it is led to a page from which a person signs in by a click.
        """
        address = f"/desk/sign-in?next={quote(path_of(request), safe='')}"
        if request.method != "GET":
            return self.error(request, 401, why="signed_out")
        if "hx-request" in request.headers:
            return Response(status_code=401, headers={"HX-Redirect": "/desk/signed-out"})
        return RedirectResponse(address, 303)
