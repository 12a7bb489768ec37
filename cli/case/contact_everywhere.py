"""`contact --every-case-of-number`: one contact for every open case of a number."""

import json
from collections.abc import AsyncIterator

import typer

from cli.case.words import print_status
from cli.failure_words import in_words
from cli.session import run, send_update
from cli.terminal.output import say_json, warn
from cli.terminal.problems import DidNotHappen, NotShown
from domain.case.events import ReportContact
from domain.case.view import CaseView
from temporal_client.cases_of_number import open_cases_of
from temporal_client.failures import NoWorker, ServerFailed, TemporalFailure
from temporal_client.in_parallel import each
from temporal_client.names import CaseName, case_name_of_id
from temporal_client.workflows import Workflows


def contact_everywhere(case: CaseName, event: ReportContact, *, as_json: bool) -> None:
    """Record a contact for a case and every open case of its number.

    The exit code says how it went.

    Raises:
        DidNotHappen: the case cannot be read, so its number is not known; or nobody answers.
    """
    taken: list[CaseView] = []
    failed: dict[str, str] = {}

    async def record(workflows: Workflows) -> None:
        async for name, result in _each_result(workflows, case, event):
            if isinstance(result, CaseView):
                taken.append(result)
                if not as_json:
                    print_status(result)
            elif isinstance(result, NotShown):
                warn(result.message)
            else:
                failed[str(name)] = result
                if not as_json:
                    warn(f"{name}: {result}")

    run(record)
    if as_json:
        cases = [view.model_dump(mode="json") for view in taken]
        lines = [{"case": name, "reason": reason} for name, reason in failed.items()]
        say_json(json.dumps({"cases": cases, "failed": lines}, indent=2, ensure_ascii=False))
    raise typer.Exit(1 if failed else 0)


async def _each_result(
    workflows: Workflows, case: CaseName, event: ReportContact
) -> AsyncIterator[tuple[CaseName, CaseView | NotShown | str]]:
    """Return each case with its view after the contact, or with why it is not recorded."""
    view = await workflows.view(case)
    first = case_name_of_id(view.id)
    found = await open_cases_of(workflows, view.account.emergency_phone)

    async def names() -> AsyncIterator[CaseName]:
        yield first  # also where the search does not show it yet
        for name in found.cases:
            if name != first:
                yield name

    async def record(name: CaseName) -> CaseView | NotShown | str:
        try:
            return await send_update(workflows, name, "report_contact", event)
        except (NoWorker, ServerFailed):  # which would fail every other case too
            raise
        except TemporalFailure as failure:
            return in_words(failure)
        except NotShown as unseen:
            return unseen
        except DidNotHappen as closed:
            return closed.message.removeprefix(f"{name} ")

    async for name, result in each(names(), record):
        yield name, result
    for failure in found.unread:
        if isinstance(failure.name, CaseName) and failure.name.workflow_id != first.workflow_id:
            yield failure.name, in_words(failure)
