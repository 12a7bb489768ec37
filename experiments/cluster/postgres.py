"""A PostgreSQL server of a cluster, and the pgbouncer that leads to the primary."""

import asyncio
import os
import pwd
import shutil
import signal
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from experiments.cluster.hosts import Hosts
from experiments.cluster.node import Node
from experiments.cluster.programs import system_program

PORT = "5432"
USER = "postgres"
"""Who runs it: it refuses to run as root."""
_STARTS_WITHIN_SECONDS = 60


class DatabaseFailed(Exception):
    """PostgreSQL did not do what it was asked. The message quotes its last words."""


@dataclass
class Postgres:
    """A server with its data.

    Args:
        name: the node's.
        hosts: gives it its address.
        folder: its data and its log. The user `postgres` must be able to enter it.
        role: the database's superuser, as the image of PostgreSQL makes it.
        password: of that role.
        settings: options of the command line, such as `-c wal_level=replica`.
    """

    name: str
    hosts: Hosts
    folder: Path
    role: str
    password: str
    settings: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.address = self.hosts.address(self.name)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.data = self.folder / "data"
        give(self.folder)
        command = [*self.hosts.inside(self.name), *_as_user()]
        command += [str(system_program("postgres")), "-D", str(self.data), *self.settings]
        command += ["-c", f"listen_addresses={self.address}", "-c", f"port={PORT}"]
        command += ["-c", "unix_socket_directories="]
        self.node = Node(self.name, self.address, command, self.folder / "postgres.log")

    async def create(self) -> None:
        """Make an empty database system."""
        word = self.folder / "password"
        word.write_text(self.password)
        give(self.folder)
        await run(
            str(system_program("initdb")),
            *("-D", str(self.data), "-U", self.role, f"--pwfile={word}", "--encoding=UTF8"),
            *("--auth-host=scram-sha-256", "--auth-local=reject", "--no-instructions"),
        )
        word.unlink()
        with (self.data / "pg_hba.conf").open("a") as rights:
            rights.write("host all all all scram-sha-256\nhost replication all all scram-sha-256\n")

    async def follow(self, primary: "Postgres") -> None:
        """Copy a running server, so that starting this one makes it a streaming replica of it."""
        shutil.rmtree(self.data, ignore_errors=True)
        await run(
            str(system_program("pg_basebackup")),
            *("-D", str(self.data), "-d", primary.url("postgres"), "--write-recovery-conf"),
            *("--wal-method=stream", "--checkpoint=fast"),
        )

    async def start(self) -> None:
        """Start it, and wait until it takes connections."""
        await self.node.start()
        with suppress(TimeoutError):
            async with asyncio.timeout(_STARTS_WITHIN_SECONDS):
                while self.node.is_running:
                    with suppress(DatabaseFailed):
                        await self.ask("select 1")
                        return
                    await asyncio.sleep(0.1)
        raise DatabaseFailed(f"{self.name} did not start: {self.node.last_words()}")

    async def kill(self) -> None:
        """Kill it with its children, as a machine that loses power does.

        They have sessions of their own. One that still works keeps the server from starting again.
        """
        assert self.node.process is not None
        pid = self.node.process.pid
        with suppress(OSError):
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
            await self.node.kill()
            for child in children:
                with suppress(ProcessLookupError):
                    os.kill(int(child), signal.SIGKILL)
        await self.node.kill()

    async def shut_down(self) -> None:
        """End it in good order, without waiting for its clients."""
        await run(str(system_program("pg_ctl")), "stop", "-D", str(self.data), "--mode=fast")

    async def keep_in_step(self) -> None:
        """From now on commit nothing that the replica has not written too."""
        await self.ask("alter system set synchronous_standby_names = '*'")
        await self.ask("select pg_reload_conf()")

    async def promote(self) -> None:
        """Make a replica the primary. It commits alone until `keep_in_step`."""
        await self.ask("alter system reset synchronous_standby_names")
        await self.ask("select pg_reload_conf()")
        await self.ask("select pg_promote()")

    async def ask(self, query: str, database: str = "postgres") -> str:
        """Return what psql prints for a query, without headers."""
        return await run(
            str(system_program("psql")), "-XAtq", "-c", query, self.url(database), user=None
        )

    def url(self, database: str) -> str:
        """Return the address of one of its databases, with the password."""
        return f"postgresql://{self.role}:{self.password}@{self.address}:{PORT}/{database}"


@dataclass
class Bouncer:
    """A pgbouncer that leads to whichever server is the primary.

    Sessions are pooled, not transactions: Temporal's driver prepares its statements.
    """

    hosts: Hosts
    folder: Path
    primary: Postgres
    name: str = "postgresql"

    def __post_init__(self) -> None:
        self.address = self.hosts.address(self.name)
        self.folder.mkdir(parents=True, exist_ok=True)
        self._config = self.folder / "pgbouncer.ini"
        command = [*self.hosts.inside(self.name), *_as_user()]
        command += [str(system_program("pgbouncer")), str(self._config)]
        self.node = Node(self.name, self.address, command, self.folder / "pgbouncer.log")

    async def start(self) -> None:
        """Start it, leading to the primary."""
        role, password = self.primary.role, self.primary.password
        (self.folder / "users").write_text(f'"{role}" "{password}"\n')
        self._write()
        await self.node.start()

    async def lead_to(self, primary: Postgres) -> None:
        """Lead to another server, by a new start: so no connection to the old one stays."""
        self.primary = primary
        self._write()
        await self.node.kill()
        await self.node.start()

    def url(self, database: str) -> str:
        """Return the address of a database by this way."""
        role, password = self.primary.role, self.primary.password
        return f"postgresql://{role}:{password}@{self.address}:{PORT}/{database}"

    def _write(self) -> None:
        to = f"host={self.primary.address} port={PORT}"
        names = ("postgres", "temporal", "temporal_visibility")
        databases = "\n".join(f"{name} = {to}" for name in names)
        self._config.write_text(
            f"[databases]\n{databases}\n[pgbouncer]\n"
            f"listen_addr = {self.address}\nlisten_port = {PORT}\nunix_socket_dir =\n"
            f"auth_type = scram-sha-256\nauth_file = {self.folder / 'users'}\n"
            "pool_mode = session\n"
            "max_client_conn = 2000\ndefault_pool_size = 400\nserver_check_delay = 5\n"
            "server_connect_timeout = 3\nserver_login_retry = 1\nquery_wait_timeout = 10\n"
            "ignore_startup_parameters = extra_float_digits\n"
        )
        give(self.folder)


async def run(*command: str, user: str | None = USER) -> str:
    """Run a program of PostgreSQL to its end, and return what it printed.

    Raises:
        DatabaseFailed: it failed.
    """
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd="/",
        user=user if os.geteuid() == 0 else None,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        printed, said = await process.communicate()
    except asyncio.CancelledError:
        process.kill()
        raise
    if process.returncode:
        why = said.decode(errors="replace").strip().splitlines()[-1:]
        raise DatabaseFailed(f"{Path(command[0]).name}: {why[0] if why else 'no reason given'}")
    return printed.decode().strip()


def _as_user() -> list[str]:
    """Return the command that makes root somebody else: a namespace is entered as root."""
    if os.geteuid() != 0:
        return []
    return ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups"]


def give(folder: Path, *, deep: bool = False) -> None:
    """Give a folder to PostgreSQL's user, and let nobody else enter it: it holds passwords.

    `deep`: also what is in folders of it.
    """
    folder.chmod(0o700)
    if os.geteuid() == 0:
        who = pwd.getpwnam(USER)
        for path in (folder, *(folder.rglob("*") if deep else folder.iterdir())):
            os.chown(path, who.pw_uid, who.pw_gid)
