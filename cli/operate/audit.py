"""`audit`: find what goes wrong without anybody being told, and say what to do about it."""

from datetime import timedelta
from itertools import groupby
from typing import Annotated

import typer

from cli.operate.audit_checks import check_everything
from cli.operate.audit_report import Finding, FindingKind, Report
from cli.session import run
from cli.terminal.output import say, say_json
from cli.terminal.problems import BadInput
from cli.terminal.settings import settings_of
from cli.terminal.words import utc
from domain.shared.codes import plain
from runtime.settings import Settings

_SHOWN = 20
"""How many findings of each kind are printed: in an outage every case is late."""


def audit(
    *,
    ask: Annotated[
        bool,
        typer.Option(
            "--ask",
            help="Ask every open case for its agenda too, which has a worker replay each.",
        ),
    ] = False,
    quick: Annotated[
        bool,
        typer.Option(
            "--quick",
            help="Only queues and what stands still, which takes a second however many are open.",
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Find cases that stand still or are late, escalations nobody decides, missing workers.

    Exit code 1 where there is anything to find. Times are by the case's own clock.
    """
    if ask and quick:
        raise BadInput("--quick: give it or --ask, not both")
    checked = settings_of(Settings).time_zones_checked
    # These take a fifth of a second to import, which the other commands need not spend.
    from cli.operate.mailbox_check import check_mailbox
    from runtime.inbound_settings import InboundSettings

    mailbox = settings_of(InboundSettings).imap_server()
    report = run(lambda w: check_everything(w, ask=ask, quick=quick, zones_checked=checked))
    of_mail = check_mailbox(mailbox)
    report = report.model_copy(update={"findings": (*report.findings, *of_mail)})
    if as_json:
        say_json(report.model_dump_json(indent=2))
    else:
        _print(report)
    raise typer.Exit(1 if report.findings else 0)


def _print(report: Report) -> None:
    order = list(FindingKind)
    by_kind = sorted(report.findings, key=lambda finding: order.index(finding.kind))
    for kind, some in groupby(by_kind, key=lambda finding: finding.kind):
        findings = list(some)
        say(f"{plain(kind)}: {len(findings)}; what to do: {kind.page}")
        for finding in findings[:_SHOWN]:
            say(f"  {finding.where}: {finding.what}{_since(finding)}")
        if len(findings) > _SHOWN:
            say(f"  and {len(findings) - _SHOWN} more, which --json lists")
    wrong = f"findings: {len(report.findings)}" if report.findings else "nothing is wrong"
    looked = f"Open cases looked at: {report.cases}, of them asked: {report.asked}"
    say(f"{looked}; time zones: {report.time_zones}; {wrong}.")


def _since(finding: Finding) -> str:
    if finding.since is None or finding.lasts is None:
        return ""
    return f"; since {utc(finding.since)}, {_long(finding.lasts)}"


def _long(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    return f"{minutes // 60} h {minutes % 60} min"
