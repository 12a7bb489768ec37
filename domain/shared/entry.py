"""An event of a timeline: what all of them have in common."""

from datetime import datetime
from typing import Any

from pydantic import SerializerFunctionWrapHandler, model_serializer

from domain.shared.events import ENGINE
from domain.shared.text import Frozen


class Entry(Frozen):
    """One event. Each fact has a field, which is null or empty for kinds without that fact.

    As JSON it has only the facts that there are: histories keep every timeline.
    """

    at: datetime
    what: str
    by: str = ENGINE

    @model_serializer(mode="wrap")
    def _only_facts(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:  # Any: JSON
        return {name: fact for name, fact in write(self).items() if fact}
