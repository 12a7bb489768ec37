"""The trial of one fault: what was done, the outcomes, and the violations."""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from experiments.faults.checks import violations
from experiments.faults.evidence import CaseSeen, Evidence


class NotHere(Exception):
    """The fault cannot be made on this machine. The message says why."""


@dataclass
class Trial:
    """A row of experiments/faults/faults.md."""

    name: str
    seed: int
    done: str
    """What was done, in a sentence."""
    cases: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    calls: int = 0
    emails: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    seconds: float = 0
    _began: float = field(default_factory=time.monotonic)

    def judge(self, evidence: Evidence) -> None:
        """Count the evidence, and check the promises."""
        self.calls += len(evidence.dials)
        self.emails += len(evidence.mails)
        self.violations += violations(evidence)
        self.count(evidence.cases)

    def count(self, cases: Sequence[CaseSeen]) -> None:
        """Count how cases ended, and the time until now."""
        self.cases += len(cases)
        self.outcomes.update(map(outcome, cases))
        self.seconds = time.monotonic() - self._began


def outcome(case: CaseSeen) -> str:
    """Describe how a case ended, or its status."""
    if case.view is None:
        return "does not answer"
    reason = f" ({case.view.reason})" if case.view.reason else ""
    return f"{case.view.status}{reason}" + ("" if case.closed else ", open")
