"""Reads the mailbox and places what comes in, until it is told to stop."""

import asyncio
import time
from collections import defaultdict
from contextlib import suppress

import structlog

from inbound.incoming import Unreadable, read
from inbound.mailbox import Folder, ImapMailbox, ImapServer, NoMailbox, Waiting
from inbound.placing import Placed, Placing, TryLater

log = structlog.get_logger("inbound")

AT_ONCE = 50
"""How many messages are placed at once."""
_AGAIN_SECONDS = 5
_LONGEST_PAUSE_SECONDS = 60

_FOLDERS = {Placed.TAKEN: Folder.DONE, Placed.FORWARDED: Folder.DESK}


class Reading:
    """Reads a mailbox.

    Args:
        server: the mailbox.
        placing: places what was read.
        poll_seconds: how often to look where the server does not tell of new mail.
    """

    def __init__(self, server: ImapServer, placing: Placing, poll_seconds: float) -> None:
        self._server, self._placing, self._poll_seconds = server, placing, poll_seconds
        self._later: dict[str, float] = {}
        """When to try messages again, by uid and on this process's own clock."""

    async def read_until(self, stop: asyncio.Event) -> None:
        """Read until `stop` is set. What is being placed then is finished first."""
        pause = 1.0
        while not stop.is_set():
            try:
                box = await asyncio.to_thread(ImapMailbox, self._server)
            except NoMailbox as why:
                log.warning("no mailbox", why=str(why), again_in_seconds=pause)
                await _stopped_within(stop, pause)
                pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
                continue
            pause = 1.0
            try:
                await self._read(box, stop)
            except NoMailbox as why:
                log.warning("the mailbox went away", why=str(why))
                await _stopped_within(stop, pause)

    async def _read(self, box: ImapMailbox, stop: asyncio.Event) -> None:
        self._later.clear()  # another session may have other uids
        log.info("reading", folder=self._server.folder)
        while not stop.is_set():
            now = time.monotonic()
            held = {uid for uid, again in self._later.items() if again > now}
            waiting = await asyncio.to_thread(box.waiting, held, AT_ONCE)
            if waiting:
                await self._handle(box, waiting)
                continue
            soon = min((again - now for again in self._later.values()), default=self._poll_seconds)
            await self._wait(box, max(0.1, min(soon, self._poll_seconds)), stop)
        await asyncio.to_thread(box.close)

    async def _handle(self, box: ImapMailbox, waiting: list[Waiting]) -> None:
        folders = await asyncio.gather(*(self._folder_for(message) for message in waiting))
        by_folder: dict[Folder, list[str]] = defaultdict(list)
        for message, folder in zip(waiting, folders, strict=True):
            if folder is None:
                self._later[message.uid] = time.monotonic() + _AGAIN_SECONDS
            else:
                self._later.pop(message.uid, None)
                by_folder[folder].append(message.uid)
        for folder, uids in by_folder.items():
            await asyncio.to_thread(box.move, uids, folder)

    async def _folder_for(self, message: Waiting) -> Folder | None:
        """Place a message. Return where it goes, or None if it is to be tried again."""
        try:
            incoming = await asyncio.to_thread(read, message.raw)
            return _FOLDERS[await self._placing.place(incoming, message.raw)]
        except Unreadable as why:
            log.warning("unreadable", uid=message.uid, why=str(why))
            return Folder.UNREADABLE
        except TryLater as why:
            log.warning("tried again later", uid=message.uid, why=str(why))
            return None
        except Exception as error:
            # A fault of ours must hold up no other message, and this one must not be lost. Its
            # text could quote the message, so only the error's kind is told.
            log.error("not placed", uid=message.uid, error=type(error).__name__)  # noqa: TRY400
            return Folder.UNREADABLE

    async def _wait(self, box: ImapMailbox, seconds: float, stop: asyncio.Event) -> None:
        idle = asyncio.create_task(asyncio.to_thread(box.wait, seconds))
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({idle, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if idle.done():
            idle.result()
        else:  # the thread waits on, and ends with the process; nobody asks what came of it
            idle.add_done_callback(lambda task: task.cancelled() or task.exception())


async def _stopped_within(stop: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
