"""How what workflows are told, and told back, is read and written."""

from dataclasses import replace
from typing import Any, get_args

from pydantic import ValidationError
from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import (
    PydanticJSONPlainPayloadConverter,
    pydantic_data_converter,
)
from temporalio.converter import CompositePayloadConverter, DefaultPayloadConverter
from temporalio.exceptions import ApplicationError

from domain.errors import explain
from domain.events import Event
from workflows.case_input import CaseInput
from workflows.enrollment_input import EnrollmentInput

_TOLD = (CaseInput, EnrollmentInput, Event)
"""What others tell a workflow: the input of a start, the argument of an update."""


class _JSON(PydanticJSONPlainPayloadConverter):
    def from_payload(self, payload: Payload, type_hint: type | None = None) -> Any:
        """As pydantic reads it; what cannot be read is said in our words, quoting nothing.

        A start that cannot be read ends its workflow, an update is refused. Anything else, such
        as an activity's answer after a deployment, is ours to mend: the workflow task fails
        until it is, and nothing ends.
        """
        try:
            return super().from_payload(payload, type_hint)
        except ValidationError as error:
            hints = (type_hint, *get_args(type_hint))  # of a start, which may be missing
            if any(isinstance(hint, type) and issubclass(hint, _TOLD) for hint in hints):
                raise ApplicationError(
                    explain(error), type="BadInput", non_retryable=True
                ) from None
            raise ValueError(explain(error)) from None


class PayloadConverter(CompositePayloadConverter):
    """Pydantic's, with the above."""

    def __init__(self) -> None:
        json = PydanticJSONPlainPayloadConverter().encoding
        every = DefaultPayloadConverter.default_encoding_payload_converters
        super().__init__(*(_JSON() if one.encoding == json else one for one in every))


DATA_CONVERTER = replace(pydantic_data_converter, payload_converter_class=PayloadConverter)
