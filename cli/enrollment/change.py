"""`enrollment change`: what is known of a seller's account has changed."""

from enum import StrEnum
from typing import Annotated

import typer

from cli.enrollment.words import print_enrollment
from cli.session import execute_update
from cli.terminal.parameters import By, Json, Seller, extension_dialled
from cli.terminal.problems import BadInput, checked
from domain.enrollment.events import ChangeAccount
from domain.shared.account import SellingPlan


class Removable(StrEnum):
    """The values of an account that can be removed, by the names of their options."""

    NAME = "name"
    SELLING_PLAN = "selling-plan"
    PHONE = "phone"
    EXTENSION = "extension"
    EMAIL = "email"
    LANGUAGE = "language"
    TIME_ZONE = "time-zone"


def change(
    seller: Seller,
    *,
    by: By,
    name: Annotated[str | None, typer.Option(help="The seller's name.")] = None,
    selling_plan: Annotated[SellingPlan | None, typer.Option(help="The selling plan.")] = None,
    phone: Annotated[
        str | None, typer.Option(help="The emergency number, such as +12065550101.")
    ] = None,
    extension: Annotated[
        str | None, typer.Option(help="Dialled after the answer, such as ww12. A comma waits 2 s.")
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
        Removable.EXTENSION: extension_dialled(extension),
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
    event = checked(ChangeAccount, {"by": by, **fields})
    print_enrollment(execute_update(seller, "change_account", event), as_json=as_json)


def _field_of(option: Removable) -> str:
    if option is Removable.PHONE:
        return "emergency_phone"
    return option.value.replace("-", "_")
