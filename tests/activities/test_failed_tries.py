"""Whoever reads a worker's log learns why a provider fails."""

from datetime import timedelta

import pytest
from structlog.testing import capture_logs
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from providers.protocols import ProviderFailed
from providers.temporal.failures import CallGoesOn, provider_failures


def _try(failure: ProviderFailed) -> None:
    with provider_failures():
        raise failure


def test_a_failed_try_is_logged_with_its_reason() -> None:
    with capture_logs() as logged, pytest.raises(ApplicationError):
        ActivityEnvironment().run(_try, ProviderFailed("smtp: login is not offered"))
    (line,) = logged
    assert (line["log_level"], line["why"]) == ("warning", "smtp: login is not offered")
    assert line["activity"]
    assert line["attempt"] == 1


def test_a_call_that_goes_on_is_none() -> None:
    with capture_logs() as logged, pytest.raises(ApplicationError):
        ActivityEnvironment().run(_try, CallGoesOn(timedelta(seconds=10)))
    assert not logged
