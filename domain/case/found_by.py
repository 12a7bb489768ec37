"""By what a case is found, besides its account (docs/api.md, search attributes)."""

from domain.case.case import Case
from domain.shared.names import issue_hash, run_id_of, typed_reference


def found_by(case: Case) -> list[str]:
    """Return hashes and references, none of which is personal.

    They are of the issues, of the e-mails, of what a seller types at the telephone, and of what
    only a keyed hash may be shown of.
    """
    issues = (issue_hash(issue.id) for issue in case.issues)
    typed = typed_reference(case.account.emergency_phone, case.id)
    return [*issues, run_id_of(case.id), typed, *case.find_hashes]
