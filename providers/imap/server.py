"""Which mailbox answers come to. It imports no IMAP: most processes have no use for it."""

from dataclasses import dataclass, field
from pathlib import Path

from providers.smtp.mail import Security


@dataclass(frozen=True)
class ImapServer:
    """The mailbox's server."""

    host: str
    port: int | None
    """None: the default port of the security."""
    security: Security
    username: str
    password: str = field(repr=False)
    ca_file: Path | None = None
    folder: str = "INBOX"
