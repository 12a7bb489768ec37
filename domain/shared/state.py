"""State that changes, of a case or an enrollment, and the parts that it is made of."""

from copy import copy
from typing import Self

from pydantic import BaseModel, ConfigDict


class State(BaseModel):
    """Mutable. Its fields are frozen values, tuples of them, and parts that are states themselves.

    So a copy, for which the parts are copied too, shares nothing that changes with the original,
    and the whole survives a continue-as-new as JSON.
    """

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    def __copy__(self) -> Self:
        """Copy the parts as well. `model_copy()` comes here."""
        copied = super().__copy__()
        for name, value in self.__dict__.items():
            if isinstance(value, State):
                copied.__dict__[name] = copy(value)
        return copied
