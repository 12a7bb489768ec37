"""Posted forms, and the proof that a form is ours."""

import hmac

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request

FORM = "application/x-www-form-urlencoded"


class NotOurForm(Exception):
    """Another site sent the form, or it was made for another visit or session."""


async def read_form(request: Request) -> FormData:
    """Return the posted form, without checking who sent it.

    Raises:
        HTTPException: the body is not a form.
    """
    if request.headers.get("content-type", "").partition(";")[0] != FORM:
        raise HTTPException(415)
    return await request.form()


def text_of(form: FormData, name: str) -> str | None:
    """Return a field of a form; None if it is missing."""
    value = form.get(name)
    return value if isinstance(value, str) else None


def number_in(text: str | None) -> int | None:
    """Return a number as our pages write it; None if the text is none."""
    return int(text) if text and text.isdecimal() and len(text) < 10 else None


def check_site(request: Request, origin: str) -> None:
    """Check that a form was not sent from another site than `origin`, which is ours.

    Our pages set no-referrer, so browsers send the origin `null`. Newer browsers also send
    Sec-Fetch-Site.

    Raises:
        NotOurForm: another site sent the form.
    """
    site, sender = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if not (site == "same-origin" if site else sender in (None, "null", origin)):
        raise NotOurForm


def check_proof(form: FormData, proof: str) -> None:
    """Check that a form carries the proof that only our own pages know.

    Raises:
        NotOurForm: it does not.
    """
    if not hmac.compare_digest((text_of(form, "csrf") or "").encode(), proof.encode()):
        raise NotOurForm
