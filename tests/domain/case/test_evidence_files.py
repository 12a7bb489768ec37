"""Files that a plan names (docs/rules.md, section 5)."""

from typing import Any

import pytest
from pydantic import ValidationError

from domain.case.admission import MAXIMUM_WRITTEN
from domain.case.events import SubmitPlan
from domain.case.evidence_file import (
    LARGEST_FILE,
    LONGEST_FILE_NAME,
    EvidenceFile,
    MediaType,
    clean_file_name,
    described,
)
from domain.case.view import view_of
from domain.shared.errors import explain
from tests.domain.case.build import a_plan
from tests.domain.case.world import World

FILE: dict[str, Any] = {
    "sha256": "ab" * 32,
    "name": "invoice 7.pdf",
    "media_type": "application/pdf",
    "size": 48_500,
}


def with_files(*files: dict[str, Any]) -> SubmitPlan:
    return SubmitPlan.model_validate(a_plan().model_dump() | {"files": files})


def another(number: int) -> dict[str, Any]:
    return FILE | {"sha256": f"{number:064x}"}


def refusal(*files: dict[str, Any]) -> str:
    with pytest.raises(ValidationError) as refused:
        with_files(*files)
    said = explain(refused.value)
    assert "None" not in said
    return said


def test_a_plan_names_no_file_unless_it_says_so() -> None:
    assert a_plan().files == ()


def test_the_view_shows_the_files_of_a_version() -> None:
    world = World()
    world.take(with_files(FILE))
    (file,) = view_of(world.case).plans[-1].plan.files
    assert file == EvidenceFile.model_validate(FILE)
    assert described(file) == "invoice 7.pdf (application/pdf, 47 KB, sha256 abababababab)"


@pytest.mark.parametrize(("size", "says"), [(12, "12 B"), (1023, "1023 B"), (1024, "1 KB")])
def test_a_small_file_is_described_in_bytes(size: int, says: str) -> None:
    file = EvidenceFile.model_validate(FILE | {"size": size})
    assert f"(application/pdf, {says}," in described(file)


def test_the_same_text_with_another_file_is_a_new_version() -> None:
    world = World()
    for plan in (a_plan(), with_files(FILE), with_files(FILE), with_files(another(2))):
        world.take(plan)
    assert [v.plan.files for v in world.case.plans.versions] == [
        (),
        with_files(FILE).files,
        with_files(another(2)).files,
    ]


def test_ten_files_are_taken_and_eleven_are_not() -> None:
    assert len(with_files(*map(another, range(10))).files) == 10
    assert refusal(*map(another, range(11))).startswith("files")


def test_the_same_content_twice_is_refused() -> None:
    assert "the same" in refusal(FILE, FILE | {"name": "copy.pdf"})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("sha256", "ab" * 31),
        ("sha256", "AB" * 32),
        ("sha256", "../" * 21 + "x"),
        ("sha256", "ab" * 32 + "\n"),
        ("media_type", "text/html"),
        ("media_type", "image/svg+xml"),
        ("media_type", "application/zip"),
        ("size", 0),
        ("size", LARGEST_FILE + 1),
        ("name", ""),
        ("name", "x" * (LONGEST_FILE_NAME + 1)),
        ("name", "../passwd"),
        ("name", "a\\b.pdf"),
        ("name", ".."),
        ("name", " a.pdf"),
        ("name", "a.pdf."),
        ("name", "a\r\nb.pdf"),
        ("name", "a\u202efdp.exe"),
        ("name", "a\u2066b.pdf"),
        ("name", "a\u200bb.pdf"),
        ("name", "a\ud800.pdf"),
    ],
)
def test_what_is_no_file_is_refused_with_the_field(field: str, value: object) -> None:
    assert refusal(FILE | {field: value}).startswith(f"files.0.{field}")


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("invoice 7.pdf", "invoice 7.pdf"),
        ("发票.pdf", "发票.pdf"),
        ("C:\\Users\\me\\invoice.pdf", "invoice.pdf"),
        ("../../etc/passwd", "passwd"),
        ("..", "file"),
        ("", "file"),
        ("/", "file"),
        (" .hidden", "hidden"),
        ("a\x00b\r\n\tc.pdf", "abc.pdf"),
        ("photo\u202egnp.exe", "photognp.exe"),
        ("a  b.pdf", "a b.pdf"),
        ("half\ud800.pdf", "half.pdf"),
        ("x" * 200 + ".pdf", "x" * 116 + ".pdf"),
        ("x" * 200, "x" * 120),
        ("a." + "y" * 200, "a." + "y" * 118),
        ("XL.pdf", "XL.pdf"),
        ("X" * 200 + ".pdf", "X" * 116 + ".pdf"),
        ("X" * 200, "X" * 120),
        ("x" * 115 + "..pdf", "x" * 115 + "..pdf"),
        ("a." + "y" * 200 + ".pdf", "a." + "y" * 114 + ".pdf"),
        ("x" * 200 + "." + "e" * 10, "x" * 109 + "." + "e" * 10),
        ("x" * 200 + "." + "e" * 11, "x" * 120),
        ("x" * 115 + "." + "y" * 100 + ".pdf", "x" * 115 + ".pdf"),
        ("x" * 119 + "." + "y" * 100, "x" * 119),
    ],
)
def test_a_name_is_cleaned_of_what_a_plan_must_not_have(given: str, name: str) -> None:
    assert clean_file_name(given) == name
    assert with_files(FILE | {"name": name}).files[0].name == name


def test_every_media_type_is_taken() -> None:
    for media_type in MediaType:
        assert with_files(FILE | {"media_type": media_type}).files[0].media_type is media_type


def test_files_count_in_what_a_case_can_hold() -> None:
    without, named = World(), World()
    without.take(a_plan())
    named.take(with_files(*map(another, range(10))))
    more = named.case.bytes_written - without.case.bytes_written
    assert 10 * len("ab" * 32) < more < MAXIMUM_WRITTEN / 20
