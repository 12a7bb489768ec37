"""Tells whether an answer of the seller waits that nobody has taken."""

import asyncio
from datetime import date, datetime, timedelta

from domain.shared.names import account_hash_of
from providers.imap.server import ImapServer
from providers.protocols import NotNow, ProviderFailed
from providers.temporal.own_workflows import runs_of_account
from reference.mail_tokens import ReplyAddresses, SentEmail, messages_in
from temporal_client.workflows import Workflows

_AT_ONCE = 2
"""Sessions. Mail servers allow one user about ten, and the reader needs its own."""


_A_DAY = timedelta(days=1)
"""The mail server's days may begin and end at another hour than ours."""


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
        account = account_hash_of(own_id)
        async with self._sessions:
            is_answered, named = await asyncio.to_thread(
                self._look, account, (since - _A_DAY).date()
            )
        if is_answered or not named:
            return is_answered
        runs = await runs_of_account(self._workflows, account)
        return any(email.is_of(run) for email in named for run in runs)

    def _look(self, account: str, since: date) -> tuple[bool, set[SentEmail]]:
        """Return whether a message came to an address of the account's, else what others refer to.

        What a message refers to proves nothing: anybody can work out the hash of an account.
        """
        # Reading mail takes a fifth of a second to import, which most processes need not spend.
        from providers.imap.mailbox import ImapMailbox, NoMailbox

        named: set[SentEmail] = set()
        try:
            box = ImapMailbox(self._server)
            try:
                for head in box.not_taken(since):
                    if any(e.account == account for e in self._addresses.find_in(head)):
                        return True, named
                    messages = messages_in(head, self._domain)
                    named.update(email for email in messages if email.account == account)
            finally:
                box.close()
        except NoMailbox as why:
            raise ProviderFailed(f"mailbox: {why}") from None
        return False, named
