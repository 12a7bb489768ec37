"""The results of calls and e-mails (docs/rules.md, section 4)."""

from enum import StrEnum


class Result(StrEnum):
    """What came of an attempt."""

    CONNECTED = "connected"
    DECLINED = "declined"
    VOICEMAIL = "voicemail"
    """A machine answered, and our message was said to it whole."""
    VOICEMAIL_CUT = "voicemail_cut"
    """A machine answered, and our message was not said whole: the telephone may never have rung."""
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    INVALID_NUMBER = "invalid_number"
    """The carrier says that there is no such number. Nobody else can say so."""
    ACCEPTED = "accepted"
    BOUNCED = "bounced"
    PROVIDER_FAILED = "provider_failed"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"
