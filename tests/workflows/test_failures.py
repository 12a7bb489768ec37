"""What histories keep of a failure."""

import pytest
from temporalio.api.failure.v1 import Failure
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from providers.protocols import NotNow, ProviderFailed
from providers.temporal.failures import provider_failures
from workflows.shared.payloads import DATA_CONVERTER


async def failure_of(error: BaseException) -> Failure:
    failure = Failure()
    await DATA_CONVERTER.encode_failure(error, failure)
    return failure


@pytest.mark.parametrize("expected", [NotNow("the call goes on"), ProviderFailed("it is down")])
async def test_what_is_expected_to_fail_leaves_no_stack_trace(expected: ProviderFailed) -> None:
    """Else each try of a call stores a kilobyte of paths."""

    def a_try() -> None:
        with provider_failures():
            raise expected

    with pytest.raises(ApplicationError) as failed:
        ActivityEnvironment().run(a_try)
    failure = await failure_of(failed.value)
    assert failure.message == str(expected)
    assert failure.stack_trace == ""


@pytest.mark.parametrize("fault", [ApplicationError("a fault of ours"), ValueError("another")])
async def test_a_fault_of_ours_keeps_its_stack_trace(fault: Exception) -> None:
    with pytest.raises(type(fault)) as raised:
        raise fault
    assert "test_failures.py" in (await failure_of(raised.value)).stack_trace
