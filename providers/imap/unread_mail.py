"""Tells whether an answer of a seller waits that nobody has taken."""

import asyncio
from datetime import date, datetime, timedelta

from domain.shared.names import account_hash_of
from providers.imap.server import ImapServer
from providers.protocols import NotNow, ProviderFailed
from reference.mail_tokens import ReplyAddresses

_AT_ONCE = 2
"""Sessions. Mail servers allow one user about ten, and the reader needs its own."""


_A_DAY = timedelta(days=1)
"""The mail server's days may begin and end at another hour than ours."""


class ImapUnreadMail:
    """Looks into the mailbox that answers come to.

    Args:
        server: the mailbox.
        addresses: our own addresses for answers.
    """

    def __init__(self, server: ImapServer, addresses: ReplyAddresses) -> None:
        self._server, self._addresses = server, addresses
        self._sessions = asyncio.Semaphore(_AT_ONCE)

    async def waits_for(self, own_id: str, since: datetime) -> bool:
        """Return whether a message waits that names an e-mail to the account (`UnreadMail`)."""
        account = account_hash_of(own_id)
        # The addresses of an account begin alike. A reply to another has it in References.
        texts = [self._addresses.beginning_of(account), account]
        if self._sessions.locked():
            raise NotNow("the mailbox is being looked into for others", timedelta(seconds=5))
        async with self._sessions:
            return await asyncio.to_thread(_holds, self._server, texts, (since - _A_DAY).date())


def _holds(server: ImapServer, texts: list[str], since: date) -> bool:
    # Reading mail takes a fifth of a second to import, which most processes need not spend.
    from providers.imap.mailbox import ImapMailbox, NoMailbox

    try:
        box = ImapMailbox(server)
        try:
            return box.holds(texts, since=since)
        finally:
            box.close()
    except NoMailbox as why:
        raise ProviderFailed(f"mailbox: {why}") from None
