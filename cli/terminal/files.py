"""Files that commands read: JSON and CSV in UTF-8, line by line however long the file."""

import codecs
import csv
import json
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from pydantic.fields import FieldInfo

from cli.terminal.problems import BadInput

_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def _text_of(raw: bytes, *, begins: bool = True) -> str:
    """Return the text. If the file `begins` with it, leave out the byte order mark.

    Raises:
        ValueError: it is in another encoding. The message says which, probably, and what to do.
    """
    # UTF-16 can pass for UTF-8, except for its zeros.
    if b"\0" in raw or (begins and raw.startswith(_UTF_16)):
        raise ValueError("is UTF-16, not UTF-8; save it as UTF-8")
    try:
        return raw.decode("utf-8-sig" if begins else "utf-8")
    except UnicodeDecodeError:
        raise ValueError(
            "is not UTF-8 but, most likely, Windows-1252; save it as UTF-8 (in a spreadsheet: as "
            "'CSV UTF-8')"
        ) from None


def is_csv(file: BinaryIO) -> bool:
    """Return whether a file is CSV, by its name."""
    return file.name.lower().endswith(".csv")


def is_many(file: BinaryIO) -> bool:
    """Return whether a file has a record in each line, by its name."""
    return is_csv(file) or file.name.lower().endswith(".jsonl")


def numbered(file: BinaryIO, longest: int) -> Iterator[tuple[int, str | None]]:
    """Return each line with its number. A line of more than `longest` bytes is None.

    Raises:
        BadInput: the file is not UTF-8.
    """
    number = 0
    while raw := file.readline(longest + 1):
        number += 1
        try:
            if number == 1 and b"\r" in raw.rstrip(b"\r\n") and b"\0" not in raw:
                raise ValueError("has line ends of old (CR); save it with LF or CRLF")
            line = None if len(raw) > longest else _text_of(raw, begins=number == 1).rstrip("\r\n")
        except ValueError as problem:
            raise BadInput(f"{file.name}: {problem}: line {number}") from None
        while not raw.endswith(b"\n") and (raw := file.readline(longest)):
            pass
        yield number, line


def values_of(
    file: BinaryIO, fields: Mapping[str, FieldInfo], what: str, longest: int
) -> Iterator[tuple[int, dict[str, Any] | BadInput]]:  # Any: whatever the JSON says
    """Return the values of each line with its number. Empty lines are left out.

    Raises:
        BadInput: the file is invalid. The first line of CSV must name `fields`.
    """
    lines = numbered(file, longest)
    columns = columns_of(next(lines, (1, ""))[1], fields, what) if is_csv(file) else None
    for number, line in lines:
        try:
            if line is None:
                raise BadInput(f"is longer than {longest} bytes")
            if not line.strip():
                continue
            if columns is None:
                yield number, json_of(line)
            elif cells := cells_of(line, len(columns)):
                yield number, dict(zip(columns, cells, strict=True))
        except BadInput as problem:
            yield number, problem


def json_of(line: str) -> dict[str, Any]:  # Any: whatever the JSON says
    """Return the JSON object of a line or a whole file. No field may be given twice."""
    try:
        found = json_value(line)
    except ValueError as error:
        raise BadInput(f"is not JSON{_where(error)}") from None
    if not isinstance(found, dict):
        raise BadInput("is not a JSON object")
    return found


def json_object(file: BinaryIO) -> dict[str, Any]:  # Any: as above
    """Return the JSON object of a file.

    Raises:
        BadInput: it is not a JSON object. The message names the file.
    """
    try:
        return json_of(_text_of(file.read()))
    except BadInput as problem:
        raise BadInput(f"{file.name}: {problem.message}") from None
    except ValueError as problem:
        raise BadInput(f"{file.name}: {problem}") from None


def json_value(text: str) -> Any:  # Any: as above
    """Return the value of JSON.

    Raises:
        ValueError: it is not JSON, or has a number that is too long.
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
    """Return the cells of a line, as many as there are columns, or none if all are empty.

    No text may have a line break, so that an open quote harms one line only.
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
    if not any(cells):  # spreadsheets leave such lines at the end
        return []
    if columns is not None and len(cells) != columns:
        if other := _other_separator(line):
            raise BadInput(f"is separated by {other}; separate it by commas")
        raise BadInput(f"has {len(cells)} cells for {columns} columns")
    return cells


_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}


def _other_separator(line: str) -> str | None:
    """Return what a line seems to be separated by, unless it is commas."""
    most = max(_SEPARATORS, key=line.count)
    return _SEPARATORS[most] if line.count(most) > line.count(",") else None


def columns_of(line: str | None, fields: Mapping[str, FieldInfo], what: str) -> list[str]:
    """Return the columns of the first line of CSV. A message quotes none: they may be data.

    Raises:
        BadInput: a required column is missing, or a column is unknown or there twice.
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
    """Return a reason in printable characters. It may name a field that does not exist."""
    return "".join(c if c.isprintable() else " " for c in reason)[:500]
