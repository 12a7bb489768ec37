"""Bytes as text. All files are UTF-8; one that is not is said to be what it most likely is."""

import codecs

_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def text_of(raw: bytes, *, begins: bool = True) -> str:
    """The text; where a file `begins`, without the mark of its byte order.

    Raises:
        ValueError: it is in another encoding; says which, most likely, and what to do.
    """
    # UTF-16 can pass for UTF-8, but for its zeros.
    if b"\0" in raw or (begins and raw.startswith(_UTF_16)):
        raise ValueError("is UTF-16, not UTF-8; save it as UTF-8")
    try:
        return raw.decode("utf-8-sig" if begins else "utf-8")
    except UnicodeDecodeError:
        raise ValueError(
            "is not UTF-8 but, most likely, Windows-1252; save it as UTF-8 (in a spreadsheet: as "
            "'CSV UTF-8')"
        ) from None
