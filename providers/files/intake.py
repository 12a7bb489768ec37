"""Takes a file in: its kind is checked, it is scanned, and only then it is stored."""

import asyncio

import structlog

from domain.case.evidence_file import EvidenceFile, clean_file_name
from providers.files.clamd import Clamd, ScannerAway
from providers.files.kinds import FileProblem, FileRefused, kind_of
from providers.files.store import FileStore, StoreAway

log = structlog.get_logger("files")


class TryLater(Exception):
    """The file cannot be taken for now: the scanner or the store is away. Nothing was stored."""


class Intake:
    """The one way into the store."""

    def __init__(self, store: FileStore, scanner: Clamd | None = None) -> None:
        self.store, self._scanner = store, scanner

    async def take(self, account: str, name: str, content: bytes) -> EvidenceFile:
        """Take in a file, and return what a plan names it by.

        Args:
            account: whose it is, such as `US/A2EXAMPLE`.
            name: what its sender calls it; it is cleaned.
            content: all of it.

        Raises:
            FileRefused: it is not taken.
            TryLater: it may be taken later.
        """
        name = clean_file_name(name)
        kind = await asyncio.to_thread(kind_of, name, content)
        try:
            if self._scanner is not None and await self._scanner.is_infected(content):
                # The log names neither the file nor the seller.
                log.warning("a file is infected, and was refused", size=len(content))
                raise FileRefused(FileProblem.INFECTED)
            digest = await self.store.put(account, content)
        except (ScannerAway, StoreAway) as error:
            log.warning("a file cannot be taken for now", what=type(error).__name__, why=str(error))
            raise TryLater from None
        return EvidenceFile(sha256=digest, name=name, media_type=kind, size=len(content))
