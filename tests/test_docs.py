"""The documentation holds: its links lead somewhere, and what it says to type does what it says."""

import json
import os
import re
import sys
from pathlib import Path

import pytest

from domain.case.events import ChangeContact
from domain.case.policy import Policy
from domain.enrollment.events import ChangeAccount
from domain.shared.events import Event
from runtime.setting_names import SETTING_NAMES
from tests.test_whole import ROOT, run, service

CODE = sorted(file.parent.name for file in ROOT.glob("*/__init__.py"))
FOLDERS = [*CODE, "deploy", "docs", "templates"]
PAGES = [
    *sorted(ROOT.glob("*.md")),
    *(
        page
        for folder in FOLDERS
        if folder != "templates"
        for page in sorted((ROOT / folder).rglob("*.md"))
    ),
]
SOURCES = [
    *(ROOT / name for name in ("Makefile", "pyproject.toml", "docker-compose.yml", "Dockerfile")),
    *(ROOT / name for name in ("client.py", "worker.py")),
    *(
        file
        for folder in FOLDERS
        for file in sorted((ROOT / folder).rglob("*"))
        if file.suffix in {".py", ".yml", ".service", ".html"}
    ),
]
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
STORIES = (
    "enrolled 5",
    "US/A9FLINT is not covered",
    "CA/A8MAPLE is enrolled",
    "Votre code est",
    "CA/A8MAPLE is enrolled",
    "US/A2EXAMPLE is enrolled",
    "US/A2EXAMPLE is contacting",
    "US/A2EXAMPLE is plan review",
    "refused: 1",
    "US/A2EXAMPLE is resolved (plan accepted)",
    "US/A3LANTERN is escalated (no cooperation)",
    "US/A3LANTERN is resolved (decision)",
    "US/A6SWIFT ended: deactivated (harm)",
    "nothing is wrong",
    "US/A6SWIFT is not eligible (deactivated)",
    "US/A6SWIFT is enrolled",
    "CA/A1STRANGER is expelled",
    '"status": "resolved"',
    '"status": "withdrawn"',
    "refused: 1",
    '"status": "deactivated"',
    "US/A3LANTERN is deactivated (not reached)",
    "CA/A7OUTAGE is escalated (deactivation failed)",
    "Your account was deactivated, and how to appeal",
)
LINK = re.compile(r"\]\(([^)\s]+)\)")
INLINE = re.compile(r"`([^`\s]+)`")
FILE = re.compile(r"(?!\.|.*<)[\w./*-]+\.(?:py|md|txt|html|css|toml|yml|yaml|json|service|po)")
OURS = re.compile(rf"(?<![\w./-])(?:{'|'.join(FOLDERS)})/[\w./*@-]*[\w*/]")
DOTTED = re.compile(rf"(?:{'|'.join(CODE)})(?:\.\w+)*(?<!\.example)")
SECTIONS = re.compile(r"\bsections? (\d+(?:(?:,| and| to|, and) \d+)*)")


def prose(page: Path) -> str:
    """What a page says outside of its blocks."""
    return BLOCK.sub("", page.read_text("utf-8"))


def anchors(page: Path) -> set[str]:
    """Its headings, as links name them."""
    headings = re.findall(r"^#+ (.+)$", prose(page), flags=re.M)
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return {heading.replace(" ", "-") for heading in plain}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for link in LINK.findall(prose(page)):
        if link.startswith(("https://", "http://")):
            continue
        name, _, anchor = link.partition("#")
        target = page.parent / name if name else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def exists(name: str, *folders: Path) -> bool:
    """Whether a path that a page names is there; it may have wildcards."""
    return any(True for folder in folders for _ in folder.glob(name.rstrip("/").replace("**", "*")))


def is_module(name: str) -> bool:
    """Whether a dotted name begins with a module of ours, or is a package to run."""
    parts = name.split(".")
    starts = [ROOT.joinpath(*parts[:count]) for count in range(1, len(parts) + 1)]
    return any(start.with_suffix(".py").is_file() for start in starts) or (
        (starts[-1] / "__init__.py").is_file()
    )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_a_page_names_is_there(page: Path) -> None:
    text = page.read_text("utf-8")
    inline = INLINE.findall(prose(page))
    files = {name for name in inline if FILE.fullmatch(name)} | {*OURS.findall(text)}
    beside = (ROOT, page.parent, ROOT / "templates")
    assert [name for name in sorted(files) if not exists(name, *beside)] == []
    dotted = {name for name in inline if "." in name and DOTTED.fullmatch(name)}
    modules = dotted - files
    modules |= {name for name in re.findall(r"python -m ([\w.]+)", text) if DOTTED.fullmatch(name)}
    assert [name for name in sorted(modules) if not is_module(name)] == []


def test_the_files_and_sections_that_the_code_names_are_there() -> None:
    rules = (ROOT / "docs" / "rules.md").read_text("utf-8")
    sections = {int(number) for number in re.findall(r"^## (\d)\. ", rules, flags=re.M)}
    missing = []
    for file in SOURCES:
        text = file.read_text("utf-8")
        files = {name for name in OURS.findall(text) if name.endswith((".md", ".py"))}
        # tests/kept_for_all.py names tests from its own folder on.
        beside = (ROOT, ROOT / "tests") if ROOT / "tests" in file.parents else (ROOT,)
        missing += [f"{file}: {name}" for name in files if not exists(name, *beside)]
        for numbers in SECTIONS.findall(text):
            unknown = {int(number) for number in re.findall(r"\d+", numbers)} - sections
            missing += [f"{file}: section {number}" for number in unknown]
    assert missing == []


def test_every_setting_is_told_of_and_no_other() -> None:
    told: set[str] = set()
    for page in PAGES:
        for row in re.findall(r"^\| (`CASE72_\w+`[^|]*) \|", prose(page), flags=re.M):
            first, *others = re.findall(r"`(\w+)`", row)
            words = first.split("_")
            # `CASE72_A_B`, `_C`: the beginning of the first, however much of it, goes before.
            begins = ["_".join(words[:count]) for count in range(len(words))]
            meant = {f"{begin}{other}" for begin in begins for other in others}
            told |= {first, *(SETTING_NAMES & meant)}
    assert told == SETTING_NAMES


@pytest.mark.parametrize("update", [ChangeContact, ChangeAccount])
def test_the_names_for_clients_have_every_field_of_an_update(update: type[Event]) -> None:
    names = (ROOT / "docs" / "api.md").read_text("utf-8").partition("\n## Updates")[2]
    assert [name for name in update.model_fields if f"`{name}`" not in names] == []


def test_the_table_of_the_policy_has_every_default() -> None:
    table = (ROOT / "docs" / "api.md").read_text("utf-8").partition("\n## Policy\n")[2]
    stated: dict[str, str] = {}
    for names, defaults in re.findall(
        r"^\| (`\w+`.*?) \| (`.+?`) \|", table.partition("\n## ")[0], re.M
    ):
        stated |= zip(re.findall("`(.+?)`", names), re.findall("`(.+?)`", defaults), strict=True)
    assert stated.keys() == Policy.model_fields.keys()
    said = {name: json.loads(text) if text[0] == "[" else text for name, text in stated.items()}
    assert Policy.model_validate(said) == Policy()


async def test_what_by_hand_says_to_type_does_what_it_says(tmp_path: Path) -> None:
    """Every block, in order; what comes of each story stands in what the commands print.

    The reader has played the demo first, as README.md says.
    """
    for name in ("client.py", "examples"):
        (tmp_path / name).symlink_to(ROOT / name)
    code, out, err = await run(sys.executable, "-m", "examples.demo", cwd=tmp_path)
    assert code == 0, out + err
    text = (ROOT / "docs" / "by-hand.md").read_text("utf-8")
    activate, *blocks = [block for kind, block in BLOCK.findall(text) if kind == "sh"]
    assert activate == ". .venv/bin/activate\n"
    said = ""
    async with service(tmp_path) as (address, _):
        for block in blocks:
            code, out, err = await run(
                *("bash", "-euo", "pipefail", "-c", block.replace("/tmp/", f"{tmp_path}/")),
                cwd=tmp_path,
                TEMPORAL_ADDRESS=address,
                PATH=f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            )
            assert code == 0, f"{block}\n{err}"
            said += out
    for story in STORIES:
        assert story in said
        said = said.partition(story)[2]
