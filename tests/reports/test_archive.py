"""Closed cases as Parquet."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from reports.archive import Archive, ArchivedCase, NoArchive

DAY = date(2026, 11, 3)


def a_case(number: int, result: bytes | None = b"payload") -> ArchivedCase:
    at = datetime(2026, 11, 3, number, tzinfo=UTC)
    return ArchivedCase(
        f"case/US/S{number}", f"run-{number}", "US", "resolved", None, ["A", "B"], at, at, result
    )


def test_what_is_written_is_read(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "new")
    assert (archive.runs(DAY), archive.of(DAY), list(archive)) == (set(), [], [])
    cases = [a_case(1), a_case(2, None)]
    archive.write(DAY, cases[::-1])
    assert archive.runs(DAY) == {"run-1", "run-2"}
    assert archive.of(DAY) == cases
    archive.write(date(2026, 10, 1), [a_case(5)])
    assert list(archive) == [a_case(5), *cases]
    assert {file.suffix for file in (tmp_path / "new").iterdir()} == {".parquet"}


def test_a_file_that_is_something_else_is_named(tmp_path: Path) -> None:
    file = tmp_path / "closed-2026-11-03.parquet"
    file.write_bytes(b"nonsense")
    with pytest.raises(NoArchive, match=r"closed-2026-11-03\.parquet: cannot be read"):
        list(Archive(tmp_path))
    import pyarrow
    from pyarrow.parquet import write_table

    write_table(pyarrow.table({"other": [1]}), file)
    with pytest.raises(NoArchive, match="has other columns"):
        Archive(tmp_path).runs(DAY)


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(NoArchive, match="file"):
        Archive(tmp_path / "file" / "below").write(DAY, [a_case(1)])
