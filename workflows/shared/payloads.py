"""Converters for payloads and failures of workflows.

Encryption itself is in runtime/encryption.py, outside of what replays. The converters decide only
what happens when something could not be decrypted.
"""

from dataclasses import replace
from typing import Any, get_args

from pydantic import ValidationError
from temporalio.api.common.v1 import Payload
from temporalio.api.failure.v1 import Failure
from temporalio.contrib.pydantic import (
    PydanticJSONPlainPayloadConverter,
    pydantic_data_converter,
)
from temporalio.converter import (
    CompositePayloadConverter,
    DefaultFailureConverter,
    DefaultPayloadConverter,
    EncodingPayloadConverter,
)
from temporalio.converter import PayloadConverter as SomePayloadConverter
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from domain.shared.errors import Refused, explain
from domain.shared.events import Event
from workflows.appeal.input import AppealInput
from workflows.case.input import CaseInput
from workflows.enrollment.input import EnrollmentInput

_FROM_CLIENTS = (CaseInput, EnrollmentInput, AppealInput, Event)
"""What clients send to a workflow: the input of a start, the argument of an update."""

ENCRYPTED = "binary/encrypted"
"""The encoding of an encrypted payload."""
WHY_UNREADABLE = "why-unreadable"
"""The metadata key under which the codec says why it could not decrypt a payload."""


class Unreadable(ValueError):
    """Something could not be decrypted. The message says why, and nothing about the content."""


def why_unreadable(payload: Payload) -> str:
    """Say why a payload is still encrypted."""
    reason = payload.metadata.get(WHY_UNREADABLE)
    if reason is not None:
        return reason.decode()
    return "it is encrypted, and no keys are set here (CASE72_ENCRYPTION_KEYS_FILE)"


class _JSON(PydanticJSONPlainPayloadConverter):
    def from_payload(self, payload: Payload, type_hint: type | None = None) -> Any:
        """Read the payload with pydantic. Explain an error without quoting the input.

        A start that cannot be read ends its workflow. An update that cannot be read is refused.
        Anything else, such as an activity's result after a deployment, is our fault: the workflow
        task fails until we fix it, and no workflow ends.
        """
        try:
            return super().from_payload(payload, type_hint)
        except ValidationError as error:
            hints = (type_hint, *get_args(type_hint))  # the hint of a start is `Input | None`
            if any(isinstance(hint, type) and issubclass(hint, _FROM_CLIENTS) for hint in hints):
                raise ApplicationError(
                    explain(error), type="BadInput", non_retryable=True
                ) from None
            raise ValueError(explain(error)) from None


class _StillEncrypted(EncodingPayloadConverter):
    @property
    def encoding(self) -> str:
        return ENCRYPTED

    def to_payload(self, value: Any) -> Payload | None:
        """Write nothing. Only the codec encrypts."""
        return None

    def from_payload(self, payload: Payload, type_hint: type | None = None) -> Any:
        """Raise, since the payload is still encrypted.

        An update is refused. Otherwise a client with a wrong key would block the workflow.
        Anything else, the input of a start included, is our fault: the workflow task fails, or the
        activity is retried, until the key is there.
        """
        if isinstance(type_hint, type) and issubclass(type_hint, Event):
            raise ApplicationError(
                f"the worker cannot read it: {why_unreadable(payload)}",
                type="Unreadable",
                non_retryable=True,
            )
        raise Unreadable(f"cannot be read: {why_unreadable(payload)}")


_PYDANTIC = _JSON()
_EVERY = (
    *(
        _PYDANTIC if one.encoding == _PYDANTIC.encoding else one
        for one in DefaultPayloadConverter.default_encoding_payload_converters
    ),
    _StillEncrypted(),
)


class PayloadConverter(CompositePayloadConverter):
    """Pydantic's converter, with the two converters above."""

    def __init__(self) -> None:
        # The SDK makes two of these each time a workflow is activated. So they share their parts.
        super().__init__(*_EVERY)


class FailureConverter(DefaultFailureConverter):
    """The default converter with three changes.

    A refusal carries its code and values as the only detail of the failure. What is expected to
    fail, such as a look at a call that goes on, has no stack trace, which histories would keep. A
    failure that cannot be decrypted raises an error.
    """

    def to_failure(
        self, exception: BaseException, payload_converter: SomePayloadConverter, failure: Failure
    ) -> None:
        """Convert to a failure, with the code and values of a refusal."""
        if isinstance(exception, Refused):
            details = {"code": exception.code, "values": exception.values}
            refused = ApplicationError(str(exception), details, type=Refused.__name__)
            exception = refused.with_traceback(exception.__traceback__)
        if (
            isinstance(exception, ApplicationError)
            and exception.category is ApplicationErrorCategory.BENIGN
        ):
            exception = exception.with_traceback(None)
        super().to_failure(exception, payload_converter, failure)

    def from_failure(
        self, failure: Failure, payload_converter: SomePayloadConverter
    ) -> BaseException:
        """Convert from a failure.

        Raises:
            Unreadable: the failure could not be decrypted.
        """
        attributes = failure.encoded_attributes
        if attributes.metadata.get("encoding") == ENCRYPTED.encode():
            raise Unreadable(f"cannot be read: {why_unreadable(attributes)}")
        return super().from_failure(failure, payload_converter)


class EncodedFailureConverter(FailureConverter):
    """Put messages and stack traces into attributes that the codec encrypts."""

    def __init__(self) -> None:
        super().__init__(encode_common_attributes=True)


DATA_CONVERTER = replace(
    pydantic_data_converter,
    payload_converter_class=PayloadConverter,
    failure_converter_class=FailureConverter,
)
