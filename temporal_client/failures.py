"""Why what was asked of Temporal did not happen. No personal data is in any of these."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from pydantic import JsonValue
from temporalio.client import (
    RPCTimeoutOrCancelledError,
    WorkflowExecutionStatus,
    WorkflowQueryFailedError,
    WorkflowQueryRejectedError,
    WorkflowUpdateFailedError,
)
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from domain.shared.errors import Refused
from temporal_client.names import AnyName

NO_ANSWER = (
    RPCStatusCode.CANCELLED,  # what the SDK makes of its own timeout
    RPCStatusCode.DEADLINE_EXCEEDED,
    RPCStatusCode.FAILED_PRECONDITION,  # what a server answers a query that nobody polls for
)
_CLOSED_MEANWHILE = "AcceptedUpdateCompletedWorkflow"
"""What Temporal calls it that a workflow took an update and closed before it answered."""
_UNREADABLE = "cannot be read: "


class TemporalFailure(Exception):
    """What was asked did not happen."""

    name: AnyName | None = None
    """The workflow that was asked, where it was one."""
    of_update = False
    """Whether it was an update: what nobody answered may be taken later."""

    def about(self, name: AnyName | None, *, of_update: bool = False) -> "TemporalFailure":
        """With what it is about."""
        self.name, self.of_update = name, of_update
        return self


class NotThere(TemporalFailure):
    """There is no such workflow; or it has closed, which a server answers an update alike."""


class Closed(NotThere):
    """The workflow has closed. The message says how, where that is not what was to become of it."""


class UpdateRefused(TemporalFailure):
    """The workflow refused the update, in its own words.

    To a program `code` (docs/api.md) and `values` say why. A newer worker may have further codes.
    """

    def __init__(self, reason: str, code: str, values: Mapping[str, JsonValue]) -> None:
        super().__init__(reason)
        self.reason, self.code, self.values = reason, code, values


class NoAnswer(TemporalFailure):
    """Nobody answered in time."""


class ServerFailed(TemporalFailure):
    """It was the server, and so it is the same for everybody."""


class NoServer(ServerFailed, NoAnswer):
    """The Temporal server does not answer."""


class NoWorker(NoAnswer):
    """No worker listens that could answer."""


class Paused(NoAnswer):
    """Somebody paused the workflow."""


class WorkerFailed(TemporalFailure):
    """The worker, not the workflow, said no: it could not read what it was sent, or what it has."""


class AnswerUnreadable(TemporalFailure):
    """There is an answer, and this client cannot read it; the message says why."""


class ServerRefused(ServerFailed):
    """The Temporal server itself said no; the message is its own."""

    def __init__(self, message: str, status: RPCStatusCode) -> None:
        super().__init__(message)
        self.status = status


@contextmanager
def translated() -> Iterator[None]:
    """Raise what the SDK raises as one of the failures above."""
    try:
        yield
    except WorkflowUpdateFailedError as error:
        raise _of_update(error.cause) from None
    except WorkflowQueryRejectedError as error:
        is_paused = error.status is WorkflowExecutionStatus.RUNNING
        raise (Paused("paused") if is_paused else Closed("closed")) from None
    except WorkflowQueryFailedError as error:
        raise WorkerFailed(one_line(error.message)) from None
    except RPCError as error:
        raise of_server(error) from None
    except ValueError as error:  # the payload converter's (workflows/shared/payloads.py)
        raise AnswerUnreadable(_UNREADABLE + str(error).removeprefix(_UNREADABLE)) from None
    # The last is a lazy connection that nobody takes.
    except (TimeoutError, RPCTimeoutOrCancelledError, RuntimeError) as error:
        raise NoServer(type(error).__name__) from None


def of_server(error: RPCError) -> TemporalFailure:
    """What a server answers in place of a worker."""
    # Not found can also be the namespace, which is nothing about a workflow.
    if error.status is RPCStatusCode.NOT_FOUND and not error.message.startswith("Namespace"):
        return NotThere(one_line(error.message))
    if error.status in NO_ANSWER:
        return NoServer(error.status.name)
    return ServerRefused(one_line(error.message), error.status)


def _of_update(cause: BaseException) -> TemporalFailure:
    kind = cause.type if isinstance(cause, ApplicationError) else None
    message = one_line(getattr(cause, "message", "") or str(cause))
    if kind == _CLOSED_MEANWHILE:
        return Closed("it closed before it answered")
    if isinstance(cause, ApplicationError) and kind == Refused.__name__:
        # A worker that gives no code has refused all the same.
        detail = cause.details[0] if cause.details else {}
        return UpdateRefused(message, detail.get("code", ""), detail.get("values", {}))
    return WorkerFailed(message)


def one_line(message: str) -> str:
    """A message without line breaks."""
    return " ".join(message.split())
