"""The endpoint of calls to our number, beside the sellers' page (docs/real-telephone.md).

It keeps nothing: Twilio carries from one request to the next what was decided. Any number of pages
may take the requests of one call, in any order.
"""

from collections.abc import Awaitable, Callable

import structlog
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from temporalio.client import Client

from page.signed_requests import LARGEST_BODY, again, no_call_of_ours, not_signed, signed_form
from providers.call_wording import SPOKEN, language_of_country
from providers.protocols import ProviderFailed
from providers.temporal.callers import Caller, Callers
from providers.twilio.incoming_calls import (
    ANSWERED,
    ENDED,
    INCOMING,
    TYPED,
    ComingCall,
    DeskLeg,
    DeskLegEnded,
    IncomingCalls,
    TypedReference,
)
from reference.languages import choose_language

log = structlog.get_logger("telephone")

_NOTHING_TO_DO = 204
Form = dict[str, str]


class IncomingEndpoint:
    """Answers Twilio's requests of a call to our number. Each is signed, or has been refused."""

    def __init__(self, client: Client, calls: IncomingCalls) -> None:
        self._callers, self._calls = Callers(client), calls

    async def incoming(self, request: Request, form: Form) -> Response:
        """Join a caller whom we recognise to the desk, and ask any other for a reference."""
        call = ComingCall.model_validate(form)
        language = await self._language(Caller(call.number), call)
        if language is not None:
            return _twiml(self._calls.for_known(call, language))
        language = language_of_country(call.number)
        return _twiml(self._calls.for_unknown(call, language, asked=True))

    async def typed(self, request: Request, form: Form) -> Response:
        """Join a caller to the desk, whether we know the reference that they typed or not."""
        call = ComingCall.model_validate(form)
        try:
            typed = TypedReference.model_validate(form).digits
        except ValidationError:  # too few digits, or other keys
            language = None
        else:
            language = await self._language(Caller(None, typed), call)
        if language is not None:
            return _twiml(self._calls.for_known(call, language, typed))
        language = language_of_country(call.number)
        return _twiml(self._calls.for_unknown(call, language, asked=False))

    async def answered(self, request: Request, form: Form) -> Response:
        """Record that a caller spoke with the desk, if Twilio says so when asked."""
        leg = DeskLeg.model_validate(form)
        query = dict(request.query_params)
        typed = TypedReference.model_validate(query).digits if query else None
        try:
            spoke = await self._calls.conversation(leg)
            if spoke is not None:
                caller = Caller(spoke.caller, typed)
                taken = await self._callers.spoke(caller, spoke.dialled, leg.parent)
                log.info("called us", call=leg.parent, cases=taken)
        except ProviderFailed as failure:
            log.warning("not recorded", call=leg.parent, why=str(failure))
            return again()
        return Response(status_code=_NOTHING_TO_DO)

    async def ended(self, request: Request, form: Form) -> Response:
        """Say what follows when the desk's leg has ended."""
        leg = DeskLegEnded.model_validate(form)
        language = request.query_params.get("language", "")
        if language not in SPOKEN:
            return no_call_of_ours()
        return _twiml(self._calls.after(leg, language))

    async def _language(self, caller: Caller, call: ComingCall) -> str | None:
        """Return the language to speak in to a caller; None if we do not recognise them.

        While nobody can say, we may know them: it is looked up again when the desk has answered.
        """
        try:
            tag = await self._callers.language(caller)
        except ProviderFailed as failure:
            log.warning("not recognised", call=call.sid, why=str(failure))
            return language_of_country(call.number)
        return None if tag is None else choose_language(tag, SPOKEN).language


def incoming_routes(client: Client, calls: IncomingCalls, auth_token: str) -> list[Route]:
    """Return the endpoint.

    Args:
        client: reaches the cases.
        calls: those to our number.
        auth_token: our account's at Twilio.
    """

    def signed(path: str, answer: Callable[[Request, Form], Awaitable[Response]]) -> Route:
        async def handler(request: Request) -> Response:
            form = await signed_form(request, auth_token, calls.url + path)
            if form is None:
                return not_signed()
            try:
                return await answer(request, form)
            except ValidationError:
                return no_call_of_ours()

        return Route(path, handler, methods=["POST"], max_body_size=LARGEST_BODY)

    endpoint = IncomingEndpoint(client, calls)
    return [
        signed(INCOMING, endpoint.incoming),
        signed(TYPED, endpoint.typed),
        signed(ANSWERED, endpoint.answered),
        signed(ENDED, endpoint.ended),
    ]


def _twiml(text: str) -> Response:
    return Response(text, media_type="application/xml")
