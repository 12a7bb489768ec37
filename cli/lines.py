"""JSON and CSV. Files of many lines are read one by one, however long the file."""

import csv
import json
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from pydantic.fields import FieldInfo

from cli.encoded import text_of
from cli.problems import BadInput


def is_csv(file: BinaryIO) -> bool:
    """Whether its lines are CSV, by its name."""
    return file.name.lower().endswith(".csv")


def is_many(file: BinaryIO) -> bool:
    """Whether it has something in each line, by its name."""
    return is_csv(file) or file.name.lower().endswith(".jsonl")


def numbered(file: BinaryIO, longest: int) -> Iterator[tuple[int, str | None]]:
    """Each line with its number; None for one of more bytes than `longest`.

    Raises:
        BadInput: it is in another encoding than UTF-8.
    """
    number = 0
    while raw := file.readline(longest + 1):
        number += 1
        try:
            if number == 1 and b"\r" in raw.rstrip(b"\r\n") and b"\0" not in raw:
                raise ValueError("has line ends of old (CR); save it with LF or CRLF")
            line = None if len(raw) > longest else text_of(raw, begins=number == 1).rstrip("\r\n")
        except ValueError as problem:
            raise BadInput(f"{file.name}: {problem}: line {number}") from None
        while not raw.endswith(b"\n") and (raw := file.readline(longest)):
            pass
        yield number, line


def json_of(line: str) -> dict[str, Any]:  # Any: whatever the JSON says
    """The object of a line, or of a whole file, in which no field may be given twice."""
    try:
        found = json_value(line)
    except ValueError as error:
        raise BadInput(f"is not JSON{_where(error)}") from None
    if not isinstance(found, dict):
        raise BadInput("is not a JSON object")
    return found


def json_object(file: BinaryIO) -> dict[str, Any]:  # Any: as above
    """What a file has in it.

    Raises:
        BadInput: it is not a JSON object; names the file.
    """
    try:
        return json_of(text_of(file.read()))
    except BadInput as problem:
        raise BadInput(f"{file.name}: {problem.message}") from None
    except ValueError as problem:
        raise BadInput(f"{file.name}: {problem}") from None


def json_value(text: str) -> Any:  # Any: as above
    """What the JSON says.

    Raises:
        ValueError: it is none, or has a number in it that is too long.
        BadInput: it is nested too deep, or a field is given twice.
    """
    try:
        return json.loads(text, object_pairs_hook=_each_once)
    except RecursionError:
        raise BadInput("is not JSON that can be read: it is nested too deep") from None


def _where(error: ValueError) -> str:
    if not isinstance(error, json.JSONDecodeError):
        return ""
    line = f"line {error.lineno}, " if error.lineno > 1 else ""
    return f" ({line}character {error.colno})"


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:  # Any: as above
    if len(found := dict(pairs)) < len(pairs):
        raise BadInput("a field is given twice")
    return found


def cells_of(line: str, columns: int | None = None) -> list[str]:
    """The cells of a line, as many as there are columns; none of one that is empty throughout.

    No text may have a line break, so that a quote left open harms one line only.
    """
    if "\r" in line:
        raise BadInput("has a carriage return (CR) in it; lines end in LF or CRLF")
    if '"' not in line:
        cells = line.split(",")
    else:
        try:
            cells = next(csv.reader([line], strict=True), [])
        except csv.Error as error:
            raise BadInput(f"is not CSV: {error}") from None
    if not any(cells):  # as spreadsheets leave them at the end
        return []
    if columns is not None and len(cells) != columns:
        if other := _other_separator(line):
            raise BadInput(f"is separated by {other}; separate it by commas")
        raise BadInput(f"has {len(cells)} cells for {columns} columns")
    return cells


_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}


def _other_separator(line: str) -> str | None:
    """What a line seems to be separated by, where not by commas."""
    most = max(_SEPARATORS, key=line.count)
    return _SEPARATORS[most] if line.count(most) > line.count(",") else None


def columns_of(line: str | None, fields: Mapping[str, FieldInfo], what: str) -> list[str]:
    """The first line of CSV. What may be data instead is not quoted.

    Raises:
        BadInput: a column that is required is missing, or one is unknown or there twice.
    """
    if other := _other_separator(line or ""):
        raise BadInput(f"line 1: is separated by {other}; separate the file by commas")
    columns = cells_of(line or "")
    for position, column in enumerate(columns):
        meant = column.strip().lower().replace(" ", "_")
        if column not in fields and meant in fields:
            raise BadInput(f"line 1: column {position + 1} must be written {meant}")
    if missing := [n for n, of in fields.items() if of.is_required() and n not in columns]:
        raise BadInput(f"line 1: must name the columns; missing: {', '.join(missing)}")
    for position, column in enumerate(columns):
        if column not in fields or column in columns[:position]:
            wrong = "is there twice" if column in fields else f"is none of {what}"
            raise BadInput(f"line 1: column {position + 1} {wrong}")
    return columns


def clean(reason: str) -> str:
    """A reason can name a field that does not exist, whatever characters it is of."""
    return "".join(c if c.isprintable() else " " for c in reason)[:500]
