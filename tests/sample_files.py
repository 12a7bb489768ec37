"""Files as sellers attach them, and files that are not what they seem."""

import asyncio
import struct
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import BytesIO

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\x06\0\0\0"
JPEG = b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0\xff\xd9"
GIF = b"GIF89a\1\0\1\0\x80\0\0\0\0\0\xff\xff\xff;"
WEBP = b"RIFF\x24\0\0\0WEBPVP8 \x18\0\0\0"
HEIC = b"\0\0\0\x24ftypheic\0\0\0\0mif1heic"
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE!$H+H*"
"""What every scanner finds, and harms nobody (eicar.org)."""

_OFFICE = "application/vnd.openxmlformats-officedocument."


def zipped(**parts: bytes) -> bytes:
    """A zip, its parts in order. A `__` in a name stands for a slash."""
    return zip_of({name.replace("__", "/"): content for name, content in parts.items()})


def zip_of(parts: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    """A zip, its parts in order."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w", compression) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return made.getvalue()


def office(main: str = "wordprocessingml.document.main+xml", **parts: bytes) -> bytes:
    """A document of Word, or of what `main` says."""
    types = f'<Types><Override PartName="/a" ContentType="{_OFFICE}{main}"/></Types>'
    return zip_of(
        {"[Content_Types].xml": types.encode()}
        | {name.replace("__", "/"): content for name, content in parts.items()}
    )


DOCX = office(word__document=b"<w:document/>")
XLSX = office("spreadsheetml.sheet.main+xml")
PPTX = office("presentationml.presentation.main+xml")
ODT = zipped(mimetype=b"application/vnd.oasis.opendocument.text", content=b"<office/>")
ODS = zipped(mimetype=b"application/vnd.oasis.opendocument.spreadsheet")


class ClamdStandIn:
    """Speaks clamd's protocol, and knows one virus: EICAR."""

    def __init__(self) -> None:
        self.scanned: list[bytes] = []
        self.answer: bytes | None = None
        """What it answers, whatever it is given; None: what it finds."""

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one command."""
        assert await reader.readuntil(b"\0") == b"zINSTREAM\0"
        content = b""
        while length := struct.unpack("!I", await reader.readexactly(4))[0]:
            content += await reader.readexactly(length)
        self.scanned.append(content)
        found = b"stream: Win.Test.EICAR_HDB-1 FOUND" if EICAR in content else b"stream: OK"
        writer.write((found if self.answer is None else self.answer) + b"\0")
        await writer.drain()
        writer.close()


@asynccontextmanager
async def clamd_at(path: str | None = None) -> AsyncIterator[tuple[ClamdStandIn, str]]:
    """The stand-in, at a Unix socket or at a port, and its address."""
    clamd = ClamdStandIn()
    if path is not None:
        serving = await asyncio.start_unix_server(clamd.talk, path)
        address = path
    else:
        serving = await asyncio.start_server(clamd.talk, "127.0.0.1", 0)
        address = f"127.0.0.1:{serving.sockets[0].getsockname()[1]}"
    try:
        yield clamd, address
    finally:
        serving.close()
