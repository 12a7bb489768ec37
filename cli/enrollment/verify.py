"""`enrollment verify`: prove the emergency number by a code that a call says."""

import sys
from typing import Annotated

import typer

from cli.enrollment.words import print_enrollment
from cli.session import execute_update, run
from cli.terminal.output import say
from cli.terminal.parameters import By, Json, Seller
from cli.terminal.problems import BadInput, DidNotHappen, checked
from cli.terminal.settings import settings_of
from domain.enrollment.events import EnterCode, VerifyNumber
from domain.enrollment.view import EnrollmentView
from reference.number_codes import NumberCodes, typed_code
from runtime.page_settings import PageSettings, of_this_machine
from runtime.settings import Settings
from temporal_client.names import SellerName


def verify(
    seller: Seller,
    *,
    by: By,
    code: Annotated[
        str | None, typer.Option(help="The 6 digits of the newest call or text message.")
    ] = None,
    text: Annotated[
        bool, typer.Option("--text", help="Send the code by text message, instead of a call.")
    ] = False,
    as_json: Json = False,
) -> None:
    """The number is called, and a code is said; whoever gives the code has verified the number.

    Without --code the number is called at once, whatever the hour. At a terminal the code is then
    asked for. It counts for 10 minutes, and for 5 tries.
    """
    codes = _codes()
    if code is None:
        if text and not Settings().sends_texts:
            raise BadInput("--text: texts are not set up (CASE72_TEXTS)")
        event = checked(VerifyNumber, {"by": by, "by_text": text})
        view = execute_update(seller, "verify_number", event)
        if as_json or not sys.stdin.isatty():
            print_enrollment(view, as_json=as_json)
            return
        done = "is sent a text message" if text else "is being called"
        say(f"{view.account.emergency_phone} {done}.")
        code = typer.prompt("The code")
    print_enrollment(_enter(seller, codes, code, by), as_json=as_json)


def _codes() -> NumberCodes:
    keys = of_this_machine(settings_of(PageSettings), settings_of(Settings).state).keys
    if not keys:
        raise BadInput("CASE72_PAGE_SECRETS: is required, since codes are made with the secret")
    return NumberCodes(keys)


def _enter(seller: SellerName, codes: NumberCodes, code: str, by: str) -> EnrollmentView:
    digits = typed_code(code)
    if digits is None:
        raise BadInput("--code: give the 6 digits that were said or sent")
    before = run(lambda workflows: workflows.view(seller))
    if before.number_call is None:
        raise DidNotHappen("no code is waited for: leave out --code to be called")
    proofs = codes.proofs(before.number_call.id, digits)
    event = checked(EnterCode, {"by": by, "proofs": proofs})
    view = execute_update(seller, "enter_code", event)
    if view.verified_at != before.verified_at:
        return view
    left = view.number_call.tries_left if view.number_call else 0
    tries = f"{left} more {'try' if left == 1 else 'tries'}" if left else "ask for another call"
    raise DidNotHappen(f"this is not the code that was said or sent: {tries}")
