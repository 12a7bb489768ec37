"""State that changes, of a case, an enrollment or an appeal, and the parts that it is made of."""

from copy import copy
from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict


class State(BaseModel):
    """Mutable. Its fields are frozen values, tuples of them, and parts that are states themselves.

    A copy copies the parts too, so it shares nothing that changes with the original. The whole can
    be carried over by continue-as-new as JSON.
    """

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    _parts: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:  # Any: as pydantic has it
        """Note which fields are parts."""
        super().__pydantic_init_subclass__(**kwargs)
        types = {name: field.annotation for name, field in cls.model_fields.items()}
        cls._parts = tuple(
            name
            for name, kind in types.items()
            if isinstance(kind, type) and issubclass(kind, State)
        )

    def __copy__(self) -> Self:
        """Copy the parts as well. `model_copy()` comes here."""
        copied = super().__copy__()
        for name in self._parts:
            copied.__dict__[name] = copy(copied.__dict__[name])
        return copied
