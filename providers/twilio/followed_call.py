"""What is known of a call at Twilio: all that the next look at it needs."""

from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field

from domain.shared.text import Frozen
from providers.twilio.api import CallStatus
from reference.languages import ENGLISH


class MessageToMachine(Frozen):
    """Our message to a machine, which is being said."""

    began: datetime
    whole: timedelta
    """How long the message takes at most."""
    legs_before: frozenset[str] = frozenset()
    """Earlier calls to the desk's line. No key press has led to them."""

    def was_said(self, ended: datetime | None) -> bool:
        """Tell whether the whole message was said before the call ended."""
        return ended is not None and ended - self.began >= self.whole


class FollowedCall(Frozen):
    """A call that was placed, as looks have left it."""

    sid: Annotated[str, Field(pattern=r"^CA[0-9a-fA-F]{32}$")]
    language: str = ENGLISH
    is_found: bool = False
    """Whether it was found by its numbers. It is probably ours, without proof."""
    rang: bool = False
    """Whether it was seen ringing or answered."""
    says_only: bool = False
    """Whether it says something and ends, and joins nobody to the desk."""
    message: MessageToMachine | None = None

    @classmethod
    def decoded(cls, text: str) -> "FollowedCall":
        """Read what `encoded` wrote."""
        return cls.model_validate_json(text)

    def encoded(self) -> str:
        """Write it down for the next look, which may be another worker's."""
        return self.model_dump_json(exclude_defaults=True)

    def seen(self, status: CallStatus) -> "FollowedCall":
        """Return the call after a look that saw this status."""
        rings = (CallStatus.RINGING, CallStatus.IN_PROGRESS, CallStatus.COMPLETED)
        return self if self.rang or status not in rings else self.model_copy(update={"rang": True})
