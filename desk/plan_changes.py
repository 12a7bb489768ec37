"""What changed between two versions of a plan, word by word."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Literal, NamedTuple

from domain.case.events import SubmitPlan

PARTS = ("root_causes", "corrective_actions", "preventive_measures", "evidence")
_CHINESE = "\u2e80-\u9fff\uf900-\ufaff"
# Chinese is written without spaces, so there each character counts as a word.
_WORD = re.compile(rf"[{_CHINESE}]|[^\s{_CHINESE}]+\s*|\s+")


class Piece(NamedTuple):
    """A stretch of text that stayed, came in, or was taken out."""

    what: Literal["same", "ins", "del"]
    text: str


@dataclass(frozen=True)
class PartChange:
    """A part of the plan that changed: each of its items in pieces."""

    part: str
    items: tuple[tuple[Piece, ...], ...]


def changes(before: SubmitPlan, after: SubmitPlan) -> list[PartChange]:
    """Return the parts that differ, with the items that stayed among them."""
    return [
        PartChange(part, tuple(_items(getattr(before, part), getattr(after, part))))
        for part in PARTS
        if getattr(before, part) != getattr(after, part)
    ]


def _items(before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[Piece, ...]]:
    for what, i1, i2, j1, j2 in SequenceMatcher(None, before, after, False).get_opcodes():
        if what == "equal":
            yield from ((Piece("same", item),) for item in before[i1:i2])
            continue
        for old, new in zip_longest(before[i1:i2], after[j1:j2]):
            if new is None:
                yield (Piece("del", old),)
            elif old is None:
                yield (Piece("ins", new),)
            else:
                yield tuple(_words(old, new))


def _words(old: str, new: str) -> Iterator[Piece]:
    before, after = _WORD.findall(old), _WORD.findall(new)
    for what, i1, i2, j1, j2 in SequenceMatcher(None, before, after, False).get_opcodes():
        if what == "equal":
            yield Piece("same", "".join(before[i1:i2]))
            continue
        if i1 < i2:
            yield Piece("del", "".join(before[i1:i2]))
        if j1 < j2:
            yield Piece("ins", "".join(after[j1:j2]))
