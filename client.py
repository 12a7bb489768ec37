#!/usr/bin/env python3
"""The client: it opens, shows and changes cases and enrollments.

`python client.py --help` shows the commands.

Exit codes: 0 done; 1 not done (refused, not found, unreachable, no answer); 2 bad input, and
nothing was sent; 130 stopped by Ctrl-C, so it may have happened. An audit that finds something
exits with 1 too.
"""

import os
import sys
from collections.abc import Callable
from contextlib import suppress

import typer

from cli.appeal.decide import decide as decide_appeal
from cli.appeal.decide import outage
from cli.appeal.list import list_appeals
from cli.appeal.show import advance as advance_appeal
from cli.appeal.show import show as show_appeal
from cli.appeal.submit import add, submit
from cli.case.advance import advance
from cli.case.assign import assign
from cli.case.call import call
from cli.case.change import change
from cli.case.confirm import confirm, decline
from cli.case.contact import contact
from cli.case.conversation import conversation
from cli.case.decide import decide
from cli.case.harm import harm
from cli.case.history import history
from cli.case.issue import issue
from cli.case.list import list_cases
from cli.case.note import note
from cli.case.open import open_case
from cli.case.plan import plan
from cli.case.review import review
from cli.case.show import show
from cli.case.watch import watch
from cli.case.withdraw import withdraw
from cli.enrollment.advance import advance as advance_enrollment
from cli.enrollment.change import change as change_enrollment
from cli.enrollment.expel import expel
from cli.enrollment.list import list_sellers
from cli.enrollment.readmit import readmit
from cli.enrollment.reinstate import reinstate
from cli.enrollment.show import show as show_enrollment
from cli.enrollment.try_call import try_call
from cli.enrollment.verify import verify
from cli.files.sweep import sweep
from cli.mail.read import read_mail
from cli.operate.access import api_key, key_set, signing_key
from cli.operate.audit import audit
from cli.operate.events import replay
from cli.operate.keys import new_key
from cli.operate.link import link
from cli.ratings.import_ratings import import_ratings
from cli.report.archive import archive
from cli.report.report import report
from cli.simulation.simulate import simulate
from cli.simulation.world_fit import fit
from cli.terminal.version import version_option

OPERATIONS, SELLER, DESK, DEVELOPER = "Operations", "Seller", "Desk", "Developer"

app = typer.Typer(
    help="Open, watch and drive cases. CASE is STORE/SELLER, such as US/A2EXAMPLE.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


app.callback()(version_option)

_groups: dict[str, typer.Typer] = {}


def _group(panel: str, name: str, about: str) -> None:
    _groups[name] = typer.Typer(help=about, no_args_is_help=True)
    app.add_typer(_groups[name], name=name, rich_help_panel=panel)


def _command(panel: str, name: str, does: Callable[..., None], *examples: str) -> None:
    lines = "\n".join(f"  python client.py {name} {example}" for example in examples)
    group, _, own_name = name.rpartition(" ")
    within = _groups[group] if group else app
    # Join the lines of each paragraph. A terminal is rarely as wide as our code.
    paragraphs = (" ".join(part.split()) for part in (does.__doc__ or "").split("\n\n"))
    within.command(
        own_name,
        rich_help_panel=panel,
        help="\n\n".join(paragraphs),
        epilog=f"Examples:\n{lines}",
    )(does)


_command(
    OPERATIONS,
    "open",
    open_case,
    "examples/silent.json",
    "cases.csv",
    "cases.jsonl --from-line 512 --json",
    "--store US --seller A2EXAMPLE --name 'Blue Kettle Goods' --language en-US"
    " --time-zone America/Los_Angeles --email owner@bluekettle.example --phone +12065550101"
    " --issue 'ISS-1:LISTING_POLICY:Restricted product listed' --policy window=PT48H",
)
_command(OPERATIONS, "show", show, "US/A2EXAMPLE", "US/A2EXAMPLE --json")
_command(OPERATIONS, "watch", watch, "US/A2EXAMPLE", "US/A2EXAMPLE --json | jq .status")
_command(
    OPERATIONS,
    "list",
    list_cases,
    "--due-before 8h",
    "--status escalated --store US",
    "--seller A2EXAMPLE --all --json",
)
_command(
    OPERATIONS,
    "history",
    history,
    "US/A2EXAMPLE --earlier",
    "--status deactivated --store US --format csv --output deactivated.csv",
)
_command(
    OPERATIONS,
    "issue",
    issue,
    "US/A2EXAMPLE 'ISS-2:LATE_SHIPMENT:Late shipment rate above 4 %'",
)
_command(
    OPERATIONS,
    "withdraw",
    withdraw,
    "US/A2EXAMPLE --note 'Wrong seller'",
    "US/A2EXAMPLE --issue ISS-2 --note 'Reported twice'",
)
_command(
    OPERATIONS,
    "report",
    report,
    "--since 90d --by issue --html report.html",
    "--since 2026-10-01 --until 2026-11-01 --store US --csv october.csv --archive closed/",
)
_command(OPERATIONS, "archive", archive, "--to closed/", "--to closed/ --since 3d")
_command(OPERATIONS, "audit", audit, "", "--quick", "--ask --json")
_group(OPERATIONS, "events", "Events for the marketplace's systems (docs/webhooks.md).")
_command(OPERATIONS, "events replay", replay, "--receiver crm --since 3d")
_group(OPERATIONS, "ratings", "Sellers' Account Health Ratings.")
_command(
    OPERATIONS,
    "ratings import",
    import_ratings,
    "examples/ratings.csv",
    "ratings.jsonl --by health-feed --json",
)
_group(OPERATIONS, "mail", "E-mails that come in (docs/inbound-mail.md).")
_command(OPERATIONS, "mail read", read_mail, "< message.eml")
_group(OPERATIONS, "files", "Files that sellers attach (docs/evidence-files.md).")
_command(OPERATIONS, "files sweep", sweep, "", "--delete")
_group(OPERATIONS, "keys", "Keys that encrypt what Temporal stores (docs/encryption.md).")
_command(OPERATIONS, "keys new", new_key, ">> case72.keys")
_group(OPERATIONS, "access", "Who may do what in Temporal (docs/access.md).")
_command(OPERATIONS, "access signing-key", signing_key, "signing/page.jwk")
_command(OPERATIONS, "access key-set", key_set, "signing/*.jwk > jwks.json")
_command(
    OPERATIONS, "access api-key", api_key, "signing/page.jwk --for page --may write > page.token"
)
_command(
    OPERATIONS,
    "simulate",
    simulate,
    "--policy examples/policies/default.json --policy examples/policies/one-more-email.json"
    " --world examples/worlds/calm.json --cases 100000 --seed 7",
)
_group(OPERATIONS, "world", "Worlds that simulated cases meet (docs/simulation.md).")
_command(OPERATIONS, "world fit", fit, "--base examples/worlds/calm.json --output ours.json")
_command(SELLER, "call", call, "US/A2EXAMPLE --by seller")
_command(
    SELLER,
    "plan",
    plan,
    "US/A2EXAMPLE --file plan.json --attach invoice.pdf",
    "US/A2EXAMPLE --root-cause 'A supplier changed the product'"
    " --corrective-action 'Removed the listing'"
    " --preventive-measure 'Two people check each new listing'",
)
_command(SELLER, "change", change, "US/A2EXAMPLE --phone +12065550102")
_command(DESK, "link", link, "US/A2EXAMPLE")
_command(
    DESK,
    "assign",
    assign,
    "US/A2EXAMPLE --to specialist.lee",
    "US/A2EXAMPLE --to reviewer.kim --held-by specialist.lee --note 'She knows the supplier'",
    "US/A2EXAMPLE --held-by specialist.lee",
)
_command(DESK, "note", note, "US/A2EXAMPLE --note 'Their warehouse moves until Friday'")
_command(
    DESK,
    "contact",
    contact,
    "US/A2EXAMPLE phone --note 'Called back, plan comes tomorrow'",
)
_command(
    DESK,
    "conversation",
    conversation,
    "US/A2EXAMPLE plan_expected --note 'Went through the policy together'",
)
_command(
    DESK,
    "review",
    review,
    "US/A2EXAMPLE accept",
    "US/A2EXAMPLE more_information --note 'Which supplier was it?'",
)
_command(DESK, "decide", decide, "US/A2EXAMPLE resume --note 'Their line was down'")
_command(DESK, "confirm", confirm, "US/A2EXAMPLE --note 'Read the whole file' --seen 31")
_command(DESK, "decline", decline, "US/A2EXAMPLE --note 'Their line was down'")
_command(DESK, "harm", harm, "US/A2EXAMPLE fraud --evidence FRAUD-2291")
_group(OPERATIONS, "enrollment", "Sellers' enrollments in the programme.")
_command(OPERATIONS, "enrollment show", show_enrollment, "US/A2EXAMPLE", "US/A2EXAMPLE --json")
_command(OPERATIONS, "enrollment list", list_sellers, "--status invited --store US", "--json")
_command(
    SELLER,
    "enrollment change",
    change_enrollment,
    "US/A2EXAMPLE --phone +12065550102",
    "US/A2EXAMPLE --selling-plan professional --remove email",
)
_command(
    SELLER,
    "enrollment verify",
    verify,
    "US/A2EXAMPLE --by seller",
    "US/A2EXAMPLE --code 481927",
)
_command(SELLER, "enrollment try-call", try_call, "US/A2EXAMPLE --by seller")
_command(DESK, "enrollment expel", expel, "US/A2EXAMPLE fraud --evidence FRAUD-2291")
_command(DESK, "enrollment readmit", readmit, "US/A2EXAMPLE --note 'Mistaken identity'")
_command(DESK, "enrollment reinstate", reinstate, "US/A2EXAMPLE --note 'The appeal holds'")
_group(DESK, "appeal", "Appeals of sellers whose account was deactivated.")
_command(DESK, "appeal show", show_appeal, "US/A2EXAMPLE", "US/A2EXAMPLE --json")
_command(DESK, "appeal list", list_appeals, "--status submitted --store US", "--all --json")
_command(
    SELLER,
    "appeal submit",
    submit,
    "US/A2EXAMPLE --what-happened 'We were abroad' --grounds 'The listing is gone'"
    " --evidence 'Invoice INV-77' --attach invoice.pdf",
)
_command(SELLER, "appeal add", add, "US/A2EXAMPLE --text 'The supplier is Kettle Works'")
_command(
    DESK,
    "appeal decide",
    decide_appeal,
    "US/A2EXAMPLE reinstate --note 'The invoices are in order'",
    "US/A2EXAMPLE more_information --note 'Which supplier was it?' --seen 4",
)
_command(OPERATIONS, "appeal outage", outage, "US/A2EXAMPLE --note 'Mail was lost that week'")
_command(DEVELOPER, "appeal advance", advance_appeal, "US/A2EXAMPLE 3d")
_command(DEVELOPER, "enrollment advance", advance_enrollment, "US/A2EXAMPLE 30d")
_command(DEVELOPER, "advance", advance, "US/A2EXAMPLE 8h", "US/A2EXAMPLE PT72H")


def main() -> int:
    """Run a command, and return the exit code."""
    for stream in (sys.stdout, sys.stderr):
        # If a terminal lacks a character of a seller's name, show the rest.
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # both are text files
    try:
        return app(prog_name="client.py", standalone_mode=False) or 0
    except typer.TyperException as problem:
        if line := problem.format_message().strip():  # empty if it has shown the help
            print(line.replace("Value error, ", ""), file=sys.stderr)
        return problem.exit_code
    except (KeyboardInterrupt, typer.Abort):
        return 130
    except (BrokenPipeError, SystemExit):  # the reader of a pipe has ended; rich raises SystemExit
        return 1
    except Exception as unexpected:  # a traceback does not help the user
        print(f"unexpected: {type(unexpected).__name__}: {unexpected}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    code = main()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):
            stream.flush()
    # Skip the interpreter's shutdown: after the SDK's threads it can abort and lose the exit code.
    os._exit(code)
