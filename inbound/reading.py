"""Reads the mailbox and places what comes in, until it is told to stop."""

import asyncio
import hashlib
import time
from collections import defaultdict
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass

import structlog

from inbound.incoming import Unreadable, read
from inbound.placing import Placed, Placing, TryLater
from providers.imap.failures import MailboxFailed, NotDone
from providers.imap.folders import Folder
from providers.imap.mailbox import ImapMailbox, Waiting
from providers.imap.server import ImapServer

log = structlog.get_logger("inbound")

AT_ONCE = 50
"""How many messages are placed at once."""
_FIRST_PAUSE_SECONDS = 1.0
_LONGEST_PAUSE_SECONDS = 60.0
_LONGEST_LOOK_SECONDS = 300.0
"""Both servers may be slow: the mail server has 60 seconds for an answer, and Temporal 5."""

_FOLDERS = {Placed.TAKEN: Folder.DONE, Placed.FORWARDED: Folder.DESK}


@dataclass(frozen=True)
class _Later:
    """When a message is tried again."""

    at: float
    """On this process's own clock."""
    pause: float
    """The seconds since it was tried last."""


class Reading:
    """Reads a mailbox.

    Args:
        server: the mailbox.
        placing: places what was read.
        poll_seconds: how often to look where the server does not tell of new mail.
    """

    def __init__(self, server: ImapServer, placing: Placing, poll_seconds: float) -> None:
        self._server, self._placing, self._poll_seconds = server, placing, poll_seconds
        self._alive_at = time.monotonic()
        """When the mailbox was last looked at, or found to be away."""
        self._placed: dict[bytes, Folder] = {}
        """Where messages go that were placed and could not be moved, by the hash of each."""
        self._later: dict[str, _Later] = {}
        """When to try messages again, by uid."""

    def what_is_wrong(self) -> str | None:
        """Return why this process must be restarted; None if it is well."""
        silent = time.monotonic() - self._alive_at
        stands_still = silent > self._poll_seconds + _LONGEST_LOOK_SECONDS
        return "it does not look into the mailbox any more" if stands_still else None

    async def read_until(self, stop: asyncio.Event) -> None:
        """Read until `stop` is set. What is being placed then is finished first."""
        pause = _FIRST_PAUSE_SECONDS
        while not stop.is_set():
            began = time.monotonic()
            try:
                await self._read(stop)
            except MailboxFailed as why:
                self._alive_at = time.monotonic()
                if time.monotonic() - began > _LONGEST_PAUSE_SECONDS:  # it was there for a while
                    pause = _FIRST_PAUSE_SECONDS
                log.warning("no mailbox", why=str(why), again_in_seconds=pause)
                await _stopped_within(stop, pause)
                pause = _longer(pause)

    async def _read(self, stop: asyncio.Event) -> None:
        box = await asyncio.to_thread(ImapMailbox, self._server)
        self._later.clear()  # another session may have other uids
        log.info("reading", folder=self._server.folder)
        while not stop.is_set():
            now = time.monotonic()
            # What could not be placed must not keep what has just come from being placed.
            new = await self._handle(box, set(self._later))
            held = {uid for uid, later in self._later.items() if later.at > now}
            if new + await self._handle(box, held):
                continue
            # What was due and is not listed has gone: somebody has moved it, or deleted it.
            self._later = {uid: self._later[uid] for uid in held}
            soon = min((one.at - now for one in self._later.values()), default=self._poll_seconds)
            await self._wait(box, max(0.1, min(soon, self._poll_seconds)), stop)
        await asyncio.to_thread(box.close)

    async def _handle(self, box: ImapMailbox, but: Collection[str]) -> int:
        """Place the oldest messages but some. Return how many."""
        self._alive_at = time.monotonic()
        waiting = await asyncio.to_thread(box.waiting, but, AT_ONCE)
        folders = await asyncio.gather(*(self._folder_for(message) for message in waiting))
        by_folder: dict[Folder, list[Waiting]] = defaultdict(list)
        for message, folder in zip(waiting, folders, strict=True):
            if folder is None:
                self._put_off(message)
            else:
                by_folder[folder].append(message)
        for folder, messages in by_folder.items():
            await self._move(box, messages, folder)
        return len(waiting)

    async def _move(self, box: ImapMailbox, messages: list[Waiting], folder: Folder) -> None:
        """Move messages that were placed. One that cannot be moved holds up no others."""
        try:
            await asyncio.to_thread(box.move, [message.uid for message in messages], folder)
        except NotDone as why:
            if len(messages) > 1:
                for message in messages:
                    await self._move(box, [message], folder)
                return
            log.warning("not moved", folder=folder, uid=messages[0].uid, why=str(why))
            self._put_off(messages[0])
            return
        for message in messages:
            self._later.pop(message.uid, None)
            self._placed.pop(_key(message), None)

    def _put_off(self, message: Waiting) -> None:
        before = self._later.get(message.uid)
        pause = _longer(before.pause) if before else _FIRST_PAUSE_SECONDS
        self._later[message.uid] = _Later(time.monotonic() + pause, pause)

    async def _folder_for(self, message: Waiting) -> Folder | None:
        """Place a message. Return where it goes, or None if it is to be tried again."""
        if message.raw is None:
            log.warning("the mail server did not give it, or it was moved", uid=message.uid)
            return None
        try:
            key = _key(message)
            if key not in self._placed:
                incoming = await asyncio.to_thread(read, message.raw)
                placed = await self._placing.place(incoming, message.raw)
                self._placed[key] = _FOLDERS[placed]
            return self._placed[key]
        except Unreadable as why:
            log.warning("unreadable", uid=message.uid, why=str(why))
            return Folder.UNREADABLE
        except TryLater as why:
            log.warning("tried again later", uid=message.uid, why=str(why))
            return None
        except Exception as error:
            # A fault of ours must hold up no other message. This one stays where it is until the
            # fault has gone, and the audit names it. The error's text could quote the message.
            log.error("not placed", uid=message.uid, error=type(error).__name__)  # noqa: TRY400
            return None

    async def _wait(self, box: ImapMailbox, seconds: float, stop: asyncio.Event) -> None:
        idle = asyncio.create_task(asyncio.to_thread(box.wait, seconds))
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({idle, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if idle.done():
            idle.result()
        else:  # the process waits for its threads
            box.interrupt()
            with suppress(MailboxFailed):
                await idle


def _key(message: Waiting) -> bytes:
    return hashlib.sha256(message.raw or b"").digest()


def _longer(pause: float) -> float:
    return min(2 * pause, _LONGEST_PAUSE_SECONDS)


async def _stopped_within(stop: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
