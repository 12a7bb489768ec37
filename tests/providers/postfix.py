"""A real mail server, Postfix: it takes our e-mails, and sends back what it cannot deliver."""

import asyncio
import os
import pwd
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from providers.smtp.mail import Security, SmtpMail, SmtpServer
from tests.free_port import free_port
from tests.patience import PATIENCE

PROGRAM = shutil.which("postfix") or shutil.which("postfix", path="/usr/sbin")
needs_postfix = pytest.mark.skipif(
    PROGRAM is None or os.getuid() != 0,
    reason="Postfix is not installed (Debian: postfix), or this is not root, which it needs",
)

_MAIN = """
compatibility_level = 3.6
queue_directory = {home}/queue
data_directory = {home}/data
maillog_file = {home}/log
maillog_file_prefixes = {home}
myhostname = mx.shop.example
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
alias_maps =
alias_database =
smtp_host_lookup = native
relay_domains = {away}
transport_maps = inline:{{ {away}=smtp:[127.0.0.1]:{onward} }}
recipient_delimiter = +
virtual_mailbox_domains = {domain}
virtual_mailbox_base = {maildir_parent}
virtual_mailbox_maps = inline:{{ {address}={maildir_name}/ }}
virtual_minimum_uid = 1
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
"""
_MASTER = """
{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""


@dataclass(frozen=True)
class Postfix:
    """A running server."""

    port: int

    @property
    def mail(self) -> SmtpMail:
        """Our side, which hands in here."""
        return SmtpMail(SmtpServer("127.0.0.1", Security.NONE, timeout_seconds=10, port=self.port))


@asynccontextmanager
async def postfix(address: str, maildir: Path, away: str, onward: int) -> AsyncIterator[Postfix]:
    """Run a server.

    Args:
        address: the mailbox that it delivers to, with anything after a plus sign.
        maildir: where that mailbox is.
        away: a domain whose mail it passes on.
        onward: the port of that domain's mail server.
    """
    port = free_port()
    # Its sockets' names must be short, and those of folders of tests are not.
    home = Path(tempfile.mkdtemp(prefix="case72-postfix-"))
    home.chmod(0o755)
    config = home / "config"
    for folder in (config, home / "queue", home / "data"):
        folder.mkdir()
    shutil.chown(home / "data", "postfix")
    owner = pwd.getpwnam("nobody")
    main = _MAIN.format(
        home=home,
        away=away,
        onward=onward,
        domain=address.rpartition("@")[2],
        address=address,
        maildir_parent=maildir.parent,
        maildir_name=maildir.name,
        uid=owner.pw_uid,
        gid=owner.pw_gid,
    )
    (config / "main.cf").write_text(main)
    (config / "master.cf").write_text(_MASTER.format(port=port))
    process = await asyncio.create_subprocess_exec(
        str(PROGRAM),
        "-c",
        str(config),
        "start-fg",
        stdin=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        await _answers(port, home / "log")
        yield Postfix(port)
    finally:
        # The master is a process of its own, which a signal to its script does not reach.
        stop = await asyncio.create_subprocess_exec(
            str(PROGRAM), "-c", str(config), "stop", stderr=asyncio.subprocess.DEVNULL
        )
        await stop.wait()
        await process.wait()
        shutil.rmtree(home)


async def _answers(port: int, log: Path) -> None:
    try:
        async with asyncio.timeout(PATIENCE):
            while True:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                except OSError:
                    await asyncio.sleep(0.1)
                else:
                    writer.close()
                    return
    except TimeoutError:
        raise RuntimeError(log.read_text() if log.exists() else "it wrote no log") from None
