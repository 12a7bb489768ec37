"""Cuts the quoted text out of what a person answered.

In doubt a quote is kept: what the person wrote must not be lost.
"""

import re
from dataclasses import dataclass

from mailparser_reply.parser import EmailMessage  # type: ignore[import-untyped]  # has no types

MOST_CHARACTERS = 4_000
CUT = "\n[The message goes on. The rest was cut.]"

_MOST_LINES = 5_000
# The package's patterns take a time that grows with the square of a line's length. The lines that
# they look for are shorter than this.
_LONGEST_LINE = 250
# A quote that begins further below is cut off anyway.
_MOST_LOOKED_AT = 12_000

_LANGUAGES = ["en", "fr", "es", "zh"]
_HEADS = EmailMessage(text="", languages=_LANGUAGES).HEADER_REGEX

_MARKED = ">"

_ADDRESS = re.compile(r"[^\s<>]+@[^\s<>]+")
_CLOCK_TIME = re.compile(r"\d{1,2}[:.h]\d{2}")
# A line of the small table that Outlook and Chinese mail programs put above what they quote.
_TABLE_LINE = re.compile(
    r"[\s*]*(From|Sent|To|Cc|Date|Subject|De|Enviado( el)?|Fecha|Para|Asunto|Envoyé|À|Objet"
    r"|发件人|发送时间|时间|日期|收件人|主题|抄送)[\s*]*[:：]",
    re.IGNORECASE,
)
_RULE = re.compile(r"_{10,}|-{5,} ?\S[^-]{0,40}-{5,}|-{10,}")
# "At 10:12 on 5 May 2026 Ann <ann@shop.example> wrote:" in any language, on one line.
_SENTENCE = re.compile(
    r"^(?=.*\d{4})(?=.*\d:\d\d)(?=.*[<(][^\s<>()]{1,99}@[^\s<>()]{1,99}[>)]).*[:：]$", re.MULTILINE
)
# Who writes this answers between the lines of a quote that has no marks.
_REFERS_BELOW = re.compile(
    r"\b(below|in-?line|in red|in blue|in bold|ci-dessous|en rouge|en bleu|en gras|abajo"
    r"|en rojo|en azul|en negrita)\b"
    r"|以下|下面|下文|如下|见下|红色|红字",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class _Head:
    """The lines above a quote that say whose words it has."""

    first: int
    after: int


def written(text: str) -> str:
    """What the person wrote in `text`: plain, without quotes, at most `MOST_CHARACTERS` long."""
    lines = [line.rstrip() for line in text.split("\n")][:_MOST_LINES]
    kept = [line for line in _without_unmarked(_without_marked(lines)) if line != _MARKED]
    return _short(re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip())


def _short(text: str) -> str:
    if len(text) <= MOST_CHARACTERS:
        return text
    return text[: MOST_CHARACTERS - len(CUT)].rstrip() + CUT


def _without_marked(lines: list[str]) -> list[str]:
    """Put one `_MARKED` in place of lines with a `>` before them, and of what announces them."""
    kept: list[str] = []
    for line in lines:
        if not line.lstrip().startswith(_MARKED):
            kept.append(line)
        elif kept[-1:] != [_MARKED]:
            del kept[_announcement(kept) :]
            kept.append(_MARKED)
    return kept


def _announcement(lines: list[str]) -> int:
    """Where, at the end of `lines`, "On Monday Ann <ann@shop.example> wrote:" begins.

    Mail programs break it into up to three lines. It has a date, an address and a colon in every
    language.
    """
    end = len(lines)
    while end and not lines[end - 1]:
        end -= 1
    for first in range(end - 1, max(end - 4, -1), -1):
        words = "".join(lines[first:end])
        if not lines[first] or len(words) > 2 * _LONGEST_LINE:
            break
        has_date = any(c.isdigit() for c in _ADDRESS.sub("", words))
        if has_date and words.endswith((":", "：")) and _ADDRESS.search(words):
            return first
    return len(lines)


def _without_unmarked(lines: list[str]) -> list[str]:
    """Cut what comes after the head of a quote that has no marks: Outlook's, Yahoo's, QQ's."""
    kept: list[str] = []
    done = 0
    for head in _heads(lines):
        kept += lines[done : head.first]
        done = head.first
        if next((line for line in lines[head.after :] if line), "") == _MARKED:
            done = head.after
            continue
        above = "\n".join(line for line in kept if line != _MARKED)
        # With nothing above it was written below the quote. And some answer between its lines.
        if above.strip() and not _REFERS_BELOW.search(above):
            return kept
    return kept + lines[done:]


def _heads(lines: list[str]) -> list[_Head]:
    looked_at = "\n".join(_to_look_at(line) for line in lines)[:_MOST_LOOKED_AT]
    # The package's patterns for Spanish and Chinese exclude the very line that they look for.
    sentences = [m.span() for m in _SENTENCE.finditer(looked_at)]
    heads: list[_Head] = []
    for start, end in sorted([*sentences, *(m.span() for m in _HEADS.finditer(looked_at))]):
        words = looked_at[start:end]
        first = looked_at.count("\n", 0, end - len(words.lstrip()))
        after = first + words.strip().count("\n") + 1
        while _TABLE_LINE.match(lines[first]) and not _TABLE_LINE.match(lines[after - 1]):
            after -= 1
        while first and _is_above_head(lines[first - 1].strip()):
            first -= 1
        if (not heads or first >= heads[-1].after) and _is_head(lines[first:after]):
            heads.append(_Head(first, after))
    return heads


def _is_above_head(line: str) -> bool:
    return bool(_TABLE_LINE.match(line) or _RULE.fullmatch(line))


def _to_look_at(line: str) -> str:
    """The line in the form that the package knows; nothing that it cannot know."""
    line = line.strip()
    if len(line) > _LONGEST_LINE:
        return "-"
    return line[:-1].replace("：", ":") + line[-1:]


def _is_head(lines: list[str]) -> bool:
    """Tell the head of a quote from a person's own "On Monday they wrote:" or "To: everybody"."""
    words = "\n".join(lines)
    if not (_ADDRESS.search(words) or _CLOCK_TIME.search(words)):
        return False
    in_table = sum(bool(_TABLE_LINE.match(line)) for line in lines)
    return in_table == 0 or in_table >= 3
