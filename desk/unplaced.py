"""Replies that no case could take: the newest in the mailbox's folder, for whoever answers them.

The mailbox is read when somebody opens the page, and then only. Nothing in it changes.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from starlette.requests import Request
from starlette.responses import Response

from desk.responses import Responses
from desk.rows import span
from desk.sessions import Session
from inbound.message import decoded_header, headers
from providers.imap.failures import MailboxFailed
from providers.imap.folders import Folder
from providers.imap.mailbox import ImapMailbox
from providers.imap.server import ImapServer
from providers.retry_after import parsed_date

log = structlog.get_logger("desk")

MOST = 50
_WITHIN_SECONDS = 15
_LONGEST = 200
"""Characters of a sender or a subject that are shown."""


@dataclass(frozen=True)
class Letter:
    """A message in the folder. What it says of itself is not to be believed."""

    sender: str
    subject: str
    at: datetime | None


class UnplacedPages:
    """Shows the folder."""

    def __init__(self, responses: Responses, server: ImapServer) -> None:
        self._responses, self._server = responses, server
        # A mail server that does not answer holds up this thread, and none of the page's.
        self._thread = ThreadPoolExecutor(1, "mailbox")

    async def show(self, request: Request, _: Session) -> Response:
        """Show how many messages there are, and the newest of them."""
        reader, now = self._responses.reader(request), datetime.now(UTC)
        count, letters = 0, None
        try:
            async with asyncio.timeout(_WITHIN_SECONDS):
                loop = asyncio.get_running_loop()
                count, raw = await loop.run_in_executor(self._thread, _newest, self._server)
            letters = [letter_of(one) for one in raw]
        except (MailboxFailed, TimeoutError) as error:
            log.warning("the mailbox cannot be read", why=str(error) or "no answer in time")
        ages = [span(reader, now - one.at) if one.at else "" for one in letters or ()]
        return self._responses.page(
            request,
            "unplaced.html",
            200 if letters is not None else 503,
            count=count,
            letters=list(zip(letters, ages, strict=True)) if letters is not None else None,
            folder=Folder.DESK.value,
        )


def _newest(server: ImapServer) -> tuple[int, list[bytes]]:
    with closing(ImapMailbox(server)) as mailbox:
        return mailbox.newest_of(Folder.DESK, MOST)


def letter_of(raw: bytes) -> Letter:
    """Read the header lines of a message, whatever they hold."""
    message = headers(raw)
    at = parsed_date(str(message["Date"]))
    return Letter(_decoded(str(message["From"] or "")), _decoded(str(message["Subject"] or "")), at)


def _decoded(text: str) -> str:
    """Return a header's text as a person reads it, in one line."""
    readable = "".join(c if c.isprintable() else " " for c in decoded_header(text))
    return " ".join(readable.split())[:_LONGEST]
