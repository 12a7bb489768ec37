"""What a simulation found, as the page of a report shows it."""

from collections.abc import Mapping
from typing import NamedTuple


class Simulated(NamedTuple):
    """What a simulation found, in words."""

    of: str
    """How many cases, in which world."""
    figures: Mapping[str, Mapping[str, str]]
    """Each measure, for each policy."""
