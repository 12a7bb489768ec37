"""The base class of states that change: of a case, of an enrollment, and of their parts."""

from copy import copy
from typing import Self

from pydantic import BaseModel, ConfigDict


class State(BaseModel):
    """A mutable state. Its fields are frozen values, tuples of them, and parts that are states.

    A copy copies the parts too, so it shares nothing mutable with the original. Continue-as-new
    carries the whole state over as JSON.
    """

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    def __copy__(self) -> Self:
        """Copy the parts too. `model_copy()` calls this."""
        copied = super().__copy__()
        for name, value in self.__dict__.items():
            if isinstance(value, State):
                copied.__dict__[name] = copy(value)
        return copied
