"""The mailbox that answers come to, read by IMAP (docs/inbound-mail.md).

A message is in the folder that is read until it is done with. It is then moved. So a message is
acted on at least once, and what a process leaves half done is done by the next one.
"""

import imaplib
import re
import socket
import ssl
import threading
import time
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from imap_tools import (
    AND,
    BaseMailBox,
    ImapToolsError,
    MailBox,
    MailBoxStartTls,
    MailBoxUnencrypted,
)

from providers.imap.failures import MailboxFailed, understood
from providers.imap.folders import Folder
from providers.imap.server import ImapServer
from providers.smtp.mail import Security
from reference.mail_tokens import ADDRESSED_IN, REFERS_IN

LARGEST_READ = 1024 * 1024
"""Bytes of a message that are read. What somebody writes, and what a bounce says, come first."""
_LONGEST_HEADERS = 8 * 1024
"""Bytes of sender, subject and date that are read of a message in a list."""
_SECONDS = 60
_LONGEST_HEAD = 64 * 1024
"""Bytes that are read of what a message says of whom it is for. No answer to us has as many."""
_HEADERS_AT_ONCE = 100
_UID = re.compile(rb"UID (\d+)")
_A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Waiting:
    """A message in the folder that is read."""

    uid: str
    raw: bytes | None
    """Its beginning (`LARGEST_READ`). None: the server did not give it, though it gives others."""


class ImapMailbox:
    """A session with the server. It is used by one thread at a time."""

    def __init__(self, server: ImapServer) -> None:
        """Log in, and make the folders that are missing.

        Raises:
            MailboxFailed: that was not possible.
        """
        self._server = server
        with understood():
            self._box = _log_in(server)
            # Servers can do more after the login. imaplib asks before it only.
            _, (can, *_) = self._box.client.capability()
            self._box.client.capabilities = tuple(can.decode().upper().split())
            self._interrupted = threading.Event()
            self._can_idle = "IDLE" in self._box.client.capabilities
            self._prefix = self._namespace()
            self._make_folders()

    def _make_folders(self) -> bool:
        """Make the folders that are missing: somebody may have deleted or renamed one.

        Return whether any was missing.
        """
        present = {folder.name for folder in self._box.folder.list()}
        missing = [name for f in Folder if (name := self._prefix + f) not in present]
        for name in missing:
            self._box.folder.create(name)
        return bool(missing)

    def _namespace(self) -> str:
        """Return what the names of our folders must begin with, such as `INBOX.`"""
        if "NAMESPACE" not in self._box.client.capabilities:
            return ""
        _, (answer, *_) = self._box.client.namespace()
        found = re.match(rb'\(\("([^"]*)"', answer or b"")
        return found[1].decode() if found else ""

    def waiting(self, but: Collection[str], most: int) -> list[Waiting]:
        """Return the oldest messages in the folder that is read.

        Args:
            but: the uids of messages to leave out.
            most: how many at most.

        Raises:
            MailboxFailed: the session is over.
        """
        with understood():
            uids = [uid for uid in self._box.uids("ALL", None) if uid not in but][:most]
            return self._read(uids) if uids else []

    def _read(self, uids: list[str]) -> list[Waiting]:
        status, answers = self._box.client.uid(
            "FETCH", ",".join(uids), f"(UID BODY.PEEK[]<0.{LARGEST_READ}>)"
        )
        if status == "OK":
            tuples = (answer for answer in answers if isinstance(answer, tuple))
            found = ((_UID.search(head), raw) for head, raw in tuples)
            given = {uid[1].decode(): raw for uid, raw in found if uid}
            return [Waiting(uid, given.get(uid)) for uid in uids]
        if len(uids) == 1:
            return [Waiting(uids[0], None)]
        # One damaged message must hold up no other.
        return [message for uid in uids for message in self._read([uid])]

    def move(self, uids: Collection[str], folder: Folder) -> None:
        """Move messages. One that is not there any more is left out.

        Raises:
            NotDone: the server moves them not, or not all of them.
            MailboxFailed: the session is over. Some may have been moved.
        """
        with understood():
            try:
                self._box.move(list(uids), self._prefix + folder)
            except ImapToolsError:
                if not self._make_folders():
                    raise
                self._box.move(list(uids), self._prefix + folder)

    def oldest_came(self) -> datetime | None:
        """Return when the oldest message in the folder that is read came; None if there is none.

        Raises:
            MailboxFailed: the session is over.
        """
        with understood():
            uids = self._box.uids("ALL", None)
            if not uids:
                return None
            status, answers = self._box.client.uid("FETCH", uids[0], "(INTERNALDATE)")
            came = _internal_date(answers[0] or b"")
        if status != "OK" or came is None:
            raise MailboxFailed("the mail server does not say when a message came")
        return came

    def not_taken(self, since: datetime) -> Iterator[str]:
        """Yield whom the messages since a moment are for, and what they refer to.

        These are the headers of each message in the folder that is read, or that was sent to the
        desk, could not be read, or was taken for junk. So no case has taken it.

        The server is asked for dates only: many find whole words and no parts of them.

        Args:
            since: by the server's clock.

        Raises:
            MailboxFailed: the session is over.
        """
        day = (since - _A_DAY).date()  # by the server's time zone
        with understood():
            for folder in self._folders_not_taken():
                self._box.folder.set(folder, readonly=True)
                uids = self._box.uids(AND(date_gte=day), None)
                for start in range(0, len(uids), _HEADERS_AT_ONCE):
                    some = self._came_since(since, uids[start : start + _HEADERS_AT_ONCE])
                    yield from self._heads(some)

    def _folders_not_taken(self) -> list[str]:
        ours = (self._prefix + folder for folder in Folder if folder is not Folder.DONE)
        junk = (f.name for f in self._box.folder.list() if "\\Junk" in f.flags)
        return list(dict.fromkeys((self._server.folder, *ours, *junk)))

    def _came_since(self, since: datetime, uids: Iterable[str]) -> list[str]:
        """Return those that came since a moment. One of which that is not known is among them."""
        status, answers = self._box.client.uid("FETCH", ",".join(uids), "(UID INTERNALDATE)")
        if status != "OK":
            raise MailboxFailed("the mail server does not say when its messages came")
        found = ((_UID.search(answer), answer) for answer in answers if isinstance(answer, bytes))
        return [
            uid[1].decode()
            for uid, answer in found
            if uid and ((came := _internal_date(answer)) is None or came >= since)
        ]

    def _heads(self, uids: Collection[str]) -> Iterator[str]:
        if not uids:
            return
        fields = " ".join((*ADDRESSED_IN, *REFERS_IN)).upper()
        status, answers = self._box.client.uid(
            "FETCH",
            ",".join(uids),
            f"(BODY.PEEK[HEADER.FIELDS ({fields})]<0.{_LONGEST_HEAD}>)",
        )
        if status != "OK":
            raise MailboxFailed("the mail server does not give its messages")
        for answer in answers:
            if isinstance(answer, tuple):
                yield answer[1].decode("ascii", "replace")

    def count(self, folder: Folder) -> int:
        """Return how many messages are in a folder.

        Raises:
            MailboxFailed: the session is over.
        """
        with understood():
            status = self._box.folder.status(self._prefix + folder, ["MESSAGES"])
            return int(status["MESSAGES"])

    def newest_of(self, folder: Folder, most: int) -> tuple[int, list[bytes]]:
        """Return how many messages are in a folder, and the headers of the newest ones.

        Of the headers only From, Subject and Date are read, the newest message first. Nothing in
        the folder changes.

        Raises:
            MailboxFailed: the session is over.
        """
        with understood():
            self._box.folder.set(self._prefix + folder, readonly=True)
            uids = self._box.uids("ALL", None)
            if not uids:
                return 0, []
            status, answers = self._box.client.uid(
                "FETCH",
                ",".join(uids[-most:]),
                f"(UID BODY.PEEK[HEADER.FIELDS (FROM SUBJECT DATE)]<0.{_LONGEST_HEADERS}>)",
            )
            if status != "OK":
                raise MailboxFailed("the mail server does not give its messages")
            found = [answer[1] for answer in answers if isinstance(answer, tuple)]
        return len(uids), found[::-1]

    def wait(self, seconds: float) -> None:
        """Wait until a message comes, or for so long. Without IDLE always wait for so long.

        Raises:
            MailboxFailed: the session is over.
        """
        if not self._can_idle:
            self._interrupted.wait(seconds)
            return
        with understood():
            self._box.idle.wait(seconds)

    def interrupt(self) -> None:
        """Have `wait` in another thread end at once. The session is then over."""
        self._interrupted.set()
        with suppress(OSError):  # it is over already
            self._box.client.sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """End the session."""
        with suppress(MailboxFailed), understood():
            self._box.logout()


def _log_in(server: ImapServer) -> BaseMailBox:
    trust = ssl.create_default_context(cafile=server.ca_file)
    box: BaseMailBox
    match server.security:
        case Security.TLS:
            box = MailBox(server.host, server.port or 993, timeout=_SECONDS, ssl_context=trust)
        case Security.STARTTLS:
            box = MailBoxStartTls(
                server.host, server.port or 143, timeout=_SECONDS, ssl_context=trust
            )
        case Security.NONE:
            box = MailBoxUnencrypted(server.host, server.port or 143, timeout=_SECONDS)
    return box.login(server.username, server.password, initial_folder=server.folder)


def _internal_date(answer: bytes) -> datetime | None:
    """Return when a message came, as an answer says; None if it does not."""
    came = imaplib.Internaldate2tuple(answer)
    return None if came is None else datetime.fromtimestamp(time.mktime(came), UTC)
