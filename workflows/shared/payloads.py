"""How what workflows are told, and told back, is read and written.

Encryption itself is in runtime/encryption.py, outside of what replays: here it is only said what
it means that something could not be decrypted.
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
from temporalio.exceptions import ApplicationError

from domain.case.events import Event
from domain.shared.errors import Refused, explain
from workflows.case.input import CaseInput
from workflows.enrollment.input import EnrollmentInput

_TOLD = (CaseInput, EnrollmentInput, Event)
"""What others tell a workflow: the input of a start, the argument of an update."""

ENCRYPTED = "binary/encrypted"
"""The encoding of a payload that is encrypted."""
WHY_UNREADABLE = "why-unreadable"
"""The metadata with which the codec hands on a payload that it could not decrypt."""


class Unreadable(ValueError):
    """Something is encrypted and could not be decrypted; says why, and nothing of what it is."""


def why_unreadable(payload: Payload) -> str:
    """What to tell about a payload that is still encrypted when it is to be read."""
    reason = payload.metadata.get(WHY_UNREADABLE)
    if reason is not None:
        return reason.decode()
    return "it is encrypted, and no keys are set here (CASE72_ENCRYPTION_KEYS_FILE)"


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


class _StillEncrypted(EncodingPayloadConverter):
    @property
    def encoding(self) -> str:
        return ENCRYPTED

    def to_payload(self, value: Any) -> Payload | None:
        """Nothing is: that is the codec's."""
        return None

    def from_payload(self, payload: Payload, type_hint: type | None = None) -> Any:
        """Never.

        An update is refused, in these words, rather than holding up its workflow for as long as
        somebody asks with a wrong key. Anything else, the input of a start included, is ours to
        mend: the workflow task fails, or an activity is tried again, until the key is there.
        """
        if isinstance(type_hint, type) and issubclass(type_hint, Event):
            raise ApplicationError(
                f"the worker cannot read it: {why_unreadable(payload)}",
                type="Unreadable",
                non_retryable=True,
            )
        raise Unreadable(f"cannot be read: {why_unreadable(payload)}")


class PayloadConverter(CompositePayloadConverter):
    """Pydantic's, with the above."""

    def __init__(self) -> None:
        json = PydanticJSONPlainPayloadConverter().encoding
        every = DefaultPayloadConverter.default_encoding_payload_converters
        ours = (_JSON() if one.encoding == json else one for one in every)
        super().__init__(*ours, _StillEncrypted())


class FailureConverter(DefaultFailureConverter):
    """The usual one, but for two things.

    A refusal carries its code and values, as the one detail of the failure. A message that cannot
    be decrypted is not passed over in silence.
    """

    def to_failure(
        self, exception: BaseException, payload_converter: SomePayloadConverter, failure: Failure
    ) -> None:
        """As usual, with code and values of a refusal."""
        if isinstance(exception, Refused):
            details = {"code": exception.code, "values": exception.values}
            refused = ApplicationError(str(exception), details, type=Refused.__name__)
            exception = refused.with_traceback(exception.__traceback__)
        super().to_failure(exception, payload_converter, failure)

    def from_failure(
        self, failure: Failure, payload_converter: SomePayloadConverter
    ) -> BaseException:
        """As usual.

        Raises:
            Unreadable: what failed could not be decrypted.
        """
        said = failure.encoded_attributes
        if said.metadata.get("encoding") == ENCRYPTED.encode():
            raise Unreadable(f"cannot be read: {why_unreadable(said)}")
        return super().from_failure(failure, payload_converter)


class EncodedFailureConverter(FailureConverter):
    """Messages and stack traces go where the codec encrypts them."""

    def __init__(self) -> None:
        super().__init__(encode_common_attributes=True)


DATA_CONVERTER = replace(
    pydantic_data_converter,
    payload_converter_class=PayloadConverter,
    failure_converter_class=FailureConverter,
)
