"""The parameters of commands: a case's name, spans of time, who does it."""

import getpass
import re
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from pydantic import TypeAdapter, ValidationError

from domain.shared.account import Store
from reference.contact_check import dialled_extension
from temporal_client.names import (
    AppealName,
    CaseName,
    SellerName,
    appeal_name,
    case_name,
    enrollment_name,
)

_ACCOUNT = rf"({'|'.join(Store)})/([A-Za-z0-9._-]{{1,64}})"
_CASE = re.compile(rf"(?:case/)?{_ACCOUNT}(?:/([0-9a-fA-F-]{{36}}))?")
_SELLER = re.compile(rf"(?:enrollment/)?{_ACCOUNT}")
_APPEAL = re.compile(rf"(?:appeal/)?{_ACCOUNT}")
_OTHER_STORE = re.compile(r"(?:case/|enrollment/|appeal/)?[A-Za-z]{2}/")
_STORES = tuple(
    f"{prefix}{store}/" for prefix in ("", "case/", "enrollment/", "appeal/") for store in Store
)
_SHORT = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")
_LONGEST = timedelta(days=366)
_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)


def parse_case(text: str) -> CaseName:
    """`US/A2EXAMPLE`, the workflow id, or a case's own id."""
    return case_name(*_parts(_CASE, text))


def parse_seller(text: str) -> SellerName:
    """`US/A2EXAMPLE`, or the workflow id."""
    return enrollment_name(*_parts(_SELLER, text))


def parse_appeal(text: str) -> AppealName:
    """`US/A2EXAMPLE`, or the workflow id."""
    return appeal_name(*_parts(_APPEAL, text))


def _parts(form: re.Pattern[str], text: str) -> tuple[str, ...]:
    found = form.fullmatch(text)
    if found is None:
        known = _OTHER_STORE.match(text) and not text.startswith(_STORES)
        wrong = f"stores are {' and '.join(Store)}, in capitals; " if known else ""
        raise typer.BadParameter(f"{wrong}give STORE/SELLER, such as US/A2EXAMPLE")
    return found.groups()


def span(text: str) -> timedelta:
    """`8h`, `15m`, `3d`, `1d12h`, or ISO 8601 such as `PT8H`."""
    short = _SHORT.fullmatch(text)
    try:
        if text and short:
            days, hours, minutes, seconds = (int(part or 0) for part in short.groups())
            found = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        else:
            # A bare number would mean seconds, which nobody wants.
            found = TypeAdapter(timedelta).validate_python(text if "P" in text else "")
    except (ValidationError, OverflowError):
        found = timedelta()
    if not timedelta() < found <= _LONGEST:
        raise typer.BadParameter("give a span of up to a year, such as 8h, 15m, 3d or PT8H")
    return found


def moment(text: str) -> datetime:
    """A moment in ISO 8601, in UTC if it has no offset; or a span from now on."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        try:
            return datetime.now(UTC) + span(text)
        except typer.BadParameter:
            raise typer.BadParameter(
                "give a moment, such as 2026-11-25T09:00+00:00, or a span from now, such as 8h"
            ) from None
    try:
        found = found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except OverflowError:  # before the year 1 or after 9999
        found = _EARLIEST - timedelta.resolution
    if found < _EARLIEST:
        raise typer.BadParameter("give a moment of the years 1970 to 9999 (UTC)")
    return found


def past_moment(text: str) -> datetime:
    """A moment in ISO 8601, in UTC if it has no offset; or a span before now."""
    try:
        return datetime.now(UTC) - span(text)
    except typer.BadParameter:
        pass
    try:
        return moment(text)
    except typer.BadParameter:
        raise typer.BadParameter(
            "give a moment, such as 2026-11-25T09:00+00:00, or how long ago, such as 3d"
        ) from None


def extension_dialled(extension: str | None) -> str | None:
    """Return an extension as it is dialled, such as `ww12`. None stays None."""
    dialled = dialled_extension(extension or "")
    if extension is not None and dialled is None:
        raise typer.BadParameter(
            "--extension: give up to 32 digits, commas, '*', '#' and 'w', such as ww12"
        )
    return dialled


def _os_user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user has no name: an empty --by is refused
        return ""


Case = Annotated[
    CaseName,
    typer.Argument(parser=parse_case, metavar="CASE", help="Such as US/A2EXAMPLE."),
]
Seller = Annotated[
    SellerName,
    typer.Argument(parser=parse_seller, metavar="SELLER", help="Such as US/A2EXAMPLE."),
]
AppealOf = Annotated[
    AppealName,
    typer.Argument(parser=parse_appeal, metavar="SELLER", help="Such as US/A2EXAMPLE."),
]
By = Annotated[
    str,
    typer.Option(
        "--by", default_factory=_os_user, show_default="your user name", help="Who did it."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print the view as JSON.")]
Span = Annotated[
    timedelta, typer.Argument(parser=span, metavar="SPAN", help="8h, 15m, 3d or PT8H.")
]
Note = Annotated[str, typer.Option("--note", help="What is to be remembered.")]
OfStore = Annotated[Store | None, typer.Option(help="Only this store's.")]
OfSeller = Annotated[str | None, typer.Option(metavar="ID", help="Only this seller's.")]
Limit = Annotated[int, typer.Option(metavar="N", help="How many to show.")]
Seen = Annotated[
    int | None,
    typer.Option(
        min=0,
        metavar="N",
        help="The last event that you saw, as show numbers them: refused if the case has "
        "changed since.",
    ),
]
