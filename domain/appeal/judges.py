"""Who decides an appeal: a person who had no part in what it is about (docs/rules.md, 9)."""

from collections.abc import Iterable, Sequence

from domain.appeal.appeal import Submission
from domain.appeal.deactivation import Deactivation
from domain.shared.errors import Refusal
from domain.shared.people import is_same_person


def why_not_by(
    person: str, deactivation: Deactivation | None, submissions: Sequence[Submission]
) -> Refusal | None:
    """Return why a person does not decide the newest of these appeals; None if they may."""
    if deactivation is not None and _is_among(person, deactivation.part or ()):
        return Refusal.HAD_PART_IN_CASE
    if any(_is_among(person, earlier.judges) for earlier in submissions[:-1]):
        return Refusal.ANSWERED_FIRST_APPEAL
    return None


def _is_among(person: str, others: Iterable[str]) -> bool:
    return any(is_same_person(person, other) for other in others)
