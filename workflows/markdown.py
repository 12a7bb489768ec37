"""Words, times and other people's text as the Temporal Web UI shows them."""

from datetime import datetime


def words(code: str) -> str:
    """A code without its underscores."""
    return code.replace("_", " ")


def time(moment: datetime) -> str:
    """`2026-11-23 09:00 UTC`."""
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def safe(text: str) -> str:
    """What a person wrote, with nothing in it that markdown would take for its own."""
    shown = text.replace("\n", " ")
    return "".join(f"\\{c}" if c in "\\`*_{}[]<>()#|!~&" else c for c in shown)
