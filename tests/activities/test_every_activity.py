"""Every activity that is written is run by a worker."""

import inspect
import pkgutil
from importlib import import_module
from pathlib import Path

from temporalio import activity

import activities
from domain.shared.names import CALLS_QUEUE
from runtime.activities_by_queue import activities_by_queue
from runtime.providers import providers_of
from runtime.settings import Settings
from runtime.workers import QUEUES
from tests.engine import Engine


def written() -> set[str]:
    modules = [
        import_module(f"activities.{found.name}")
        for found in pkgutil.iter_modules(activities.__path__)
    ]
    classes = [c for module in modules for _, c in inspect.getmembers(module, inspect.isclass)]
    methods = [
        method
        for one in classes
        if one.__module__.startswith("activities.")
        for _, method in inspect.getmembers(one, inspect.isfunction)
    ]
    # There is no public way to ask.
    found = [activity._Definition.from_callable(method) for method in methods]
    return {definition.name or "" for definition in found if definition is not None}


def test_every_activity_runs_on_one_queue_and_that_of_a_call_on_two(
    engine: Engine, tmp_path: Path
) -> None:
    settings = Settings(state=tmp_path)
    providers = providers_of(settings, engine.client)
    by_queue = activities_by_queue(settings, providers, None, "default")
    assert {*by_queue} == {*QUEUES, CALLS_QUEUE}
    names = [run.__name__ for methods in by_queue.values() for run in methods]
    assert sorted(names) == sorted([*written(), "place_call", "place_number_call"])
