"""The desk as an application: its routes and its error pages."""

import time
from collections.abc import Awaitable, Callable

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from temporalio.client import Client

from desk.appeal_forms import FORMS as APPEAL_FORMS
from desk.appeal_list import AppealList
from desk.appeals import AppealHandlers
from desk.bulk import BulkPages
from desk.bulk_entries import Bulk
from desk.case_forms import FORMS
from desk.case_handlers import CaseHandlers
from desk.case_workflows import CaseWorkflows
from desk.dev_people import DevPeople, dev_routes
from desk.evidence import APPEAL_FILE_PATH, FILE_PATH, Evidence
from desk.guard import Guard, Guarded
from desk.identity import IdentityProvider, ProviderAway, ProviderRefuses
from desk.languages import HERE
from desk.list_pages import ListPages
from desk.lists import Lists
from desk.next_case import NextCase
from desk.openid import OpenIdProvider
from desk.outside import NOTHING, Outside
from desk.report import ReportPage
from desk.responses import Responses
from desk.roles import Action, MayNot
from desk.sealed import Sealer
from desk.sessions import NoRole, NotSignedIn, Sessions
from desk.sign_in import NotBegunHere, SignIn
from desk.unplaced import UnplacedPages
from runtime.desk_settings import DeskSettings
from runtime.desk_wording import Wording, read_wording
from temporal_client.failures import TemporalFailure
from web.cookies import Cookies
from web.forms import NotOurForm
from web.limits import TooOften
from web.middleware import without_redirects
from web.static_files import KeptStatic

log = structlog.get_logger("desk")

LARGEST_BODY = 512 * 1024
"""In bytes."""
_Handler = Callable[[Request, Exception], Awaitable[Response]]


def desk_routes(
    client: Client,
    settings: DeskSettings,
    origin: str,
    provider: IdentityProvider | None = None,
    outside: Outside = NOTHING,
) -> list[BaseRoute]:
    """Return the routes of the desk, all of them under /desk.

    Args:
        client: reaches the workflows.
        settings: the desk's.
        origin: where browsers find it, such as https://health.shop.example.
        provider: who says who somebody is. None means the OpenID provider of the settings.
        outside: what it reaches besides.

    Raises:
        ValueError: a setting is missing. The message names it.
    """
    if provider is None:
        settings.require_sign_in()
        provider = OpenIdProvider(settings, origin)
    app = desk_app(client, settings, origin, provider, outside=outside)
    return [Route("/desk", RedirectResponse("/desk/", 303)), Mount("/desk", app)]


def desk_app(
    client: Client,
    settings: DeskSettings,
    origin: str,
    provider: IdentityProvider,
    clock: Callable[[], float] = time.time,
    *,
    outside: Outside = NOTHING,
) -> Starlette:
    """Return the application that is mounted under /desk. See `desk_routes`.

    `clock` is what sessions go by, in seconds since 1970.
    """
    sealer = Sealer(settings.require_keys())
    cookies = Cookies(secure=origin.startswith("https:"))
    static = KeptStatic(HERE)
    responses = Responses(cookies, static.version)
    sessions = Sessions(provider, settings, sealer, cookies, clock)
    sign_in = SignIn(provider, sessions, sealer, cookies, responses)
    guard = Guard(sessions, origin)
    routes: list[BaseRoute] = [
        # Without a session. Every other route is Guarded.
        Route("/sign-in", sign_in.begin),
        Route("/signed-in", sign_in.come_back),
        Route("/signed-out", sign_in.signed_out),
        Route("/language/{tag}", responses.choose_language),
        Mount("/static", static),
        # Who wants to leave may, even while the provider is away.
        Guarded("/sign-out", guard, Action.READ, sign_in.sign_out, posts=True, check=False),
        *_list_routes(client, responses, guard, outside, ReportPage(settings.report)),
        *_case_routes(client, responses, cookies, guard, read_wording(settings.wording)),
        *_appeal_routes(client, responses, cookies, guard),
    ]
    if outside.files is not None:
        evidence = Evidence(client, outside.files)
        routes.append(Guarded(FILE_PATH, guard, Action.READ, evidence.download))
        of_appeal = evidence.download_of_appeal
        routes.append(Guarded(APPEAL_FILE_PATH, guard, Action.READ, of_appeal))
    if isinstance(provider, DevPeople):
        routes.extend(dev_routes(responses))
    app = Starlette(
        routes=routes,
        max_body_size=LARGEST_BODY,
        exception_handlers=_error_pages(responses, sessions),
    )
    return without_redirects(app)


def _list_routes(
    client: Client,
    responses: Responses,
    guard: Guard,
    outside: Outside,
    report: ReportPage,
) -> list[BaseRoute]:
    """Return the routes of the lists, and of what is done from them."""
    lists = Lists(client)
    mailbox = outside.mailbox
    pages = ListPages(
        client, responses, lists, outside.hashes, report, has_mailbox=mailbox is not None
    )
    bulk = BulkPages(client, responses, lists)
    routes: list[BaseRoute] = [
        Guarded("/", guard, Action.READ, pages.home),
        Guarded("/report", guard, Action.READ, report.show),
        Guarded("/find", guard, Action.READ, pages.find, posts=True),
        Guarded("/take", guard, Action.TAKE, pages.take, posts=True),
        Guarded("/hand-over", guard, Action.TAKE, pages.hand_over, posts=True),
        Guarded("/release", guard, Action.TAKE, pages.release, posts=True),
        Guarded("/assign", guard, Action.ASSIGN, pages.assign, posts=True),
    ]
    for what in Bulk:
        # The first two change nothing. They ask for the role all the same.
        at, does = f"/bulk/{what}", what.action
        routes += [
            Guarded(at, guard, does, bulk.preview(what), posts=True),
            Guarded(f"{at}/run", guard, does, bulk.run(what), posts=True),
            Guarded(f"{at}/{{store}}/{{seller_id}}", guard, does, bulk.one(what), posts=True),
        ]
    if mailbox is not None:
        unplaced = UnplacedPages(responses, mailbox)
        routes.append(Guarded("/unplaced", guard, Action.READ, unplaced.show))
    return routes


def _case_routes(
    client: Client, responses: Responses, cookies: Cookies, guard: Guard, wording: Wording
) -> list[BaseRoute]:
    """Return the case page, what refreshes it, and what each of its forms is sent to."""
    case = CaseHandlers(CaseWorkflows(client), responses, cookies, wording)
    at = "/case/{store}/{seller_id}"
    return [
        Guarded(at, guard, Action.READ, case.show),
        Guarded(f"{at}/changed", guard, Action.READ, case.changed),
        *(
            Guarded(f"{at}/{form.name}", guard, form.action, case.taking(form), posts=True)
            for form in FORMS
        ),
        Guarded("/next", guard, Action.READ, NextCase(client).lead_there),
    ]


def _appeal_routes(
    client: Client, responses: Responses, cookies: Cookies, guard: Guard
) -> list[BaseRoute]:
    """Return the list of appeals, the page of one, and what each of its forms is sent to."""
    appeal = AppealHandlers(client, responses, cookies)
    at = "/appeal/{store}/{seller_id}"
    return [
        Guarded("/appeals", guard, Action.READ, AppealList(client, responses).show),
        Guarded(at, guard, Action.READ, appeal.show),
        *(
            Guarded(f"{at}/{form.name}", guard, form.action, appeal.taking(form), posts=True)
            for form in APPEAL_FORMS
        ),
    ]


def _error_pages(responses: Responses, sessions: Sessions) -> dict[int | type[Exception], _Handler]:
    def saying(status: int, why: str) -> _Handler:
        async def answer(request: Request, _: Exception) -> Response:
            return responses.error(request, status, why=why)

        return answer

    async def not_signed_in(request: Request, _: Exception) -> Response:
        return responses.to_sign_in(request)

    async def too_often(request: Request, error: Exception) -> Response:
        assert isinstance(error, TooOften)
        return responses.error(request, 429, {"Retry-After": str(error.seconds)})

    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return responses.error(request, error.status_code, error.headers)

    async def provider_refuses(request: Request, error: Exception) -> Response:
        log.warning("sign-in refused", why=str(error))
        return responses.error(request, 403, why="provider_refuses")

    async def provider_away(request: Request, error: Exception) -> Response:
        log.warning("the provider of sign-in is away", why=str(error))
        return responses.error(request, 503, {"Retry-After": "30"}, why="provider_away")

    def keeping(handler: _Handler) -> _Handler:
        """Have the browser keep its session after an error too: a token may be good once."""

        async def answer(request: Request, error: Exception) -> Response:
            response = await handler(request, error)
            sessions.keep(request, response)
            return response

        return answer

    pages: dict[int | type[Exception], _Handler] = {
        NotSignedIn: not_signed_in,
        NotBegunHere: saying(403, "not_begun_here"),
        NoRole: saying(403, "no_role"),
        MayNot: saying(403, "may_not"),
        NotOurForm: saying(403, "not_our_form"),
        ProviderRefuses: provider_refuses,
        ProviderAway: provider_away,
        TemporalFailure: saying(503, "temporal_away"),
        TooOften: too_often,
        HTTPException: refused,
        500: saying(500, ""),
    }
    return {error: keeping(handler) for error, handler in pages.items()}
