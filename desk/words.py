"""What the desk says of what the code names."""

from desk.roles import Role
from web.languages import N_

ROLES = {
    Role.OBSERVER: N_("observer"),
    Role.SPECIALIST: N_("specialist"),
    Role.REVIEWER: N_("reviewer"),
    Role.LEAD: N_("lead"),
}
"""The role beside a person's name."""

PLAN_PARTS = {
    "root_causes": N_("Root causes"),
    "corrective_actions": N_("Corrective actions"),
    "preventive_measures": N_("Preventive measures"),
    "evidence": N_("Evidence"),
}
"""The parts of a plan."""

CODES = (
    N_("notice"),
    N_("final notice"),
    N_("requested"),
    N_("conversation"),
    N_("more information"),
    N_("plan rejected"),
    N_("cooperation reminder"),
    N_("issue joined"),
    N_("plan due"),
    N_("issue withdrawn"),
    N_("number needed"),
    N_("fresh link"),
    N_("contact changed"),
    N_("resolved"),
    N_("deactivated"),
    N_("withdrawn"),
    N_("accept"),
    N_("reject"),
    N_("plan expected"),
    N_("unresolved"),
    N_("phone"),
    N_("email"),
    N_("page"),
    N_("emergency phone"),
    N_("automatic"),
    N_("complaint"),
    N_("fraud"),
    N_("deception"),
    N_("illegal"),
    N_("harm"),
    N_("resolve"),
    N_("deactivate"),
    N_("resume"),
    N_("nobody"),
    N_("Call"),
    N_("Note"),
)
"""Codes in words, as `plain` writes them, that the desk translates."""
