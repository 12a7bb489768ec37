"""Closed cases kept beyond Temporal's retention: a Parquet file for each day (docs/reports.md).

What a case ended with is kept as Temporal had it: encrypted, where Temporal's data is encrypted.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import pyarrow
    from pyarrow.parquet import ParquetFile

_NAME = "closed-{:%Y-%m-%d}.parquet"
_AT_ONCE = 500
"""How many cases are in memory at once."""
_NAMES = "closed-????-??-??.parquet"


class NoArchive(Exception):
    """The archive cannot be used. The message says why, and what to do."""


class ArchivedCase(NamedTuple):
    """A closed case, with its columns."""

    workflow_id: str
    run_id: str
    store: str | None
    status: str | None
    reason: str | None
    issue_codes: list[str]
    started_at: datetime
    closed_at: datetime
    result: bytes | None
    """The payload (`temporal.api.common.v1.Payload`) of its view; None: the workflow broke off."""


class Archive:
    """A folder of such files.

    Args:
        folder: it is made when the first day is written.

    Raises:
        NoArchive: the library for Parquet is not installed.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        try:
            import pyarrow
            import pyarrow.parquet
        except ImportError:
            raise NoArchive("an archive needs pyarrow: make report") from None
        self._arrow, self._parquet = pyarrow, pyarrow.parquet

    def runs(self, day: date) -> set[str]:
        """Return the runs of the cases of a day."""
        file = self._file(day)
        if not file.exists():
            return set()
        return set(self._open(file).read(columns=["run_id"])["run_id"].to_pylist())

    def of(self, day: date) -> list[ArchivedCase]:
        """Return the cases of a day."""
        file = self._file(day)
        return list(self._read(file)) if file.exists() else []

    def write(self, day: date, cases: Sequence[ArchivedCase]) -> None:
        """Write all cases of a day. Whoever reads meanwhile sees the old file or the new one."""
        ordered = sorted(cases, key=lambda case: (case.closed_at, case.run_id))
        rows = [case._asdict() for case in ordered]
        table = self._arrow.Table.from_pylist(rows, schema=self._schema())
        try:
            # Where nothing is encrypted, a result has names and addresses in the clear.
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            part = self._file(day).with_suffix(".part")
            self._parquet.write_table(table, part, compression="zstd")
            part.replace(self._file(day))
        except OSError as error:
            raise NoArchive(f"{error.strerror or error}: {self._folder}") from None

    def __iter__(self) -> Iterator[ArchivedCase]:
        """Return all cases, a day at a time."""
        for file in sorted(self._folder.glob(_NAMES)):
            yield from self._read(file)

    def _read(self, file: Path) -> Iterator[ArchivedCase]:
        for batch in self._open(file).iter_batches(batch_size=_AT_ONCE):
            for row in batch.to_pylist():
                yield ArchivedCase(**row)

    def _open(self, file: Path) -> "ParquetFile":
        try:
            opened = self._parquet.ParquetFile(file)
        except (OSError, self._arrow.ArrowInvalid) as error:
            raise NoArchive(f"{file}: cannot be read: {error}") from None
        if opened.schema_arrow != self._schema():
            raise NoArchive(f"{file}: has other columns than an archive of closed cases")
        return opened

    def _file(self, day: date) -> Path:
        return self._folder / _NAME.format(day)

    def _schema(self) -> "pyarrow.Schema":
        text, moment = self._arrow.string(), self._arrow.timestamp("us", tz="UTC")
        return self._arrow.schema(
            {
                "workflow_id": text,
                "run_id": text,
                "store": text,
                "status": text,
                "reason": text,
                "issue_codes": self._arrow.list_(text),
                "started_at": moment,
                "closed_at": moment,
                "result": self._arrow.binary(),
            }
        )
