"""What the desk reaches besides Temporal."""

from dataclasses import dataclass

from providers.files.store import FileStore
from providers.imap.server import ImapServer
from reference.find_hashes import FindHashes
from runtime.inbound_settings import InboundSettings
from runtime.settings import Settings


@dataclass(frozen=True)
class Outside:
    """What the desk reaches besides Temporal, as far as it is configured."""

    hashes: FindHashes | None = None
    """What cases are found by. None: not by name, address and number."""
    mailbox: ImapServer | None = None
    """Where answers to e-mails come to. None: none are read."""
    files: FileStore | None = None
    """Where the files of plans are. None: there are none."""

    @classmethod
    def of(cls, general: Settings, inbound: InboundSettings) -> "Outside":
        """Return what the settings name."""
        return cls(general.find_hashes(), inbound.imap_server(), general.file_store())


NOTHING = Outside()
"""The desk reaches Temporal only."""
