"""Requests that Twilio signed with our auth token."""

from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

from providers.twilio.callbacks import is_signed

LARGEST_BODY = 64 * 1024


async def signed_form(request: Request, auth_token: str, url: str) -> dict[str, str] | None:
    """Return the parameters of a request's body; None if Twilio did not sign it.

    Args:
        request: the request.
        auth_token: our account's at Twilio.
        url: the public address without its query, as Twilio was given it. The signature covers it,
            and the request's own is another one behind a proxy.
    """
    query = request.scope["query_string"].decode("latin-1")
    form = parse_qsl((await request.body()).decode(errors="replace"), keep_blank_values=True)
    signature = request.headers.get("X-Twilio-Signature", "")
    signed = is_signed(auth_token, f"{url}?{query}" if query else url, form, signature)
    return dict(form) if signed else None


def not_signed() -> Response:
    """Return the answer to a request that Twilio did not sign."""
    return Response("The signature is not Twilio's.\n", 403)


def no_call_of_ours() -> Response:
    """Return the answer to a request that names no call, or one in another form."""
    return Response("This is no call of ours.\n", 400)


def again() -> Response:
    """Return the answer to a request that somebody did not answer us."""
    return Response("Please try again.\n", 503)
