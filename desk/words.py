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
