"""`simulate`: what policies would come to, before they are used."""

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO

import typer

from cli.terminal.files import json_object
from cli.terminal.output import progress, say
from cli.terminal.problems import BadInput, DidNotHappen, checked
from cli.terminal.written_file import written
from domain.shared.errors import explain

if TYPE_CHECKING:
    from domain.case.policy import Policy
    from simulation.world import World

_MOST_CASES = 10_000_000


def simulate(
    *,
    policy: Annotated[
        list[typer.FileBinaryRead],
        typer.Option(metavar="FILE", help="A policy, as a case takes it. Give two to compare."),
    ],
    world: Annotated[typer.FileBinaryRead, typer.Option(metavar="FILE", help="The world.")],
    cases: Annotated[
        int, typer.Option(min=1, max=_MOST_CASES, metavar="N", help="How many cases.")
    ] = 10_000,
    seed: Annotated[
        int, typer.Option(min=0, max=2**63 - 1, metavar="N", help="The same gives the same luck.")
    ] = 1,
    processes: Annotated[
        int | None,
        typer.Option(min=1, max=256, metavar="N", help="How many processors; or all there are."),
    ] = None,
    json: Annotated[
        Path | None,
        typer.Option("--json", metavar="FILE", dir_okay=False, help="Write the figures there too."),
    ] = None,
) -> None:
    """Play cases under each policy in a simulated world, and compare what comes of them.

    Each case has the same luck under every policy (docs/simulation.md). Nothing is called, and no
    server is asked.
    """
    # Imported here: the other commands need none of it.
    from concurrent.futures.process import BrokenProcessPool

    from cli.simulation.report import Simulation, tables
    from simulation.compare import compared
    from simulation.run import simulate as run

    policies = policies_of(policy)
    found_world = world_of(world)
    with ExitStack() as stack:
        # First, so that nobody waits for figures that cannot be written.
        file = stack.enter_context(written(json, "--json")) if json else None
        bar = stack.enter_context(progress())
        task = bar.add_task("Cases", total=cases)
        try:
            measures = run(
                found_world,
                policies,
                cases=cases,
                seed=seed,
                processes=processes,
                tell=lambda done: bar.update(task, completed=done),
            )
        except BrokenProcessPool:
            why = "a process of the simulation was killed; try fewer of them by --processes"
            raise DidNotHappen(why) from None
        comparison = compared(measures)
        if file:
            played = Simulation(
                cases=cases,
                seed=seed,
                world_file=Path(world.name).stem,
                world=found_world.model_dump(mode="json"),
                policies={name: rules.model_dump(mode="json") for name, rules in policies.items()},
                measures=comparison,
            )
            file.write(played.model_dump_json(indent=2) + "\n")
    tables(comparison)
    say(f"{cases} cases each, seed {seed}. In brackets: 95 % intervals; *: one without 0.")


def world_of(file: BinaryIO) -> "World":
    """Return the world of a file.

    Raises:
        BadInput: the file is none, or a field is wrong. The message names both.
    """
    from simulation.world import World

    values = json_object(file)
    try:
        return checked(World, values)
    except BadInput as problem:
        raise BadInput(f"{file.name}: {problem.message}") from None


def policies_of(files: list[Any]) -> dict[str, "Policy"]:  # Any: typer's own class of files
    """Return the policy of each file, by the file's name without its ending.

    Raises:
        BadInput: a file is none, a field is wrong, or two have one name.
    """
    found: dict[str, Policy] = {}
    for file in files:
        name = Path(file.name).stem
        if name in found:
            raise BadInput(f"--policy: two files are called {name}; rename one")
        found[name] = _policy_of(file)
    return found


def _policy_of(file: BinaryIO) -> "Policy":
    from domain.case.policy import effective_policy
    from domain.case.policy_limits import unfair

    try:
        policy = effective_policy(json_object(file))
    except BadInput:
        raise
    except ValueError as error:
        raise BadInput(f"{file.name}: {explain(error)}") from None
    if problem := unfair(policy):
        raise BadInput(f"{file.name}: {problem}")
    return policy
