"""`make walk`: every sequence of events up to a depth, checked; writes tests/walk.md."""

import sys
from pathlib import Path

from tests.domain.appeal import walks as appeals
from tests.domain.case import walks as cases
from tests.domain.enrollment import walked_enrollment as enrollments
from tests.domain.walk import Breach, HowFar, Walk

PAGE = Path(__file__).with_name("walk.md")
BEGINS, ENDS = "<!-- written by make walk -->\n", "<!-- until here -->\n"


HEAD = """
| walk | it begins with | letters | depth | sequences | states | transitions | merges walked twice |
|---|---|---:|---:|---:|---:|---:|---:|
"""


def row(walk: Walk) -> str:
    """Return what came of a walk, as a row of the table."""
    levels = walk.levels
    sums = (
        sum(level.sequences for level in levels),
        sum(level.states for level in levels),
        sum(level.transitions for level in levels),
        walk.rechecked,
    )
    roots = "; ".join(name for name, _ in walk.roots)
    numbers = " | ".join(f"{count:,}" for count in sums)
    return f"| {walk.name} | {roots} | {len(walk.letters)} | {levels[-1].depth} | {numbers} |\n"


def main() -> int:
    """Walk, print, and write the page; 1 on a breach."""
    walks = [*cases.walks(HowFar.FAR), *enrollments.walks(HowFar.FAR), *appeals.walks(HowFar.FAR)]
    lines: list[str] = []
    for walk in walks:
        try:
            walk.go()
        except Breach as breach:
            print(f"{walk.name}: a rule is broken by\n  {breach}\n  {breach.__cause__!r}")
            return 1
        lines.append(row(walk))
        print(lines[-1], f"{walk.seconds:.0f} s", sep="", flush=True)
    states = sum(level.states for walk in walks for level in walk.levels)
    checked = sum(level.transitions for walk in walks for level in walk.levels)
    total = f"{states:,} states, {checked:,} transitions in all. No breach."
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGINS)
    _, _, after = rest.partition(ENDS)
    page = "".join([before, BEGINS, "\n", total, "\n", HEAD, *lines, "\n", ENDS, after])
    PAGE.write_text(page, encoding="utf-8")
    print(f"{states:,} states, {checked:,} transitions, {sum(w.seconds for w in walks):.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
