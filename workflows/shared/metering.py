"""Counts and measures for Prometheus, from within a workflow.

The SDK's meter is silent while a workflow replays, so an event counts once. Labels come from closed
enums. So they reveal no seller, and no workflow gets a time series of its own.
docs/observability.md lists the metrics.
"""

from datetime import timedelta

from temporalio import workflow

DESK_WAIT = "case72_desk_wait"
DESK_WAIT_HELP = "How long the desk took to answer"


def add(name: str, words: str, **labels: str) -> None:
    """Count one."""
    workflow.metric_meter().create_counter(name, words).add(1, labels)


def record(name: str, words: str, took: timedelta, **labels: str) -> None:
    """Record how long something took."""
    meter = workflow.metric_meter()
    # A negative duration raises, and a metric must not stop a workflow.
    took = max(took, timedelta())
    meter.create_histogram_timedelta(name, words, "s").record(took, labels)
