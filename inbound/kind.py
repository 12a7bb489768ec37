"""The kinds of messages that come back to us."""

from enum import StrEnum


class Kind(StrEnum):
    REPLY = "reply"
    """A person wrote it, or nothing shows that none did."""
    AUTOMATIC = "automatic"
    """A machine wrote it: a vacation notice, an acknowledgement, a receipt."""
    BOUNCE = "bounce"
    """A mail server gave up on an e-mail of ours."""
    DELAY = "delay"
    """A mail server could not deliver an e-mail of ours yet, and goes on trying."""
    COMPLAINT = "complaint"
    """A reader reported an e-mail of ours as abuse."""
