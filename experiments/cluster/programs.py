"""The programs that a cluster consists of, apart from ours.

Temporal's come from the Go module proxy, in the versions of docker-compose.yml's images.
PostgreSQL, pgbouncer and HAProxy are the system's.
"""

import os
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from experiments.cluster.compose_file import ComposeFile

SERVER_MODULE = "go.temporal.io/server"
_WEB_UI_MODULE = "github.com/temporalio/ui-server/v2"
_DEBIAN = {"postgres": "postgresql", "pgbouncer": "pgbouncer", "haproxy": "haproxy"}
"""The packages that programs are in."""
_POSTGRES_FOLDERS = "/usr/lib/postgresql"


class MissingProgram(Exception):
    """A program is missing. The message says in a line which, and how to get it."""


@dataclass(frozen=True)
class Programs:
    """Where the programs are."""

    server: Path
    schema_tool: Path
    web_ui: Path
    web_ui_files: Path
    """The folder with the Web UI's `config`, as its image has it."""
    schema: Path
    """The folder of the database's schema, as the image of the tools has it."""

    def path_of_tools(self, folder: Path) -> str:
        """Return a PATH on which the schema's job finds its tool, by the name that it has there."""
        folder.mkdir(parents=True, exist_ok=True)
        named = folder / "temporal-sql-tool"
        if not named.exists():
            named.symlink_to(self.schema_tool)
        return str(folder)


def installed(compose: ComposeFile, folder: Path, version: str | None = None) -> Programs:
    """Return Temporal's programs. Install into `folder` what is missing there; takes minutes.

    Args:
        compose: names the versions.
        folder: see above.
        version: the server's, instead of the compose file's.

    Raises:
        MissingProgram: there is no Go, or it cannot build them.
    """
    version, ui_version = version or compose.version("temporal"), compose.version("temporal-ui")
    return Programs(
        server=_built(SERVER_MODULE, "cmd/server", version, folder),
        schema_tool=_built(SERVER_MODULE, "cmd/tools/sql", version, folder),
        web_ui=_built(_WEB_UI_MODULE, "cmd/server", ui_version, folder),
        web_ui_files=_sources(_WEB_UI_MODULE, ui_version),
        schema=_sources(SERVER_MODULE, version) / "schema",
    )


def are_here(compose: ComposeFile, folder: Path) -> bool:
    """Return whether everything is installed."""
    try:
        for name in _DEBIAN:
            system_program(name)
    except MissingProgram:
        return False
    return _place(SERVER_MODULE, "cmd/server", compose.version("temporal"), folder).exists()


@cache
def system_program(name: str) -> Path:
    """Return a program of the system, such as `initdb`.

    Raises:
        MissingProgram: it is not installed.
    """
    versions = sorted(Path(_POSTGRES_FOLDERS).glob("*/bin"), reverse=True)
    path = os.pathsep.join(
        [*map(str, versions), os.environ["PATH"], "/usr/sbin", "/usr/local/sbin"]
    )
    found = shutil.which(name, path=path)
    if found is None:
        package = _DEBIAN.get(name, "postgresql")
        raise MissingProgram(f"{name} is missing: install it (Debian: apt-get install {package})")
    return Path(found)


def server_with(overlay: Path, name: str, version: str, folder: Path) -> Path:
    """Return Temporal's server with other sources in some places.

    Args:
        overlay: names them (`go help build`).
        name: how this program differs from the usual one.
        version: the server's.
        folder: where it is installed; takes minutes if it is missing there.

    Raises:
        MissingProgram: there is no Go, or it cannot build it.
    """
    return _built(SERVER_MODULE, "cmd/server", version, folder, f"-{name}", f"-overlay={overlay}")


def _place(module: str, package: str, version: str, folder: Path, suffix: str = "") -> Path:
    name = f"{module}/{package}".replace("/", "-")
    return folder / f"{name}-{version}{suffix}" / Path(package).name


def _built(
    module: str, package: str, version: str, folder: Path, suffix: str = "", *options: str
) -> Path:
    program = _place(module, package, version, folder, suffix)
    if not program.exists():
        print(f"Building {module}/{package} {version}{suffix} ...", flush=True)
        into = str(program.parent.absolute())
        go("install", *options, f"{module}/{package}@v{version}", GOBIN=into)
    return program


def _sources(module: str, version: str) -> Path:
    return Path(go("list", "-m", "-f", "{{.Dir}}", f"{module}@v{version}"))


def go(*arguments: str, **environment: str) -> str:
    """Run the `go` command, and return what it printed.

    Raises:
        MissingProgram: there is no Go, or the command failed.
    """
    found = shutil.which("go", path=f"{os.environ['PATH']}{os.pathsep}/usr/local/go/bin")
    if found is None:
        raise MissingProgram("go is missing: install Go 1.26 or newer (https://go.dev/dl)")
    ended = subprocess.run(
        [found, *arguments],
        env={**os.environ, "GOFLAGS": "-mod=mod", **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode:
        said = ended.stderr.strip().splitlines()[-1:] or ["no reason was given"]
        raise MissingProgram(f"go {arguments[0]} {arguments[-1]}: {said[0]}")
    return ended.stdout.strip()
