"""What is kept for `make test-all` exists, so that no test is left out under an old name."""

import ast
from pathlib import Path

import pytest

from tests.kept_for_all import ALL_OF_IT, KEPT_FOR_ALL, is_kept

ROOT = Path(__file__).parent.parent


def functions_of(file: Path) -> set[str]:
    """The functions of a file, of which some are tests."""
    body = ast.parse(file.read_text("utf-8")).body
    return {node.name for node in body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


@pytest.mark.parametrize("file", KEPT_FOR_ALL)
def test_what_is_kept_is_there_and_says_why(file: str) -> None:
    kept = KEPT_FOR_ALL[file]
    assert kept.keys() == {ALL_OF_IT} or kept.keys() <= functions_of(ROOT / file)
    assert (ROOT / file).is_file()
    assert all(kept.values())


def test_rules_and_replay_are_never_kept() -> None:
    assert not [file for file in KEPT_FOR_ALL if file.startswith("tests/domain/")]
    assert "tests/workflows/test_replay.py" not in KEPT_FOR_ALL


def test_a_test_is_found_by_its_file_or_by_its_name_whatever_its_parameters() -> None:
    assert is_kept("tests/test_versions.py::test_any[a::b]")
    assert is_kept("tests/test_docs.py::test_what_by_hand_says_to_type_does_what_it_says")
    assert not is_kept("tests/test_docs.py::test_links_lead_somewhere[docs/rules.md]")
