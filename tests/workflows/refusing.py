"""Updates that are refused, and leave nothing in the history."""

from typing import Any

import pytest
from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from tests.engine import Running


async def refused(workflow: Running[Any], update: Any, event: Any) -> str:
    """The reason of a refusal, having checked that it left no event."""
    return str(await refusal(workflow, update, event))


async def refusal(workflow: Running[Any], update: Any, event: Any) -> ApplicationError:
    """A refusal, having checked that it left no event.

    What the workflow does by itself meanwhile (an e-mail goes out) is written down all the same.
    """
    before = await _updates(workflow)
    with pytest.raises(WorkflowUpdateFailedError) as failure:
        await workflow.tell(update, event)
    assert await _updates(workflow) == before
    assert isinstance(failure.value.cause, ApplicationError)
    return failure.value.cause


async def _updates(workflow: Running[Any]) -> list[str]:
    """The history's events of updates."""
    events = await workflow.events()
    return [name for name in events if name.startswith("workflow_execution_update")]
