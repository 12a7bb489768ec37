"""Codes in words, wherever a person reads them in English."""


def plain(code: str) -> str:
    """Return a code without its underscores."""
    return code.replace("_", " ")
