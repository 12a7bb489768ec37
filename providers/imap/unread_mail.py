"""Tells whether a message about a case waits that no case has taken."""

import asyncio
from datetime import UTC, datetime, timedelta

from providers.imap.server import ImapServer
from providers.protocols import NotNow, ProviderFailed
from reference.mail_tokens import ReplyAddresses

_AT_ONCE = 2
"""Sessions. Mail servers allow one user about ten, and the reader needs its own."""


_LOOKS_BACK = timedelta(days=30)
"""Longer than an outreach takes. What is older has been before the desk for long."""


class ImapUnreadMail:
    """Looks into the mailbox that answers come to.

    Args:
        server: the mailbox.
        addresses: our own addresses for answers.
    """

    def __init__(self, server: ImapServer, addresses: ReplyAddresses) -> None:
        self._server, self._addresses = server, addresses
        self._sessions = asyncio.Semaphore(_AT_ONCE)

    async def waits_for(self, run_id: str) -> bool:
        """Return whether a message waits that names an e-mail of this run (`UnreadMail`)."""
        # Its addresses begin alike. A reply to another address names the e-mail in References.
        texts = (self._addresses.beginning_of(run_id), run_id)
        if self._sessions.locked():
            raise NotNow("the mailbox is being looked into for others", timedelta(seconds=5))
        async with self._sessions:
            return await asyncio.to_thread(_holds, self._server, texts)


def _holds(server: ImapServer, texts: tuple[str, ...]) -> bool:
    # Reading mail takes a fifth of a second to import, which most processes need not spend.
    from providers.imap.mailbox import ImapMailbox, NoMailbox

    try:
        box = ImapMailbox(server)
        try:
            return box.holds(texts, since=(datetime.now(UTC) - _LOOKS_BACK).date())
        finally:
            box.close()
    except NoMailbox as why:
        raise ProviderFailed(f"mailbox: {why}") from None
