"""Reads a posted plan, which may bring files, within limits of bytes, time and number."""

import asyncio

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request

from domain.case.evidence_file import LARGEST_FILE, MOST_FILES
from page.visits import NoVisit, Visits
from web.forms import FORM, read_form

MULTIPART = "multipart/form-data"
LARGEST_UPLOAD = 2 * MOST_FILES * LARGEST_FILE
"""In bytes. It is twice the largest plan with its files, so that what is a little too large is read
to its end, and refused by its name."""
_MOST_FILES_READ = 10 * MOST_FILES
_MOST_FIELDS = 150
_LARGEST_FIELD = 64 * 1024
_ARRIVES_WITHIN_SECONDS = 300
_FORMS_AT_ONCE = 8
"""How many forms with files are read at once: each can take 200 MB of the disk for a while."""


class Uploads:
    """Reads forms with files, a few at a time.

    Whoever has no visit has few places of their own, so they take none from sellers. Their form is
    read all the same: an error page shows again what they have typed.
    """

    def __init__(self, visits: Visits) -> None:
        self._visits = visits
        self._sellers = asyncio.Semaphore(_FORMS_AT_ONCE)
        self._strangers = asyncio.Semaphore(_FORMS_AT_ONCE // 4)

    async def read(self, request: Request) -> FormData:
        """Return a posted plan, without checking who sent it. Files over 1 MB are on the disk.

        Raises:
            HTTPException: it is no form, is too large, or does not arrive in time.
        """
        if request.headers.get("content-type", "").partition(";")[0] == FORM:
            return await read_form(request)
        if request.headers.get("content-type", "").partition(";")[0] != MULTIPART:
            raise HTTPException(415)
        places = self._sellers
        try:
            self._visits.of(request)
        except NoVisit:
            places = self._strangers
        try:
            async with asyncio.timeout(_ARRIVES_WITHIN_SECONDS), places:
                return await request.form(
                    max_files=_MOST_FILES_READ,
                    max_fields=_MOST_FIELDS,
                    max_part_size=_LARGEST_FIELD,
                )
        except TimeoutError:
            raise HTTPException(408) from None
