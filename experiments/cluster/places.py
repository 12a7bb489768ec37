"""Where on this machine is what docker-compose.yml names: containers, ports, paths."""

import os
import secrets
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from experiments.cluster.balancer import TEMPORAL_PORT
from experiments.cluster.compose_file import ComposeFile
from experiments.cluster.hosts import Hosts
from experiments.cluster.programs import Programs

ROOT = Path(__file__).parents[2]
_ACCESS = "/run/access"
_HERE = "127.0.0.1"


@dataclass
class Places:
    """The settings, commands and health checks of the compose file, as they are here."""

    compose: ComposeFile
    folder: Path
    """The cluster's."""
    hosts: Hosts
    programs: Programs

    @property
    def state(self) -> Path:
        """Return the folder that our programs share."""
        return self.folder / "state"

    @property
    def is_secured(self) -> bool:
        """Whether Temporal asks for certificates and API keys (docs/access.md)."""
        return "USE_INTERNAL_FRONTEND" in self.compose.environment("temporal")

    def environment(self, service: str, address: str = _HERE) -> dict[str, str]:
        """Return what the file sets for a service that runs at an address."""
        settings = self.compose.environment(service)
        return {name: self._here(value, service, address) for name, value in settings.items()}

    def command(self, service: str) -> list[str]:
        """Return the command of a service that runs here."""
        return [self._here(part, service, _HERE) for part in self.compose.command(service)]

    def health_check(self, service: str, address: str) -> list[str]:
        """Return the command that succeeds once a service at an address is well."""
        check = [self._here(part, service, address) for part in self.compose.health_check(service)]
        return [sys.executable if check[0] == "python" else check[0], *check[1:]]

    def client_environment(self) -> dict[str, str]:
        """Return the settings with which this process is a client, with an operator's rights."""
        ours = self.environment("worker") | self.environment("temporal-namespace")
        wanted = (
            "TEMPORAL_",
            "CASE72_ENCRYPTION_",
            "CASE72_PAGE_",
            "CASE72_STATE",
            "CASE72_TEMPORAL_",
        )
        return {name: value for name, value in ours.items() if name.startswith(wanted)}

    def keep_secrets(self) -> None:
        """Make the files of secrets that the file names. No other user can read them."""
        folder = self.folder / "secrets"
        folder.mkdir(mode=0o700, parents=True)
        self.state.mkdir(mode=0o700)
        keys = _run(sys.executable, str(ROOT / "client.py"), "keys", "new")
        for name, content in {
            "encryption_keys": keys,
            "page_secrets": secrets.token_urlsafe(48),
        }.items():
            file = folder / name
            file.touch(0o600)
            file.write_text(content)

    def issue(self, addresses: list[str], *names: str) -> None:
        """Make the certificates and API keys, or renew those of `names`.

        Args:
            addresses: where Temporal is reached.
            names: such as `page`; none: all.
        """
        _run(
            str(ROOT / "deploy/secured/issue.sh"),
            str(self.folder / "secrets/access"),
            *names,
            PYTHON=sys.executable,
            CLIENT=str(ROOT / "client.py"),
            TEMPORAL_NAMES=",".join(f"IP:{address}" for address in addresses),
        )

    def _here(self, text: str, service: str, address: str) -> str:
        """Replace what has another name or place in a container."""
        if text == "postgresql":
            return self.hosts.address("postgresql")
        access = self.compose.mounted(service).get(_ACCESS, "")
        for there, here in {
            "temporal:7233": f"{self.hosts.gateway}:{TEMPORAL_PORT}",
            "mailpit": self.hosts.address("mailpit"),
            "172.30.72.1": self.hosts.gateway,
            "0.0.0.0": address,
            _HERE: address,
            "/var/lib/case72": str(self.state),
            "/run/secrets": str(self.folder / "secrets"),
            _ACCESS: str(self.folder / access),
            "/etc/temporal/schema": str(self.programs.schema),
        }.items():
            text = text.replace(there, here)
        return text


def _run(*command: str, **environment: str) -> str:
    ended = subprocess.run(
        command, check=True, capture_output=True, text=True, env={**os.environ, **environment}
    )
    return ended.stdout
