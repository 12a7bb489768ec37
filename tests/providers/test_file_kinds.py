"""Which files are taken, by what is in them (docs/evidence-files.md)."""

import struct
import zipfile
from io import BytesIO

import pytest

from domain.case.evidence_file import LARGEST_FILE, MediaType
from providers.files.kinds import FileProblem, FileRefused, kind_of
from tests.sample_files import (
    DOCX,
    EICAR,
    GIF,
    HEIC,
    JPEG,
    ODS,
    ODT,
    PDF,
    PNG,
    PPTX,
    WEBP,
    XLSX,
    office,
    zip_of,
    zipped,
)

HTML = b"<!DOCTYPE html><script>alert(1)</script>"
ZIP64_END = (
    b"PK\x06\x07"
    + struct.pack("<LQL", 1, 0, 2)
    + b"PK\x05\x06"
    + struct.pack("<HHHHIIH", 0, 0, 0, 0, 0, 0, 0)
)
"""The end of a zip on two disks."""
EXE = b"MZ\x90\0\3\0\0\0" + b"\0" * 64


def twice(name: str, content: bytes) -> bytes:
    """A zip with another part of this name, in capitals, at its end."""
    made = BytesIO(content)
    with zipfile.ZipFile(made, "a") as archive:
        archive.writestr(name.upper(), b"macroEnabled.main+xml")
    return made.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.pdf", PDF, MediaType.PDF),
        ("A.PDF", PDF, MediaType.PDF),
        ("a.b.png", PNG, MediaType.PNG),
        ("a.jpg", JPEG, MediaType.JPEG),
        ("a.jpeg", b"\xff\xd8\xff\xe1\0\x18Exif\0\0", MediaType.JPEG),
        ("a.gif", GIF, MediaType.GIF),
        ("a.webp", WEBP, MediaType.WEBP),
        ("IMG_1.HEIC", HEIC, MediaType.HEIC),
        ("IMG_2.heic", b"\0\0\0\x24ftypmif1\0\0\0\0mif1heic", MediaType.HEIC),
        ("a.docx", DOCX, MediaType.DOCX),
        ("a.xlsx", XLSX, MediaType.XLSX),
        ("a.pptx", PPTX, MediaType.PPTX),
        ("a.odt", ODT, MediaType.ODT),
        ("a.ods", ODS, MediaType.ODS),
        ("a.txt", "Straße, 发票, 😀\r\n\tx".encode(), MediaType.TEXT),
        ("a.csv", "\ufeffa;b\n1;2\n".encode(), MediaType.CSV),
        ("a.csv", "a\tb\n1\t2\n".encode("utf-16"), MediaType.CSV),
        ("a.csv", "für".encode("cp1252"), MediaType.CSV),
        ("a.csv", "发票,数量\n".encode("gb18030"), MediaType.CSV),
    ],
)
def test_what_sellers_send_is_known_by_its_content(
    name: str, content: bytes, kind: MediaType
) -> None:
    assert kind_of(name, content) is kind


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        pytest.param("a.pdf", b"", FileProblem.EMPTY, id="empty"),
        pytest.param("a.txt", b"x" * (LARGEST_FILE + 1), FileProblem.TOO_LARGE, id="too-large"),
        pytest.param("a.pdf", EXE, FileProblem.UNKNOWN_KIND, id="a-program-as-pdf"),
        pytest.param("a.exe", EXE, FileProblem.UNKNOWN_KIND, id="a-program"),
        pytest.param("a.html", HTML, FileProblem.UNKNOWN_KIND, id="a-page"),
        pytest.param("a.txt", HTML, FileProblem.UNKNOWN_KIND, id="a-page-as-text"),
        pytest.param("a.txt", b"\xef\xbb\xbf \n" + HTML, FileProblem.UNKNOWN_KIND, id="after-bom"),
        pytest.param("a.svg", b"<svg onload='x'/>", FileProblem.UNKNOWN_KIND, id="svg"),
        pytest.param("a.png", b"<svg onload='x'/>", FileProblem.UNKNOWN_KIND, id="svg-as-png"),
        pytest.param("a.txt", b"a\0b", FileProblem.UNKNOWN_KIND, id="binary-as-text"),
        pytest.param("a.txt", b"\xff\xfea", FileProblem.UNKNOWN_KIND, id="half-of-utf-16"),
        pytest.param(
            "a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", FileProblem.UNKNOWN_KIND, id="ole"
        ),
        pytest.param("a.zip", zipped(a=b"x"), FileProblem.UNKNOWN_KIND, id="a-zip"),
        pytest.param("a.docx", zipped(a=b"x"), FileProblem.UNKNOWN_KIND, id="a-zip-as-docx"),
        pytest.param("a.jar", zipped(META_INF=b"x"), FileProblem.UNKNOWN_KIND, id="a-jar"),
        pytest.param("a.docx", DOCX[:-30], FileProblem.UNKNOWN_KIND, id="cut-off"),
        pytest.param("a.odt", zipped(mimetype=b"text/html"), FileProblem.UNKNOWN_KIND, id="no-odt"),
        pytest.param("a.png", PDF, FileProblem.ANOTHER_KIND, id="pdf-as-png"),
        pytest.param("a.pdf", PNG, FileProblem.ANOTHER_KIND, id="png-as-pdf"),
        pytest.param("a.xlsx", DOCX, FileProblem.ANOTHER_KIND, id="docx-as-xlsx"),
        pytest.param("pdf", PDF, FileProblem.ANOTHER_KIND, id="no-extension"),
        pytest.param("a.pdf.exe", PDF, FileProblem.ANOTHER_KIND, id="two-extensions"),
        pytest.param("a.exe", b"just text", FileProblem.ANOTHER_KIND, id="text-as-a-program"),
        pytest.param("a.pdf", PDF + zipped(a=b"x"), FileProblem.TWO_KINDS, id="pdf-and-zip"),
        pytest.param("a.gif", GIF + zipped(a=b"x"), FileProblem.TWO_KINDS, id="gif-and-jar"),
        pytest.param("a.jpg", JPEG + ZIP64_END, FileProblem.TWO_KINDS, id="jpeg-and-end-of-zip64"),
        pytest.param("a.jpg", JPEG + PDF, FileProblem.TWO_KINDS, id="jpeg-and-pdf"),
        pytest.param("a.gif", GIF + b"<SCRIPT>", FileProblem.TWO_KINDS, id="gif-and-page"),
        pytest.param("a.docx", DOCX + PDF, FileProblem.TWO_KINDS, id="docx-and-more"),
        pytest.param("a.docx", zipped(a=b"x") + DOCX, FileProblem.TWO_KINDS, id="zip-and-docx"),
        pytest.param(
            "a.docx", zip_of({"x": PDF}) + DOCX, FileProblem.TWO_KINDS, id="pdf-in-front-of-docx"
        ),
        pytest.param(
            "a.docx",
            office("spreadsheetml.sheet.main+xml wordprocessingml.document.main+xml"),
            FileProblem.TWO_KINDS,
            id="word-and-excel",
        ),
        pytest.param(
            "a.docx", twice("[Content_Types].xml", DOCX), FileProblem.TWO_KINDS, id="two-lists"
        ),
        pytest.param(
            "a.docx",
            office("wordprocessingml.document.main+xml<!DOCTYPE a>"),
            FileProblem.UNKNOWN_KIND,
            id="words-of-its-own",
        ),
    ],
)
def test_what_is_not_taken_says_why(name: str, content: bytes, problem: FileProblem) -> None:
    with pytest.raises(FileRefused) as refused:
        kind_of(name, content)
    assert refused.value.problem is problem


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(
            zip_of({"[Content_Types].xml": b"macroEnabled.main+xml", "word/a.xml": b""}),
            id="by-its-kind",
        ),
        pytest.param(
            zip_of({"[Content_Types].xml": b"", "word/vbaProject.bin": b""}), id="by-a-part"
        ),
        pytest.param(
            zip_of(
                {
                    "mimetype": b"application/vnd.oasis.opendocument.text",
                    "Basic/Standard/Module1.xml": b"",
                }
            ),
            id="open-document",
        ),
        pytest.param(
            zip_of(
                {
                    "mimetype": b"application/vnd.oasis.opendocument.text",
                    "./Basic/Standard/Module1.xml": b"",
                }
            ),
            id="open-document-with-a-dot",
        ),
        pytest.param(
            office("wordprocessingml.document.main+xml macro&#69;nabled"), id="spelt-otherwise"
        ),
        pytest.param(
            office("wordprocessingml.document.main+xml vbaProject", word__a=b""),
            id="a-part-of-another-name",
        ),
        pytest.param(
            office("spreadsheetml.sheet.main+xml", xl__macrosheets__a=b""), id="macros-of-excel-4"
        ),
    ],
)
def test_a_document_with_macros_is_refused(content: bytes) -> None:
    with pytest.raises(FileRefused) as refused:
        kind_of("a.docx", content)
    assert refused.value.problem is FileProblem.MACROS


def test_a_zip_bomb_is_not_unpacked() -> None:
    bomb = zip_of({"[Content_Types].xml": b"\0" * 200_000_000}, compression=zipfile.ZIP_DEFLATED)
    assert len(bomb) < LARGEST_FILE
    with pytest.raises(FileRefused):
        kind_of("a.docx", bomb)


def test_a_zip_with_a_list_that_fills_the_memory_is_not_read() -> None:
    content = bytearray(DOCX)
    at = content.rfind(b"PK\5\6")
    struct.pack_into("<I", content, at + 12, 9 * 1024 * 1024)
    with pytest.raises(FileRefused) as refused:
        kind_of("a.docx", bytes(content))
    assert refused.value.problem is FileProblem.TWO_KINDS


def compressed(method: int) -> bytes:
    """The document, each part compressed. Office programs deflate them."""
    with zipfile.ZipFile(BytesIO(DOCX)) as stored:
        return zip_of({name: stored.read(name) for name in stored.namelist()}, method)


DEFLATED = compressed(zipfile.ZIP_DEFLATED)


def test_a_document_is_stored_or_deflated_and_compressed_in_no_other_way() -> None:
    assert kind_of("a.docx", DEFLATED) is MediaType.DOCX
    for method in (zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2):
        with pytest.raises(FileRefused) as refused:
            kind_of("a.docx", compressed(method))
        assert refused.value.problem is FileProblem.UNKNOWN_KIND


@pytest.mark.parametrize("document", [DOCX, DEFLATED], ids=["stored", "deflated"])
@pytest.mark.parametrize("share", range(100))
def test_a_damaged_document_is_taken_or_refused_and_nothing_else(
    document: bytes, share: int
) -> None:
    content, at = bytearray(document), (len(document) - 2) * share // 100
    content[at] ^= 0xFF
    content[at + 1] ^= 0xFF
    try:
        assert kind_of("a.docx", bytes(content)) is MediaType.DOCX
    except FileRefused:
        return


def test_eicar_is_text_for_us_so_finding_it_is_for_the_scanner() -> None:
    assert kind_of("a.txt", EICAR) is MediaType.TEXT
