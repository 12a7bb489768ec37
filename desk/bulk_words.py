"""What the desk says of things that are done in many cases at once, by what they are."""

from web.languages import N_

TITLES = {
    "assign": N_("Assign"),
    "withdraw": N_("Withdraw"),
    "resolve": N_("Resolve"),
    "resume": N_("Resume"),
    "deactivate": N_("Deactivate"),
}

WHAT_HAPPENS = {
    "assign": N_("Each case is given to the person whom you name. Nothing else changes."),
    "withdraw": N_(
        "Each case ends as raised in error, calls and e-mails stop, and each seller is told so. "
        "The accounts stay active. This cannot be taken back."
    ),
    "resolve": N_(
        "Each case ends as resolved, and each seller is told so. The accounts stay active. This "
        "cannot be taken back."
    ),
    "resume": N_(
        "Each case goes on: with the review of its newest plan if that was not reviewed; else with "
        "the seller, who is called and e-mailed anew if they were never reached. Rejections are "
        "counted anew."
    ),
    "deactivate": N_(
        "Each account will be deactivated, and each seller is told how to appeal. This cannot be "
        "taken back. Where the case wants a second person, it is only proposed until another lead "
        "confirms it."
    ),
}

OUTCOMES = {
    "assign": N_("Assigned."),
    "withdraw": N_("Withdrawn."),
    "resolve": N_("Resolved."),
    "resume": N_("Resumed."),
    "deactivate": N_("The account is being deactivated."),
}
