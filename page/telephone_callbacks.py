"""The endpoint that Twilio calls back, beside the sellers' page (docs/real-telephone.md).

It keeps nothing. Any number of pages may take the callbacks of one call, in any order.
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
from providers.protocols import ProviderFailed, Telephone
from providers.temporal.call_news import CallNews
from providers.twilio.callbacks import PATH, Callbacks, CallbackTarget
from providers.twilio.followed_call import FollowedCall

log = structlog.get_logger("telephone")

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
        callbacks: the address that Twilio was given.
        auth_token: our account's at Twilio.
    """
    news = CallNews(client, telephone)

    async def called_back(request: Request) -> Response:
        form = await signed_form(request, auth_token, callbacks.url)
        if form is None:
            return not_signed()
        try:
            target = CallbackTarget.model_validate(dict(request.query_params))
            call = _call_of(form)
        except ValidationError:
            return no_call_of_ours()
        try:
            await news.hear(target.case, target.run, target.number, call)
        except ProviderFailed as failure:
            log.warning("not heard", call=f"{target.case}/{target.number}", why=str(failure))
            return again()
        return Response(status_code=_NOTHING_TO_DO)

    return Route(PATH, called_back, methods=["POST"], max_body_size=LARGEST_BODY)


def _call_of(form: dict[str, str]) -> str:
    """Return the seller's call, also where the callback is about the desk's leg of it."""
    sid = form.get("ParentCallSid") or form.get("CallSid", "")
    return f"{_NAME}:{FollowedCall(sid=sid).encoded()}"
