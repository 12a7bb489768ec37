"""The endpoint of calls to our number, beside the sellers' page (docs/real-telephone.md).

It keeps nothing: Twilio carries from one request to the next what was decided. Any number of pages
may take the requests of one call, in any order.
"""

import structlog
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from temporalio.client import Client

from page.signed_requests import (
    LARGEST_BODY,
    again,
    no_call_of_ours,
    not_signed,
    signed_form,
)
from providers.call_wording import ENGLISH, SPOKEN
from providers.protocols import ProviderFailed
from providers.temporal.callers import Callers
from providers.twilio.incoming_calls import (
    ANSWERED,
    ENDED,
    INCOMING,
    ComingCall,
    DeskLeg,
    DeskLegEnded,
    IncomingCalls,
)
from reference.languages import choose_language

log = structlog.get_logger("telephone")

_NOTHING_TO_DO = 204


def incoming_routes(client: Client, calls: IncomingCalls, auth_token: str) -> list[Route]:
    """Return the endpoint.

    Args:
        client: reaches the cases.
        calls: those to our number.
        auth_token: our account's at Twilio.
    """
    callers = Callers(client)

    async def incoming(request: Request) -> Response:
        form = await signed_form(request, auth_token, calls.url + INCOMING)
        if form is None:
            return not_signed()
        try:
            call = ComingCall.model_validate(form)
        except ValidationError:
            return no_call_of_ours()
        language, known = await _recognised(callers, call)
        return _twiml(calls.twiml(call, SPOKEN[language], language, known=known))

    async def answered(request: Request) -> Response:
        form = await signed_form(request, auth_token, calls.url + ANSWERED)
        if form is None:
            return not_signed()
        try:
            leg = DeskLeg.model_validate(form)
        except ValidationError:
            return no_call_of_ours()
        try:
            spoke = await calls.conversation(leg)
            if spoke is not None:
                taken = await callers.spoke(spoke.caller, spoke.dialled, leg.parent)
                log.info("called us", call=leg.parent, cases=taken)
        except ProviderFailed as failure:
            log.warning("not recorded", call=leg.parent, why=str(failure))
            return again()
        return Response(status_code=_NOTHING_TO_DO)

    async def ended(request: Request) -> Response:
        form = await signed_form(request, auth_token, calls.url + ENDED)
        if form is None:
            return not_signed()
        try:
            leg = DeskLegEnded.model_validate(form)
        except ValidationError:
            return no_call_of_ours()
        words = SPOKEN.get(request.query_params.get("language", ""))
        return _twiml(calls.twiml_after(leg, words)) if words else no_call_of_ours()

    handlers = {INCOMING: incoming, ANSWERED: answered, ENDED: ended}
    return [
        Route(path, handler, methods=["POST"], max_body_size=LARGEST_BODY)
        for path, handler in handlers.items()
    ]


async def _recognised(callers: Callers, call: ComingCall) -> tuple[str, bool]:
    """Return the language to speak in, and whether to take the caller for a seller we know.

    While nobody can say, they may be one: it is looked up again when the desk has answered.
    """
    if call.number is None:
        return ENGLISH, False
    try:
        language = await callers.language(call.number)
    except ProviderFailed as failure:
        log.warning("not recognised", call=call.sid, why=str(failure))
        return ENGLISH, True
    return choose_language(language, SPOKEN).language, language is not None


def _twiml(text: str) -> Response:
    return Response(text, media_type="application/xml")
