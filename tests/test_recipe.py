"""The recipe for changing a rule works when followed to the letter (docs/changing-a-rule.md)."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from tests.test_whole import ROOT

BLOCK = re.compile(r"^```(diff|sh)\n(.*?)^```$", re.M | re.S)
NEEDED = ("docs", "domain", "reference", "tests/domain", "experiments/faults/checks.py")
EXTRA = ("tests/__init__.py", "tests/outages.py", "pyproject.toml")
# Without tests/conftest.py, which starts servers, and without plugins, which start slowly.
OPTIONS = ("-p", "no:cacheprovider", "-x", "--confcutdir=tests/domain")
QUICK = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}


def copied(tree: Path) -> None:
    """What the recipe changes and runs, in a tree of its own."""
    for name in (*NEEDED, *EXTRA):
        source, target = ROOT / name, tree / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)


def apply(block: str, tree: Path) -> None:
    """Put the lines with `+` where those with `-` stand, or at the end of the file."""
    first, *lines = block.splitlines()
    file = tree / first.removeprefix("--- ")
    text = file.read_text("utf-8")
    for old, new in re.findall(r"((?:^-.*\n)*)((?:^\+.*\n)+)", "\n".join([*lines, ""]), re.M):
        before, after = (re.sub(r"^[-+]", "", part, flags=re.M) for part in (old, new))
        assert not before or text.count(before) == 1, f"{file}: the recipe's lines are not in it"
        text = text.replace(before, after) if before else text + after
    file.write_text(text, "utf-8")


def passes(command: str, tree: Path) -> bool:
    """Whether the tests that a line of the recipe runs pass; an error is neither."""
    program, *arguments = shlex.split(command, comments=True)
    assert program == ".venv/bin/python"
    ran = subprocess.run(
        [sys.executable, *arguments, *OPTIONS],
        cwd=tree,
        env=os.environ | QUICK,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode in {0, 1}, ran.stdout + ran.stderr
    return ran.returncode == 0


def test_the_recipe_does_what_it_says(tmp_path: Path) -> None:
    copied(tmp_path)
    steps = BLOCK.findall((ROOT / "docs" / "changing-a-rule.md").read_text("utf-8"))
    said = []
    for kind, block in steps:
        if kind == "diff":
            apply(block, tmp_path)
            continue
        for line in block.splitlines():
            command, _, outcome = line.rpartition("  # ")
            assert passes(command, tmp_path) is (outcome == "passes"), line
            said.append(outcome)
    assert {*said} == {"fails", "passes"}
