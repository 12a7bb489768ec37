"""How far apart calls of different cases to one number lie (docs/rules.md, section 4)."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class Spacing:
    """What the fleet keeps to, so that several cases of one number do not call it in a row."""

    distance: timedelta = timedelta(minutes=5)
    """Between the moments in which two calls are placed."""
    after_contact: timedelta = timedelta(hours=1)
    """From the end of a connected call on."""


DEFAULT_SPACING = Spacing()
NO_SPACING = Spacing(timedelta(0), timedelta(0))
WHILE_A_CALL_GOES_ON = timedelta(seconds=5)
"""After how long it is asked again whether a call to the number has ended."""
