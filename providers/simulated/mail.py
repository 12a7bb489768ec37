"""A simulated mail server that writes to a maildir, for any mail reader (docs/by-hand.md)."""

import asyncio
import hashlib
import os
from email.message import EmailMessage
from email.utils import parseaddr
from pathlib import Path

from domain.shared.result import Result
from providers.protocols import ProviderFailed


class SimulatedMail:
    """Delivers to the maildir `folder`. The local part `bounce` bounces, and `outage` fails."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        for name in ("tmp", "new", "cur"):
            (folder / name).mkdir(parents=True, exist_ok=True)

    async def send(self, message: EmailMessage, returns_to: str | None = None) -> Result:
        """Deliver `message`. A repeat with the same Message-ID changes nothing."""
        local_part = parseaddr(str(message["To"]))[1].rpartition("@")[0]
        if local_part == "bounce":
            return Result.BOUNCED
        if local_part == "outage":
            raise ProviderFailed("simulated: the mail server is out of service")
        try:
            await asyncio.to_thread(self._deliver, message)
        except OSError as error:
            raise ProviderFailed(f"maildir: {error.strerror}") from error
        return Result.ACCEPTED

    def _deliver(self, message: EmailMessage) -> None:
        # The standard library's Maildir invents a name for each delivery. Derive the name from
        # the Message-ID instead, so that a repeat is the same file.
        name = hashlib.sha256(str(message["Message-ID"]).encode()).hexdigest()[:32]
        new = self._folder / "new" / name
        # A mail reader moves seen messages to cur/, and adds flags after a colon.
        if new.exists() or any((self._folder / "cur").glob(f"{name}*")):
            return
        draft = self._folder / "tmp" / f"{name}.{os.getpid()}"
        with draft.open("wb") as file:
            file.write(message.as_bytes(policy=message.policy.clone(linesep="\n")))
            file.flush()
            os.fsync(file.fileno())
        draft.rename(new)
