"""Tells whether an answer of the seller waits that nobody has taken."""

import asyncio
import time
from datetime import datetime, timedelta

from domain.shared.names import account_hash_of
from providers.imap.server import ImapServer
from providers.protocols import NotNow, ProviderFailed
from providers.temporal.own_workflows import runs_of_account
from reference.mail_tokens import ReplyAddresses, messages_in, short_run
from temporal_client.workflows import Workflows

_AT_ONCE = 1
"""Sessions of a worker. Mail servers allow one user about ten, and the reader needs its own."""
_CLOCKS_DIFFER = timedelta(hours=1)
"""How far the mail server's clock may be behind: what came so long before counts too."""

_LONGEST = timedelta(seconds=40)
"""How long a look may take. The activity's try ends after a minute, and could not stop it."""
_LOOKING = timedelta(seconds=30)
"""After so long the look itself ends."""


class ImapUnreadMail:
    """Looks into the mailbox that answers come to.

    Args:
        server: the mailbox.
        addresses: our own addresses for answers.
        message_id_domain: the domain of our Message-IDs.
        workflows: knows what has e-mailed an account.
    """

    def __init__(
        self,
        server: ImapServer,
        addresses: ReplyAddresses,
        message_id_domain: str,
        workflows: Workflows,
    ) -> None:
        self._server, self._addresses = server, addresses
        self._domain, self._workflows = message_id_domain, workflows
        self._sessions = asyncio.Semaphore(_AT_ONCE)

    async def waits_for(self, own_id: str, since: datetime) -> bool:
        """Return whether a message waits that answers an e-mail to the account (`UnreadMail`)."""
        if self._sessions.locked():
            raise NotNow("the mailbox is being looked into for others", timedelta(seconds=5))
        await self._sessions.acquire()
        looking = asyncio.ensure_future(self._look(account_hash_of(own_id), since))
        looking.add_done_callback(self._ended)
        # Whoever asked may go. The session lasts until the look has ended.
        try:
            async with asyncio.timeout(_LONGEST.total_seconds()):
                return await asyncio.shield(looking)
        except TimeoutError:
            raise ProviderFailed("mailbox: it does not answer in time") from None

    def _ended(self, looking: asyncio.Future[bool]) -> None:
        self._sessions.release()
        if not looking.cancelled():
            looking.exception()  # perhaps nobody waits for it any more

    async def _look(self, account: str, since: datetime) -> bool:
        # What a message refers to proves nothing, since anybody can work out the account's hash.
        # Nobody can guess a run.
        runs = frozenset(map(short_run, await runs_of_account(self._workflows, account)))
        return await asyncio.to_thread(self._holds_answer, account, runs, since - _CLOCKS_DIFFER)

    def _holds_answer(self, account: str, runs: frozenset[str], since: datetime) -> bool:
        # Reading mail takes a fifth of a second to import, which most processes need not spend.
        from providers.imap.failures import MailboxFailed
        from providers.imap.mailbox import ImapMailbox

        ends = time.monotonic() + _LOOKING.total_seconds()
        try:
            box = ImapMailbox(self._server)
            try:
                for head in box.not_taken(since):
                    if self._answers(head, account, runs):
                        return True
                    if time.monotonic() > ends:
                        raise ProviderFailed("mailbox: it holds too much to look through in time")
                return False
            finally:
                box.close()
        except MailboxFailed as why:
            raise ProviderFailed(f"mailbox: {why}") from None

    def _answers(self, head: str, account: str, runs: frozenset[str]) -> bool:
        """Return whether a message came to an address of the account's, or refers to its e-mail."""
        if any(email.account == account for email in self._addresses.find_in(head)):
            return True
        named = messages_in(head, self._domain)
        return any(email.account == account and email.run in runs for email in named)
