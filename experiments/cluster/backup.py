"""Continuous backup of a PostgreSQL server: its archived log, a base backup, and going back."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from experiments.cluster.postgres import DatabaseFailed, Postgres, give, run
from experiments.cluster.programs import system_program

ARCHIVE_SECONDS = 5
"""The most that the archive lacks. Short, since a trial is short."""


@dataclass
class Backup:
    """The backup of a server, in a folder that outlives the server's data.

    Args:
        of: the server.
        folder: an empty folder for it.
    """

    of: Postgres
    folder: Path

    def __post_init__(self) -> None:
        self._archive, self._base = self.folder / "wal", self.folder / "base"
        self._archive.mkdir(parents=True)
        give(self.folder)

    async def begin(self) -> None:
        """Have the server archive its log. It is restarted, as `archive_mode` asks for that."""
        keep = f"test ! -f {self._archive}/%f && cp %p {self._archive}/%f"
        for setting in (
            "archive_mode = on",
            f"archive_command = '{keep}'",
            f"archive_timeout = {ARCHIVE_SECONDS}",
        ):
            await self.of.ask(f"alter system set {setting}")
        await self.of.shut_down()
        await self.of.start()

    async def take_base(self) -> None:
        """Copy the data of the running server."""
        await run(
            str(system_program("pg_basebackup")),
            *("-D", str(self._base), "-d", self.of.url("postgres")),
            *("--wal-method=none", "--checkpoint=fast"),
        )

    async def moment(self) -> str:
        """Return the time by the server's clock, as PostgreSQL writes it."""
        return await self.of.ask("select clock_timestamp()")

    async def lose(self) -> None:
        """Kill the server, and delete its data with the part of the log not archived yet."""
        await self.of.node.kill()
        shutil.rmtree(self.of.data)

    async def restore(self, until: str) -> None:
        """Bring back what was committed until this moment, and let the server serve.

        Raises:
            DatabaseFailed: the archive does not reach that far, or the server does not start.
        """
        shutil.copytree(self._base, self.of.data)
        with (self.of.data / "postgresql.auto.conf").open("a") as settings:
            settings.write(
                f"restore_command = 'cp {self._archive}/%f %p'\n"
                f"recovery_target_time = '{until}'\n"
                "recovery_target_action = promote\n"
            )
        (self.of.data / "recovery.signal").touch()
        give(self.of.data, deep=True)
        await self.of.start()
        while await self.of.ask("select pg_is_in_recovery()") == "t":
            if not self.of.node.is_running:
                raise DatabaseFailed(f"{self.of.name}: {self.of.node.last_words()}")
