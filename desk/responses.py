"""Renders the desk's pages, each in its reader's language."""

from collections.abc import Mapping
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from desk.languages import NAMES, language_of
from desk.roles import Action
from desk.sessions import Session
from desk.words import ROLES
from web.cookies import Cookies
from web.languages import Reader


class Responses:
    """Makes the responses to all requests."""

    def __init__(self, cookies: Cookies, version: str) -> None:
        """Set up what every page has.

        Args:
            cookies: for the chosen language.
            version: of the static files.
        """
        self._cookies, self._version = cookies, version

    def page(
        self, request: Request, template: str, status: int = 200, **context: object
    ) -> Response:
        """Return a page. What is in it of a session comes from the request."""
        wish = request.query_params.get("language")
        chosen = wish if wish in NAMES else None
        kept = self._cookies.get(request, "language")
        language = language_of(chosen or kept, request.headers.get("accept-language"))
        session: Session | None = getattr(request.state, "session", None)
        on_every_page = {
            "reader": Reader(language),
            "languages": NAMES,
            "version": self._version,
            "session": session,
            "person": session.person if session else None,
            "role_words": ROLES,
            "Action": Action,
            "here": request.url.path,
        }
        rendered = language.templates.get_template(template).render(on_every_page | context)
        response = HTMLResponse(rendered, status)
        if chosen is not None:
            self._cookies.set_language(response, chosen)
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
        part of a page that asks for itself cannot be redirected to another site: htmx is told to
        load the whole page.
        """
        here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        address = f"/desk/sign-in?next={quote(here, safe='')}"
        if "hx-request" in request.headers:
            return Response(status_code=401, headers={"HX-Refresh": "true"})
        if request.method != "GET":
            return self.error(request, 401, why="signed_out")
        return RedirectResponse(address, 303)
