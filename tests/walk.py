"""`make walk`: every sequence of events up to a depth, checked; writes tests/walk.md."""

import sys
from collections.abc import Iterable
from pathlib import Path

from tests.domain.case import walks as cases
from tests.domain.enrollment import walked_enrollment as enrollments
from tests.domain.walk import Breach, Walk

PAGE = Path(__file__).with_name("walk.md")
BEGINS, ENDS = "<!-- written by make walk -->\n", "<!-- until here -->\n"


def table(walk: Walk) -> Iterable[str]:
    """What came of a walk."""
    yield f"**{walk.name}**, from {len(walk.roots)}: {'; '.join(name for name, _ in walk.roots)}"
    yield ""
    yield "| letters | sequences | new states | transitions checked |"
    yield "|---:|---:|---:|---:|"
    for level in walk.levels:
        numbers = f"{level.sequences:,} | {level.states:,} | {level.transitions:,}"
        yield f"| {level.depth} | {numbers} |"
    yield ""
    yield f"{len(walk.letters)} letters; {walk.rechecked:,} merges walked twice; no breach."
    yield ""


def main() -> int:
    """Walk, print, and write the page; 1 on a breach."""
    walks = [*cases.walks(far=True), *enrollments.walks(far=True)]
    lines: list[str] = []
    for walk in walks:
        try:
            walk.go()
        except Breach as breach:
            print(f"{walk.name}: a rule is broken by\n  {breach}\n  {breach.__cause__!r}")
            return 1
        told = list(table(walk))
        print("\n".join(told), f"{walk.seconds:.0f} s", sep="\n", flush=True)
        lines += told
    states = sum(level.states for walk in walks for level in walk.levels)
    checked = sum(level.transitions for walk in walks for level in walk.levels)
    lines.insert(0, f"{states:,} states, {checked:,} transitions in all.\n")
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGINS)
    _, _, after = rest.partition(ENDS)
    page = "".join([before, BEGINS, "\n", "\n".join(lines), "\n", ENDS, after])
    PAGE.write_text(page, encoding="utf-8")
    print(f"{states:,} states, {checked:,} transitions, {sum(w.seconds for w in walks):.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
