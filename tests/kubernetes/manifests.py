"""deploy/kubernetes as kustomize renders it, for tests that have no kustomize.

tests/test_kubernetes.py compares it with the real one where that is installed.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.test_whole import ROOT

FOLDER = ROOT / "deploy" / "kubernetes"
PAGE = ROOT / "docs" / "kubernetes.md"
GROUPS = ("common", "service", "mailbox", "worker", "desk")
Manifest = dict[str, Any]  # Any: YAML


def documents(file: Path) -> list[Manifest]:
    """The documents of a file."""
    return list(yaml.safe_load_all(file.read_text("utf-8")))


def _by_name(items: Any) -> bool:  # Any: YAML
    return isinstance(items, list) and all(isinstance(i, dict) and "name" in i for i in items)


def merged(base: Any, patch: Any) -> Any:  # Any: YAML
    """The patch over the base: fields and named entries are merged, all else is replaced."""
    if isinstance(base, dict) and isinstance(patch, dict):
        return base | {name: merged(base.get(name), value) for name, value in patch.items()}
    if _by_name(base) and _by_name(patch):
        found = {item["name"]: item for item in base}
        for item in patch:
            found[item["name"]] = merged(found.get(item["name"]), item)
        return list(found.values())
    return patch


def rendered(folder: str) -> list[Manifest]:
    """The resources of a folder, with the patches that are files."""
    known = documents(FOLDER / folder / "kustomization.yaml")[0]
    found = []
    for name in known["resources"]:
        if not (FOLDER / folder / name).is_file():
            continue
        for manifest in documents(FOLDER / folder / name):
            for patch in known.get("patches", ()):
                target = patch["target"]
                name_fits = re.fullmatch(target.get("name", ".*"), manifest["metadata"]["name"])
                if "path" in patch and target["kind"] == manifest["kind"] and name_fits:
                    (change,) = documents(FOLDER / folder / patch["path"])
                    del change["metadata"]
                    manifest = merged(manifest, change)  # noqa: PLW2901
            found.append(manifest)
    return found


def settings(group: str) -> dict[str, str]:
    """The settings of a group, as the example has them."""
    lines: list[str] = []
    for folder in ("base", "example"):
        lines += (FOLDER / folder / f"{group}.env").read_text("utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def secret_files() -> dict[str, set[str]]:
    """The files of the Secret of each group, as the documentation has them made."""
    made = re.findall(r"> secrets/(\w+)/(\S+)$", PAGE.read_text("utf-8"), re.MULTILINE)
    return {group: {name for where, name in made if where == group} for group in GROUPS}


@dataclass(frozen=True)
class Workload:
    """What runs in pods that are alike."""

    manifest: Manifest

    @property
    def name(self) -> str:
        """Its name."""
        name: str = self.manifest["metadata"]["name"]
        return name

    @property
    def is_job(self) -> bool:
        """Whether it ends by itself."""
        return bool(self.manifest["kind"] == "CronJob")

    @property
    def template(self) -> Manifest:
        """What each pod is made of."""
        spec: Manifest = self.manifest["spec"]
        found: Manifest = (spec["jobTemplate"]["spec"] if self.is_job else spec)["template"]
        return found

    @property
    def pod(self) -> Manifest:
        """How each pod is to be."""
        spec: Manifest = self.template["spec"]
        return spec

    @property
    def labels(self) -> dict[str, str]:
        """The labels of each pod."""
        labels: dict[str, str] = self.template["metadata"]["labels"]
        return labels

    @property
    def container(self) -> Manifest:
        """Its only container."""
        (container,) = self.pod["containers"]
        found: Manifest = container
        return found

    @property
    def command(self) -> list[str]:
        """What the container runs."""
        command: list[str] = self.container["command"]
        return command

    @property
    def groups(self) -> list[str]:
        """The groups of settings that it gets."""
        names = [source["configMapRef"]["name"] for source in self.container["envFrom"]]
        return [name.removeprefix("case72-") for name in names]

    @property
    def secrets(self) -> list[str]:
        """The groups whose Secret it gets."""
        names = [s["name"] for s in self._mounted_secrets if not s.get("optional")]
        return [name.removeprefix("case72-") for name in names]

    @property
    def optional_secrets(self) -> list[str]:
        """The Secrets that it gets if they are there."""
        return [s["name"] for s in self._mounted_secrets if s.get("optional")]

    @property
    def _mounted_secrets(self) -> list[Manifest]:
        (volume,) = (v["projected"] for v in self.pod["volumes"] if v["name"] == "secrets")
        return [source["secret"] for source in volume["sources"]]

    @property
    def environment(self) -> dict[str, str]:
        """Its settings, as the example has them."""
        return {name: value for g in self.groups for name, value in settings(g).items()}


BASE = rendered("base")
WORKLOADS = [Workload(m) for m in BASE if m["kind"] in ("Deployment", "CronJob")]


def of_kind(kind: str, manifests: list[Manifest] = BASE) -> list[Manifest]:
    """Those of a kind."""
    return [manifest for manifest in manifests if manifest["kind"] == kind]
