"""The endpoint that Twilio calls back, beside the sellers' page (docs/real-telephone.md).

It keeps nothing. Any number of pages may take the callbacks of one call, in any order.
"""

from urllib.parse import parse_qsl

import structlog
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from temporalio.client import Client

from providers.protocols import ProviderFailed, Telephone
from providers.temporal.call_news import CallNews
from providers.twilio.callbacks import PATH, Callbacks, CallbackTarget, is_signed
from providers.twilio.followed_call import FollowedCall

log = structlog.get_logger("telephone")

_LARGEST_BODY = 64 * 1024
_NOTHING_TO_DO = 204
_NAME = "twilio"
"""The provider's name in the setting `telephone`, with which the call's id begins."""


def callbacks_route(
    client: Client, telephone: Telephone, callbacks: Callbacks, auth_token: str
) -> Route:
    """Return the endpoint.

    Args:
        client: reaches the cases.
        telephone: the workers' telephone.
        callbacks: the address that Twilio was given, which its signature covers. The request's own
            is another one behind a proxy.
        auth_token: our account's at Twilio.
    """
    news = CallNews(client, telephone)

    async def called_back(request: Request) -> Response:
        url = f"{callbacks.url}?{request.scope['query_string'].decode('latin-1')}"
        form = parse_qsl((await request.body()).decode(errors="replace"), keep_blank_values=True)
        signature = request.headers.get("X-Twilio-Signature", "")
        if not is_signed(auth_token, url, form, signature):
            return Response("The signature is not Twilio's.\n", 403)
        try:
            target = CallbackTarget.model_validate(dict(request.query_params))
            call = _call_of(dict(form))
        except ValidationError:
            return Response("This is no call of ours.\n", 400)
        try:
            await news.hear(target.case, target.run, target.number, call)
        except ProviderFailed as failure:
            log.warning("not heard", call=f"{target.case}/{target.number}", why=str(failure))
            return Response("Please try again.\n", 503)
        return Response(status_code=_NOTHING_TO_DO)

    return Route(PATH, called_back, methods=["POST"], max_body_size=_LARGEST_BODY)


def _call_of(form: dict[str, str]) -> str:
    """Return the seller's call, also where the callback is about the desk's leg of it."""
    sid = form.get("ParentCallSid") or form.get("CallSid", "")
    return f"{_NAME}:{FollowedCall(sid=sid).encoded()}"
