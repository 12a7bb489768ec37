"""The option `--policy`."""

from datetime import timedelta
from typing import Any

import typer
from pydantic import JsonValue, TypeAdapter

from cli.terminal.files import json_value
from cli.terminal.parameters import span
from cli.terminal.problems import BadInput
from domain.case.policy import Policy
from workflows.case.input import CaseInput

Overrides = dict[str, JsonValue] | None

_SPANS = frozenset(
    name for name, field in Policy.model_fields.items() if field.annotation is timedelta
)


def overridden(start: CaseInput, policy: Overrides) -> CaseInput:
    """Return the input with `policy` over its own."""
    return start.model_copy(update={"policy": (start.policy or {}) | policy}) if policy else start


def overrides_of(texts: list[str] | None) -> Overrides:
    """Return the values of each `NAME=VALUE`, or None if there is none."""
    if not texts:
        return None
    overrides: dict[str, Any] = {}
    for text in texts:
        name, value = _override(text)
        if name in overrides:
            raise BadInput(f"policy: {name}: is given twice")
        overrides[name] = value
    return overrides


def _override(text: str) -> tuple[str, Any]:  # Any: whatever the JSON says
    name, equals, value = text.partition("=")
    if not equals:
        raise BadInput("policy: give NAME=VALUE, such as window=48h or call_hours=[0,1,4]")
    if name in _SPANS:
        try:
            return name, TypeAdapter(timedelta).dump_python(span(value), mode="json")
        except typer.BadParameter as problem:
            raise BadInput(f"policy: {name}: {problem.message}") from None
    try:
        return name, json_value(value)
    except ValueError:  # a word, such as enrolled
        return name, value
    except BadInput as problem:
        raise BadInput(f"policy: {name}: {problem.message}") from None
