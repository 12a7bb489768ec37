"""docker-compose.yml, as whoever runs its services without containers reads it."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

_VARIABLE = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}|\$\$")


class MissingVariable(Exception):
    """The file needs a variable that was not given. The message names it."""


@dataclass(frozen=True)
class ComposeFile:
    """The services of a compose file, with its variables replaced."""

    folder: Path
    """Where the file lies. Paths in it are relative to this."""
    services: dict[str, dict[str, Any]]
    """As YAML has them. (Any: each key of a service has a form of its own.)"""
    variables: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, paths: list[Path], variables: dict[str, str]) -> "ComposeFile":
        """Read files, each of which adds to those before, as with `docker compose -f A -f B`.

        Args:
            paths: the files.
            variables: what `.env` would set.
        """
        services: dict[str, dict[str, Any]] = {}
        for path in paths:
            for name, described in yaml.safe_load(path.read_text())["services"].items():
                services[name] = _added(services.get(name, {}), described)
        return cls(paths[0].parent, services, variables)

    def environment(self, service: str) -> dict[str, str]:
        """Return what the file sets for a service."""
        settings = self.services[service].get("environment", {})
        return {name: self._filled(str(value)) for name, value in settings.items()}

    def command(self, service: str) -> list[str]:
        """Return a service's entry point with its command; empty if the image's own is used."""
        parts = [*self.services[service].get("entrypoint", ())]
        parts += self.services[service].get("command", ())
        return [self._filled(part) for part in parts]

    def version(self, service: str) -> str:
        """Return the version of a service's image."""
        return str(self.services[service]["image"]).rpartition(":")[2]

    def health_check(self, service: str) -> list[str]:
        """Return the command that succeeds once a service is well."""
        kind, *command = self.services[service]["healthcheck"]["test"]
        command = [self._filled(part) for part in command]
        return ["/bin/sh", "-c", *command] if kind == "CMD-SHELL" else command

    def mounted(self, service: str) -> dict[str, Path]:
        """Return the files and folders of ours that a service sees, by their paths there."""
        mounts = [text.split(":") for text in self.services[service].get("volumes", ())]
        return {to: Path(of) for of, to, *_ in mounts if of.startswith("./")}

    def _filled(self, text: str) -> str:
        return _VARIABLE.sub(self._value, text)

    def _value(self, found: re.Match[str]) -> str:
        name, kind, default = found.groups()
        if name is None:
            return "$"
        if name in self.variables:
            return self.variables[name]
        if kind == "-":
            return str(default)
        raise MissingVariable(f"{name}: is required by docker-compose.yml")


# Any: as in `ComposeFile.services`.
def _added(before: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    """Return a service's description with another file's: what is a list grows, but commands."""
    both = {**before, **more}
    both["environment"] = {**before.get("environment", {}), **more.get("environment", {})}
    both["volumes"] = [*before.get("volumes", ()), *more.get("volumes", ())]
    return both
