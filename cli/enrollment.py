"""`enrollment`: where a seller stands, and what a person may change about it."""

from enum import StrEnum
from typing import Annotated

import typer
from temporalio.client import Client

from cli.asking import Standing, perhaps_later, run
from cli.enrollment_page import page_of, print_enrollment
from cli.enrollments import ENROLLMENT, look, tell, tell_anybody
from cli.output import console, say
from cli.parameters import By, Json, Note, Seller, SellerName, Span
from cli.problems import BadInput, DidNotHappen, checked
from cli.watching import play
from cli.words import utc
from domain.case.events import Event, HarmCategory
from domain.enrollment.events import ChangeAccount, Expel, Readmit, Reinstate
from domain.enrollment.view import EnrollmentView
from domain.shared.account import SellingPlan


class Removable(StrEnum):
    """What may be known of an account, called as the options are."""

    NAME = "name"
    SELLING_PLAN = "selling-plan"
    PHONE = "phone"
    EMAIL = "email"
    LANGUAGE = "language"
    TIME_ZONE = "time-zone"


def show(seller: Seller, as_json: Json = False) -> None:
    """Where a seller stands: each requirement, what is known, what happened."""
    found = run(lambda client: look(client, seller))
    if as_json:
        print_enrollment(found.view, as_json=True)
    else:
        console().print(page_of(str(seller), found))


def change(
    seller: Seller,
    *,
    by: By,
    name: Annotated[str | None, typer.Option(help="The seller's name.")] = None,
    selling_plan: Annotated[SellingPlan | None, typer.Option(help="The selling plan.")] = None,
    phone: Annotated[
        str | None, typer.Option(help="The emergency number, such as +12065550101.")
    ] = None,
    email: Annotated[str | None, typer.Option(help="The seller's address.")] = None,
    language: Annotated[str | None, typer.Option(help="Such as en-US.")] = None,
    time_zone: Annotated[str | None, typer.Option(help="Such as America/Los_Angeles.")] = None,
    remove: Annotated[
        list[Removable] | None,
        typer.Option(metavar="FIELD", help="It is not known any more. May be repeated."),
    ] = None,
    as_json: Json = False,
) -> None:
    """What is known of a seller's account has changed."""
    given: dict[Removable, str | None] = {
        Removable.NAME: name,
        Removable.SELLING_PLAN: selling_plan,
        Removable.PHONE: phone,
        Removable.EMAIL: email,
        Removable.LANGUAGE: language,
        Removable.TIME_ZONE: time_zone,
    }
    changes: dict[Removable, str | None] = {n: v for n, v in given.items() if v is not None}
    for removed in remove or ():
        if changes.get(removed) is not None:
            raise BadInput(f"{removed}: give a value or --remove, not both")
        changes[removed] = None
    fields = {_field_of(option): value for option, value in changes.items()}
    _tell(seller, "change_account", checked(ChangeAccount, {"by": by, **fields}), as_json)


def _field_of(option: Removable) -> str:
    if option is Removable.PHONE:
        return "emergency_phone"
    return option.value.replace("-", "_")


def expel(
    seller: Seller,
    category: Annotated[HarmCategory, typer.Argument(help="What kind of harm.")],
    *,
    evidence: Annotated[str, typer.Option(help="A reference to the evidence.")],
    by: By,
    case_id: Annotated[
        str | None,
        typer.Option(help="The case it was found in: expelled once for each."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Harmful conduct: out of the programme until a person readmits. Again changes nothing.

    A seller not known before can be expelled, too.
    """
    values = {"by": by, "category": category, "evidence": evidence, "case_id": case_id}
    event = checked(Expel, values)
    with perhaps_later(ENROLLMENT, seller):
        view = run(lambda client: tell_anybody(client, seller.account, "expel", event))
    print_enrollment(view, as_json=as_json)


def readmit(seller: Seller, note: Note, by: By, as_json: Json = False) -> None:
    """Take an expulsion back; the requirements decide again."""
    _tell(seller, "readmit", checked(Readmit, {"by": by, "note": note}), as_json)


def reinstate(seller: Seller, note: Note, by: By, as_json: Json = False) -> None:
    """The account is active again in the marketplace; the requirements decide again."""
    _tell(seller, "reinstate", checked(Reinstate, {"by": by, "note": note}), as_json)


def advance(seller: Seller, time: Span, as_json: Json = False) -> None:
    """Play the enrollment's own clock forward, on a development server."""

    async def advanced(client: Client) -> Standing[EnrollmentView]:
        found = await look(client, seller)
        if found.broke_off:
            raise DidNotHappen(f"{seller}: {found.broke_off}")
        await play(client, ENROLLMENT, seller, time)
        return await look(client, seller)

    found = run(advanced)
    if not as_json:
        say(f"By the enrollment's own clock it is {utc(found.now)}.")
    print_enrollment(found.view, as_json=as_json)


def _tell(seller: SellerName, update: str, event: Event, as_json: bool) -> None:
    view = run(lambda client: tell(client, seller, update, event))
    print_enrollment(view, as_json=as_json)
