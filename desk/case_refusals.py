"""What the desk says when a case refuses something."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from desk.case_fields import CaseForm
from domain.shared.errors import Refusal
from temporal_client.failures import UpdateRefused
from web.languages import N_


@dataclass(frozen=True)
class Told:
    """A message to translate, with its values."""

    message: str
    values: Mapping[str, object] = field(default_factory=dict)


AWAY = N_("The case cannot be reached")
CLOSED = Told(N_("The case has closed. Nothing was done."))
ANOTHER_CASE = Told(
    N_("That case has closed, and the account has another one by now: this. Nothing was done.")
)
CHANGED_SINCE = Told(
    N_("The case has changed since you looked. Look at it again before you go on.")
)
NOT_YOURS = Told(N_("The case is not yours, so only a lead can hand it over."))
ISSUE_KNOWN = N_("The case has an issue with this id already.")
_DOES_NOT_EXIST = Told(N_("It does not exist, or is none that we call or write to."))
_REFUSED = N_("The case refused it: %(reason)s")
_WORDS: Mapping[str, str] = {
    Refusal.CASE_ENDED: N_("The case has ended. Nothing was done."),
    Refusal.CHANGED_SINCE: N_(
        "Nothing was done, since the case has changed. Look at it again; what you typed is below."
    ),
    Refusal.NEWER_VERSION: N_(
        "Nothing was done: the seller has sent a newer version of the plan. Read it first; what "
        "you typed is below."
    ),
    Refusal.HELD_BY_ANOTHER: N_("Somebody else has taken the case meanwhile."),
    Refusal.HELD_CONVERSATION: N_(
        "You held the conversation that was required, so somebody else reviews the plan."
    ),
    Refusal.CONVERSATION_REQUIRED: N_(
        "The conversation that is required has not been held. Record it before accepting the plan."
    ),
    Refusal.OWN_PROPOSAL: N_("You proposed it yourself, so another person confirms it."),
    Refusal.NOT_UNDER_REVIEW: N_("No plan is under review any more. Nothing was done."),
    Refusal.NOT_ESCALATED: N_("There is nothing to decide any more. Nothing was done."),
    Refusal.ACCOUNT_UNKNOWN: N_(
        "A deactivation got no answer, and the account service does not say whether the account is "
        "active. Try again once it does, or decide to deactivate."
    ),
    Refusal.NOTHING_PROPOSED: N_("Nothing is proposed any more. Nothing was done."),
    Refusal.FILE_FULL: N_("The case has no room for more text."),
    Refusal.TOO_MANY_ISSUES: N_("The case takes no more issues."),
    Refusal.NO_SUCH_ISSUE: N_("The case has no such issue any more."),
}


def told_of(refusal: UpdateRefused, form: CaseForm) -> tuple[str | None, Told]:
    """Return what to say of a refusal, and the field that it is about, if it is about one."""
    if refusal.code == Refusal.DOES_NOT_EXIST:
        names = [one.name for one in form.fields]
        wanted = str(refusal.values.get("field"))
        return (wanted if wanted in names else None), _DOES_NOT_EXIST
    if refusal.code in _WORDS:
        return None, Told(_WORDS[refusal.code])
    return None, Told(_REFUSED, {"reason": str(refusal)})
