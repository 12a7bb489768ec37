"""Reads a posted plan, which may bring files, within limits of bytes, time and number."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

from python_multipart.multipart import parse_options_header
from starlette.datastructures import FormData, Headers
from starlette.exceptions import HTTPException
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from domain.case.evidence_file import LARGEST_FILE, MOST_FILES
from page.visits import NoVisit, Visits
from web.forms import read_form
from web.limits import TooOften

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
_OF_AN_ACCOUNT_AT_ONCE = 4
_OF_ONE_ADDRESS_AT_ONCE = 2
"""Of an account. Whoever else has the seller's link, and sends slowly, takes no more than these."""


class UploadRoute(Route):
    """A route for forms that may bring files. Only those may be larger than any other form.

    A form without files is kept in memory, so the application's own limit holds for it.
    """

    def __init__(self, path: str, endpoint: Callable[[Request], Awaitable[Response]]) -> None:
        super().__init__(path, endpoint, methods=["POST"])
        small, large = self.app, RequestBodyLimitMiddleware(self.app, LARGEST_UPLOAD)

        async def by_kind(scope: Scope, receive: Receive, send: Send) -> None:
            app = large if _kind_of(Headers(scope=scope)) == MULTIPART else small
            await app(scope, receive, send)

        self.app = by_kind


class Uploads:
    """Reads forms with files, a few at a time.

    Whoever has no visit has few places of their own, so they take none from sellers. Their form is
    read all the same: an error page shows again what they have typed. Nor does one account keep the
    others out.
    """

    def __init__(self, visits: Visits) -> None:
        self._visits = visits
        self._sellers = asyncio.Semaphore(_FORMS_AT_ONCE)
        self._strangers = asyncio.Semaphore(_FORMS_AT_ONCE // 4)
        self._reading: Counter[str] = Counter()
        """How many forms of each account, and of each from one address, are being read or wait."""

    async def read(self, request: Request) -> FormData:
        """Return a posted plan, without checking who sent it. Files over 1 MB are on the disk.

        Raises:
            HTTPException: it is no form, is too large, or does not arrive in time.
            TooOften: two forms of the account from this address are being read, or four of the
                account.
        """
        if _kind_of(request.headers) != MULTIPART:
            return await read_form(request)
        if _charset_of(request.headers) != "utf-8":
            raise HTTPException(415)  # there are encodings that take minutes to read
        try:
            visit = self._visits.of(request)
        except NoVisit:
            return await self._read(request, self._strangers)
        one_address = self._one_more(visit.asking(request), _OF_ONE_ADDRESS_AT_ONCE)
        account = self._one_more(visit.visitor.account, _OF_AN_ACCOUNT_AT_ONCE)
        with one_address, account:
            return await self._read(request, self._sellers)

    @contextmanager
    def _one_more(self, name: str, most: int) -> Iterator[None]:
        if self._reading[name] >= most:
            raise TooOften(_ARRIVES_WITHIN_SECONDS)
        self._reading[name] += 1
        try:
            yield
        finally:
            self._reading[name] -= 1
            self._reading += Counter()  # forgets who has none

    async def _read(self, request: Request, places: asyncio.Semaphore) -> FormData:
        try:
            async with asyncio.timeout(_ARRIVES_WITHIN_SECONDS), places:
                return await request.form(
                    max_files=_MOST_FILES_READ,
                    max_fields=_MOST_FIELDS,
                    max_part_size=_LARGEST_FIELD,
                )
        except TimeoutError:
            raise HTTPException(408) from None
        except ClientDisconnect:
            raise HTTPException(400) from None  # nobody reads the answer


def _kind_of(headers: Headers) -> str:
    return headers.get("content-type", "").partition(";")[0]


def _charset_of(headers: Headers) -> str:
    """Return in which encoding a body is read. Starlette asks the same function."""
    _, options = parse_options_header(headers.get("content-type", ""))
    return options.get(b"charset", b"utf-8").decode("latin-1").lower()
