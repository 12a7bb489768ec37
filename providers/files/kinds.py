"""Which kind of file something is, by its content (docs/evidence-files.md).

The name only has to agree. What could be read as two kinds is refused, since a scanner and whoever
opens it could take it for different ones. There is no library for this: those that were looked at
do not know every HEIC, and take nearly any text for something.
"""

import re
import struct
import zipfile
import zlib
from enum import StrEnum
from html import unescape
from io import BytesIO

from domain.case.evidence_file import LARGEST_FILE, MediaType


class FileProblem(StrEnum):
    """Why a file is not taken."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    UNKNOWN_KIND = "unknown_kind"
    """It is of no kind that is taken, or is damaged or locked by a password."""
    ANOTHER_KIND = "another_kind"
    """It is not what its name says."""
    TWO_KINDS = "two_kinds"
    """It can be read as files of two kinds."""
    MACROS = "macros"
    """It can run a program."""
    INFECTED = "infected"
    """The scanner has found something."""


class FileRefused(Exception):
    """A file is not taken, whoever sends it again."""

    def __init__(self, problem: FileProblem) -> None:
        super().__init__(problem)
        self.problem = problem


_EXTENSIONS = {
    MediaType.PDF: ("pdf",),
    MediaType.PNG: ("png",),
    MediaType.JPEG: ("jpg", "jpeg", "jpe", "jfif"),
    MediaType.WEBP: ("webp",),
    MediaType.GIF: ("gif",),
    MediaType.HEIC: ("heic", "heif"),
    MediaType.DOCX: ("docx",),
    MediaType.XLSX: ("xlsx",),
    MediaType.PPTX: ("pptx",),
    MediaType.ODT: ("odt",),
    MediaType.ODS: ("ods",),
    MediaType.TEXT: ("txt", "text", "log"),
    MediaType.CSV: ("csv",),
}
ACCEPTED = ",".join(f".{extension}" for known in _EXTENSIONS.values() for extension in known)
"""What a form for files lists as accepted."""

_BEGINNINGS = (
    (MediaType.PDF, re.compile(rb"%PDF-\d")),
    (MediaType.PNG, re.compile(rb"\x89PNG\r\n\x1a\n")),
    (MediaType.JPEG, re.compile(rb"\xff\xd8\xff")),
    (MediaType.GIF, re.compile(rb"GIF8[79]a")),
    (MediaType.WEBP, re.compile(rb"RIFF....WEBP", re.S)),
    (MediaType.HEIC, re.compile(rb"....ftyp(?:he[iv][cmsx]|m[is]f1.{0,64}?hei[cx])", re.S)),
)
_PICTURES = frozenset(
    {MediaType.PNG, MediaType.JPEG, MediaType.GIF, MediaType.WEBP, MediaType.HEIC}
)
_MARKUP = re.compile(rb"<(?:script|html|svg|\?|!doctype)", re.I)
_SCRIPT = re.compile(rb"<script", re.I)
_NO_TEXT = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f\x7f]")

_MAIN_PARTS = {
    MediaType.DOCX: "wordprocessingml.document.main+xml",
    MediaType.XLSX: "spreadsheetml.sheet.main+xml",
    MediaType.PPTX: "presentationml.presentation.main+xml",
}
_PROGRAMS = re.compile(
    r"vbaproject|macroenabled|macrosheet|(?:^|/)activex/|^[./]*(?:basic|scripts)/", re.I
)
_END, _END_64 = b"PK\x05\x06", b"PK\x06\x07"
_END_LENGTH = 22
_LARGEST_LIST = 1024 * 1024
"""Bytes of the list of a zip's parts that are read. Some 10,000 parts fit."""
_LARGEST_PART = 1024 * 1024
"""Bytes of a part that are unpacked."""


def kind_of(name: str, content: bytes) -> MediaType:
    """Return the kind of a file.

    Args:
        name: as `clean_file_name` returns it.
        content: all of it.

    Raises:
        FileRefused: it is not taken.
    """
    if not content:
        raise FileRefused(FileProblem.EMPTY)
    if len(content) > LARGEST_FILE:
        raise FileRefused(FileProblem.TOO_LARGE)
    _, dot, extension = name.lower().rpartition(".")
    extension = extension if dot else ""
    kind = _by_content(content, extension)
    if extension not in _EXTENSIONS[kind]:
        raise FileRefused(FileProblem.ANOTHER_KIND)
    return kind


def _by_content(content: bytes, extension: str) -> MediaType:
    if content.startswith(b"PK\x03\x04"):
        return _in_zip(content)
    kind = next((kind for kind, begins in _BEGINNINGS if begins.match(content)), None)
    if kind is None:
        kind = _text(content, extension)
    hides_zip = _ends_as_zip(content)
    hides_pdf = kind is not MediaType.PDF and b"%PDF-" in content[:1024]
    hides_page = kind in _PICTURES and _SCRIPT.search(content) is not None
    if hides_zip or hides_pdf or hides_page:
        raise FileRefused(FileProblem.TWO_KINDS)
    return kind


def _ends_as_zip(content: bytes) -> bool:
    try:
        return zipfile.is_zipfile(BytesIO(content))
    except _BAD_ZIP:  # the end of a damaged one is there
        return True


def _text(content: bytes, extension: str) -> MediaType:
    """Text in UTF-8, in UTF-16 with its mark, or in an older encoding."""
    plain = content
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            plain = content.decode("utf-16").encode()
        except UnicodeError:
            raise FileRefused(FileProblem.UNKNOWN_KIND) from None
    if _NO_TEXT.search(plain) or _MARKUP.match(plain.removeprefix(b"\xef\xbb\xbf").lstrip()):
        raise FileRefused(FileProblem.UNKNOWN_KIND)
    return MediaType.CSV if extension == "csv" else MediaType.TEXT


_BAD_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OverflowError,
    ValueError,
    OSError,
)


def _in_zip(content: bytes) -> MediaType:
    _check_end(content)
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            names = archive.namelist()
            if any(_PROGRAMS.search(name) for name in names):
                raise FileRefused(FileProblem.MACROS)
            if len({name.lower() for name in names}) < len(names):
                raise FileRefused(FileProblem.TWO_KINDS)  # each reader takes another of them
            if "[Content_Types].xml" in names:
                return _of_office(_part(archive, "[Content_Types].xml"))
            if names[:1] == ["mimetype"]:
                return _of_open_document(_part(archive, "mimetype"))
    # What a hostile or damaged zip makes of the reader: a bad offset or stream, a password.
    except _BAD_ZIP:
        raise FileRefused(FileProblem.UNKNOWN_KIND) from None
    raise FileRefused(FileProblem.UNKNOWN_KIND)


def _check_end(content: bytes) -> None:
    """Check the end of a zip, so that reading it takes little and nothing follows it."""
    at = content.rfind(_END)
    if at < 0 or len(content) < at + _END_LENGTH or _END_64 in content[at - 20 : at]:
        raise FileRefused(FileProblem.UNKNOWN_KIND)
    length, begins, comment = struct.unpack_from("<IIH", content, at + 12)
    is_whole = begins + length == at and at + _END_LENGTH + comment == len(content)
    if not is_whole or b"%PDF-" in content[:1024]:
        raise FileRefused(FileProblem.TWO_KINDS)
    if length > _LARGEST_LIST:
        raise FileRefused(FileProblem.UNKNOWN_KIND)


def _part(archive: zipfile.ZipFile, name: str) -> str:
    if archive.getinfo(name).compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise FileRefused(FileProblem.UNKNOWN_KIND)  # no office program writes another one
    with archive.open(name) as part:
        return part.read(_LARGEST_PART).decode("utf-8", "replace")


def _of_office(types: str) -> MediaType:
    if "<!doctype" in types.lower():  # it could give any word another name
        raise FileRefused(FileProblem.UNKNOWN_KIND)
    if _PROGRAMS.search(unescape(types)):
        raise FileRefused(FileProblem.MACROS)
    found = [kind for kind, main in _MAIN_PARTS.items() if main in types]
    if len(found) != 1:
        raise FileRefused(FileProblem.TWO_KINDS if found else FileProblem.UNKNOWN_KIND)
    return found[0]


def _of_open_document(said: str) -> MediaType:
    for kind in (MediaType.ODT, MediaType.ODS):
        if said.strip() == kind:
            return kind
    raise FileRefused(FileProblem.UNKNOWN_KIND)
