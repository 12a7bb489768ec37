"""The application: its routes and its error pages."""

from collections.abc import Iterable
from datetime import timedelta

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp
from temporalio.client import Client

from page.appeal_form import ADDED, APPEAL
from page.appeal_pages import AppealPages
from page.codec_endpoint import codec_app
from page.forms import Forms
from page.languages import HERE
from page.number_pages import NumberPages
from page.pages import Pages
from page.plan_files import PlanFiles
from page.responses import Responses
from page.seller_workflows import SellerWorkflows
from page.uploads import UploadRoute, Uploads
from page.visits import NoVisit, Visits
from providers.files.intake import Intake
from reference.number_codes import NumberCodes
from reference.page_links import Expired, Forged, Signer
from runtime.page_settings import CodecSettings, PageSettings
from temporal_client.failures import TemporalFailure
from web.forms import NotOurForm
from web.limits import TooOften
from web.middleware import HeadersAndLog, without_redirects
from web.static_files import KeptStatic

LARGEST_BODY = 512 * 1024
"""In bytes. It is more than three times the largest plan, with the longest encoding."""


def build(
    client: Client,
    settings: PageSettings,
    codec: CodecSettings | None = None,
    desk_phone: str | None = None,
    telephone: Iterable[BaseRoute] = (),
    *,
    desk: Iterable[BaseRoute] = (),
    replies: bool = False,
    intake: Intake | None = None,
    appeal_window: timedelta = timedelta(days=90),
    proof: bool = False,
    texts: bool = False,
) -> ASGIApp:
    """Return the page of the workflows that `client` reaches, with the codec endpoint beside it.

    `desk_phone` is the line that sellers are told to call, if there is one. `telephone` is the
    endpoint that the telephone's provider calls, if it does. `desk` is the desk (desk/app.py), if
    it is served here. `replies` says whether a reply to an e-mail is a contact. `intake` takes the
    files of plans and appeals; without it the forms have no field for them. `appeal_window` is how
    long after a deactivation it can be appealed. `proof` says whether only a verified number
    enrolls, `texts` whether its code can come by text message.

    Raises:
        ValueError: a setting is missing. The message names it.
    """
    keys, url = settings.require()
    signer = Signer(keys)
    visits = Visits(signer, url, settings.link_life, settings.session_life)
    files = PlanFiles(intake, signer) if intake else None
    workflows = SellerWorkflows(client)
    static = KeptStatic(HERE)
    responses = Responses(
        workflows,
        visits,
        static.version,
        desk_phone,
        replies=replies,
        files=files,
        appeal_window=appeal_window,
        proof=proof,
        texts=texts,
    )
    forms, uploads = Forms(visits), Uploads(visits)
    pages = Pages(workflows, visits, responses, forms=forms, uploads=uploads, files=files)
    appeals = AppealPages(workflows, visits, responses, forms=forms, uploads=uploads, files=files)
    number_pages = NumberPages(workflows, visits, responses, forms, NumberCodes(keys))
    page = _routes(pages, number_pages, appeals, responses, static)
    # Others than sellers have their own logins, so what is for them is mounted beside the page.
    beside: list[BaseRoute] = []
    if codec is not None and codec.password is not None and codec.ui is not None:
        encrypts = client.data_converter.payload_codec
        if encrypts is None:
            raise ValueError("CASE72_CODEC_PASSWORD: needs CASE72_ENCRYPTION_KEYS_FILE")
        password = codec.password.get_secret_value()
        endpoint = codec_app(encrypts, ui_origin=codec.ui, password=password)
        beside.append(Route("/codec", RedirectResponse("/codec/login", 303)))
        beside.append(Mount("/codec", endpoint))
    beside.extend(telephone)
    beside.extend(desk)
    everything = without_redirects(Starlette(routes=[*beside, Mount("/", page)]))
    return HeadersAndLog(everything if beside else page, tls=visits.cookies.secure)


def _routes(
    pages: Pages,
    number_pages: NumberPages,
    appeals: AppealPages,
    responses: Responses,
    static: KeptStatic,
) -> Starlette:
    # Starlette passes each handler only the kind of exception that it is registered for.
    async def no_visit(request: Request, _: Exception) -> Response:
        return responses.error(request, 403, why="no_visit")

    async def forged(request: Request, _: Exception) -> Response:
        return responses.error(request, 403, why="forged")

    async def expired(request: Request, _: Exception) -> Response:
        return responses.error(request, 410, why="expired")

    async def not_our_form(request: Request, _: Exception) -> Response:
        return responses.error(request, 403, why="not_our_form")

    async def too_often(request: Request, error: Exception) -> Response:
        assert isinstance(error, TooOften)
        return responses.error(request, 429, {"Retry-After": str(error.seconds)}, why="too_often")

    async def unavailable(request: Request, failure: Exception) -> Response:
        assert isinstance(failure, TemporalFailure)
        return responses.unavailable(request, maybe_taken=failure.of_update)

    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return responses.error(request, error.status_code, error.headers)

    async def unexpected(request: Request, _: Exception) -> Response:
        return responses.error(request, 500, maybe_taken=True)

    app = Starlette(
        routes=[
            Route("/", pages.page),
            Route("/enter/{token}", pages.enter),
            Route("/fresh-link", pages.fresh_link, methods=["POST"]),
            Route("/call", pages.call, methods=["POST"]),
            UploadRoute("/plan", pages.plan),
            Route("/number", number_pages.number, methods=["POST"]),
            Route("/verify", number_pages.verify, methods=["POST"]),
            Route("/try-call", number_pages.try_call, methods=["POST"]),
            Route("/code", number_pages.code, methods=["POST"]),
            *(UploadRoute(kind.path, appeals.taking(kind)) for kind in (APPEAL, ADDED)),
            Route("/leave", pages.leave, methods=["POST"]),
            Route("/health", pages.health),
            Route("/ready", pages.ready),
            Mount("/static", static),
        ],
        max_body_size=LARGEST_BODY,
        exception_handlers={
            NoVisit: no_visit,
            Forged: forged,
            Expired: expired,
            NotOurForm: not_our_form,
            TooOften: too_often,
            TemporalFailure: unavailable,
            HTTPException: refused,
            500: unexpected,
        },
    )
    return without_redirects(app)
