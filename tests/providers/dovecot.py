"""A real IMAP server, Dovecot, with one mailbox that may be given mail to."""

import asyncio
import itertools
import os
import pwd
import shutil
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from providers.imap.failures import MailboxFailed
from providers.imap.folders import Folder
from providers.imap.mailbox import ImapMailbox
from providers.imap.server import ImapServer
from providers.smtp.mail import Security
from tests.free_port import free_port
from tests.patience import PATIENCE

PROGRAM = shutil.which("dovecot") or shutil.which("dovecot", path="/usr/sbin")
needs_dovecot = pytest.mark.skipif(
    PROGRAM is None, reason="Dovecot is not installed (Debian: dovecot-imapd)"
)
USER, PASSWORD = "reply", "open-sesame-9"

_CONFIG = r"""
base_dir = {sockets}
state_dir = {folder}/state
log_path = {folder}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
default_internal_user = {internal}
default_login_user = {login}
default_internal_group = {group}
first_valid_uid = 1
first_valid_gid = 0
mail_uid = {mailer}
mail_gid = {mail_group}
mail_location = maildir:{folder}/maildir
mailbox_list_index = no
auth_mechanisms = plain login
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={mailer} gid={mail_group} home={folder}/home
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
service imap {{
  executable = imap
}}
namespace inbox {{
  inbox = yes
  prefix = {prefix}
  separator = {separator}
  mailbox Junk {{
    special_use = \Junk
  }}
}}
"""


@dataclass
class Dovecot:
    """A running server."""

    folder: Path
    port: int
    prefix: str
    process: asyncio.subprocess.Process | None = None
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    @property
    def server(self) -> ImapServer:
        """How our side reaches it."""
        return ImapServer("127.0.0.1", self.port, Security.NONE, USER, PASSWORD)

    def deliver(self, raw: bytes, folder: str = ".", *, hours_ago: float = 0) -> float:
        """Put a message into the mailbox, or into a folder of it. Return when it was put there."""
        name = f"{time.time():.6f}.{next(self._numbers)}.test"
        draft = self.folder / "maildir" / "tmp" / name
        draft.write_bytes(raw)
        os.chmod(draft, 0o666)
        came = time.time() - hours_ago * 3600
        os.utime(draft, (came, came))  # so says IMAP
        draft.rename(self.folder / "maildir" / folder / "new" / name)
        return time.monotonic()

    def make_junk(self) -> str:
        """Make the folder for what is taken for junk. Return where it is."""
        place = self.folder / "maildir" / ".Junk"
        for part in (place, *(place / sub for sub in ("new", "cur", "tmp"))):
            part.mkdir()
            shutil.chown(part, (self.folder / "maildir").owner())
        return place.name

    def in_folder(self, folder: Folder | None) -> list[bytes]:
        """What is in a folder; None: in the one that is read."""
        path = self.folder / "maildir"
        if folder is not None:
            path /= f".{self.prefix.replace('INBOX', '').strip('.')}{folder}".replace("..", ".")
        found = []
        for file in [f for sub in ("new", "cur") for f in (path / sub).glob("*")]:
            with suppress(FileNotFoundError):  # it was moved a moment ago
                found.append(file.read_bytes())
        return found

    async def when_empty(self, within: float = PATIENCE) -> None:
        """Wait until nothing is left to be read."""
        async with asyncio.timeout(within):
            box = self.folder / "maildir"
            while any(any((box / sub).iterdir()) for sub in ("new", "cur")):
                await asyncio.sleep(0.02)

    async def start(self) -> None:
        """Start, and wait until it answers."""
        async with asyncio.timeout(PATIENCE):
            while True:
                if self.process is None or self.process.returncode is not None:
                    # Those of an earlier run may hold the port for a moment.
                    self.process = await asyncio.create_subprocess_exec(
                        str(PROGRAM), "-F", "-c", str(self.folder / "dovecot.conf")
                    )
                await asyncio.sleep(0.2)
                with suppress(MailboxFailed):
                    box = await asyncio.to_thread(ImapMailbox, self.server)
                    box.close()
                    break

    async def stop(self) -> None:
        """Stop at once."""
        assert self.process
        self.process.terminate()
        await self.process.wait()


@asynccontextmanager
async def dovecot(folder: Path, prefix: str = "") -> AsyncIterator[Dovecot]:
    """Run a server that keeps everything in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for parent in (folder, *folder.parents):
        if parent.stat().st_uid == os.getuid() and parent != Path("/tmp"):
            parent.chmod(parent.stat().st_mode | 0o711)
    for name in ("maildir/new", "maildir/cur", "maildir/tmp", "home", "state"):
        (folder / name).mkdir(parents=True)
    own = pwd.getpwuid(os.getuid()).pw_name
    is_root = os.getuid() == 0
    port = free_port()
    mailer = "nobody" if is_root else own
    mail_group = pwd.getpwnam(mailer).pw_gid
    # The names of sockets must be short, and those of folders of tests are not.
    sockets = tempfile.mkdtemp(prefix="case72-")
    config = _CONFIG.format(
        folder=folder,
        sockets=sockets,
        port=port,
        password=PASSWORD,
        internal="dovecot" if is_root else own,
        login="dovenull" if is_root else own,
        group="dovecot" if is_root else mail_group,
        mailer=mailer,
        mail_group=mail_group,
        prefix=prefix,
        separator="." if prefix else "/",
    )
    (folder / "dovecot.conf").write_text(config)
    if is_root:
        for path in (folder / "maildir", *(folder / "maildir").iterdir(), folder / "home"):
            shutil.chown(path, mailer)
    server = Dovecot(folder, port, prefix)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()
        shutil.rmtree(sockets)
