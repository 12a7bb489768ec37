"""Metrics for Prometheus: the SDK's and ours (`metrics.py` of workflows/case, workflows/appeal)."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time

from temporalio.runtime import PrometheusConfig, Runtime, TelemetryConfig

from domain.shared.names import APPEAL_WORKFLOW, CASE_WORKFLOW, CASES_QUEUE
from reference.time_zones import EDITION
from runtime.credentials import Credential
from workflows.appeal import metrics as of_appeals
from workflows.case import metrics as of_cases

TIME_ZONES = "case72_time_zones_timestamp_seconds"
RENEW_BY = "case72_credential_renewal_timestamp_seconds"


def serving_metrics(address: str | None) -> Runtime | None:
    """Return an SDK runtime that serves `/metrics` at `address`, for as long as it is kept.

    None if there is no address. A client that is connected with it counts its requests there.

    Raises:
        ValueError: nothing can be served at the address.
    """
    if address is None:
        return None
    prometheus = PrometheusConfig(
        bind_address=address,
        counters_total_suffix=True,
        unit_suffix=True,
        durations_as_seconds=True,
        histogram_bucket_overrides=of_cases.BUCKETS,
    )
    try:
        return Runtime(telemetry=TelemetryConfig(metrics=prometheus, attach_service_name=False))
    except ValueError as error:
        raise ValueError(f"CASE72_METRICS={address}: {error}") from None


def show_from_the_start(runtime: Runtime, namespace: str, zones_newest: date) -> None:
    """Have a worker's `/metrics` show what nothing has happened to yet, and the time zones.

    `zones_newest` is the last day on which the time zones in use were known to be the newest.
    """
    for workflow, series, words in (
        (CASE_WORKFLOW, of_cases.FROM_THE_START, of_cases.HELP),
        (APPEAL_WORKFLOW, of_appeals.FROM_THE_START, of_appeals.HELP),
    ):
        # These are the SDK's labels of a workflow's metrics. So the series are the same.
        sdk = {"namespace": namespace, "task_queue": CASES_QUEUE, "workflow_type": workflow}
        meter = runtime.metric_meter.with_additional_attributes(sdk)
        for name, labels in series:
            meter.create_counter(name, words[name]).add(0, labels)
    gauge = runtime.metric_meter.create_gauge(
        TIME_ZONES, "When the edition of the time zones in use was last known to be the newest"
    )
    newest = datetime.combine(zones_newest, time(), UTC)
    gauge.set(int(newest.timestamp()), {"namespace": namespace, "edition": EDITION})


def show_credentials(runtime: Runtime, namespace: str, used: Iterable[Credential]) -> None:
    """Have the runtime's `/metrics`, if it serves it, say when each is to be renewed."""
    gauge = runtime.metric_meter.create_gauge(
        RENEW_BY,
        "When what we show Temporal ought to have been renewed, some time before it expires",
    )
    for one in used:
        labels = {"namespace": namespace, "credential": one.name}
        gauge.set(int(one.renew_by.timestamp()), labels)
