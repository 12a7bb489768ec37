"""What each refusal has, whatever test meets it: words, a code, and its values (docs/api.md)."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from domain.shared import errors
from domain.shared.errors import Refusal, Refused

_CODE = re.compile(r'^    [A-Z_]+ = "(\w+)"(?:\n    """(.*?)""")?', re.M | re.S)
_OPTIONAL = {"reason"}
"""What need not be known."""


def _named() -> dict[str, set[str]]:
    """The values of each code, as `Refusal` says them."""
    source = Path(errors.__file__).read_text(encoding="utf-8")
    return {code: set(re.findall(r"`(\w+)`", says)) for code, says in _CODE.findall(source)}


_NAMED = _named()


def check(refused: Refused) -> None:
    named = _NAMED[refused.code]
    if refused.code is Refusal.NOT_DEACTIVATED and not refused.values:
        named = set()  # of an appeal
    assert refused.values.keys() == named
    assert {name for name, value in refused.values.items() if value is None} <= _OPTIONAL
    words = str(refused)
    assert " " in words
    assert not words[0].isupper(), "they follow a colon"


@contextmanager
def as_promised() -> Iterator[None]:
    """Check a refusal that comes out of here."""
    try:
        yield
    except Refused as refused:
        check(refused)
        raise
