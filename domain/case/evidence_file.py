"""A file that a plan names as evidence (docs/rules.md, section 5).

The case knows a file by the hash of its content. The content itself is in the store for files
(docs/evidence-files.md), never in Temporal's history.
"""

from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from domain.shared.text import Frozen

LARGEST_FILE = 10 * 1024 * 1024
"""Bytes of one file."""
MOST_FILES = 10
"""Files of one plan."""
LONGEST_FILE_NAME = 120
"""Characters of a file's name, with its extension."""


class MediaType(StrEnum):
    """The kinds of files that are taken."""

    PDF = "application/pdf"
    PNG = "image/png"
    JPEG = "image/jpeg"
    WEBP = "image/webp"
    GIF = "image/gif"
    HEIC = "image/heic"
    DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
    ODT = "application/vnd.oasis.opendocument.text"
    ODS = "application/vnd.oasis.opendocument.spreadsheet"
    TEXT = "text/plain"
    CSV = "text/csv"


# Whoever reads a name must see what it is. These characters do not print, or turn the order of
# the others around ("gpj.exe" that reads "exe.jpg"). They are written out, since Unicode's own
# tables change from one version of Python to the next.
_UNSEEN = frozenset(
    [
        *map(chr, range(0x20)),
        *map(chr, range(0x7F, 0xA0)),
        "\u00ad",
        "\u061c",
        "\u180e",
        *map(chr, range(0x200B, 0x2010)),
        *map(chr, range(0x2028, 0x202F)),
        *map(chr, range(0x2060, 0x2070)),
        "\ufeff",
        *map(chr, range(0xD800, 0xE000)),
        *map(chr, range(0xFFF9, 0xFFFC)),
        *map(chr, range(0xE0000, 0xE1000)),
    ]
)
_NO_NAME = "file"


def clean_file_name(name: str) -> str:
    """Return the name of a file as a plan may have it, whatever a browser says it is called.

    It has no folders, nothing that does not print, and at most `LONGEST_FILE_NAME` characters. The
    extension is kept.
    """
    last = name.replace("\\", "/").rpartition("/")[2]
    seen = " ".join("".join(c for c in last if c not in _UNSEEN).split()).strip(". ")
    if len(seen) > LONGEST_FILE_NAME:
        stem, dot, extension = seen.rpartition(".")
        if dot and len(extension) <= 10:
            seen = stem[: LONGEST_FILE_NAME - len(extension) - 1].rstrip(". ") + dot + extension
        else:
            seen = seen[:LONGEST_FILE_NAME].rstrip(". ")
    return seen or _NO_NAME


def _is_clean(name: str) -> str:
    if any(c in _UNSEEN or c in "/\\" for c in name):
        raise ValueError("must not contain folders, or characters that cannot be seen")
    if name.strip(". ") != name:
        raise ValueError("must not begin or end with a dot or a space")
    return name


FileName = Annotated[
    str,
    StringConstraints(min_length=1, max_length=LONGEST_FILE_NAME),
    AfterValidator(_is_clean),
]
FileHash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class EvidenceFile(Frozen):
    """A file in the store, as a plan names it."""

    sha256: FileHash
    """The SHA-256 of its content, by which the store finds it."""
    name: FileName
    """What the seller called it. It may be personal, and stands in the case only."""
    media_type: MediaType
    size: Annotated[int, Field(ge=1, le=LARGEST_FILE)]
    """In bytes."""


def described(file: EvidenceFile) -> str:
    """Describe a file for the desk: "invoice.pdf (application/pdf, 48 KB, sha256 2cf24dba5fb0)"."""
    size = f"{file.size} B" if file.size < 1024 else f"{file.size // 1024} KB"
    return f"{file.name} ({file.media_type}, {size}, sha256 {file.sha256[:12]})"


def each_once(files: tuple[EvidenceFile, ...]) -> tuple[EvidenceFile, ...]:
    """Return the files of a plan.

    Raises:
        ValueError: two of them have the same content.
    """
    if len({file.sha256 for file in files}) < len(files):
        raise ValueError("two of the files are the same")
    return files


EvidenceFiles = Annotated[
    tuple[EvidenceFile, ...], Field(max_length=MOST_FILES), AfterValidator(each_once)
]
