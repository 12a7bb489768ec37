"""The names of our workflows, and what each answers (docs/api.md)."""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from domain.case.view import CaseView
from domain.enrollment.view import EnrollmentView, StandingView
from domain.shared.account import SellerAccount, Store
from domain.shared.names import case_workflow_id, enrollment_workflow_id

View = TypeVar("View")


@dataclass(frozen=True)
class Kind(Generic[View]):
    """A kind of workflow, by the query that is asked of it."""

    query: str
    view: type[View]


CASE = Kind("case", CaseView)
ENROLLMENT = Kind("enrollment", EnrollmentView)
STANDING = Kind("standing", StandingView)


@dataclass(frozen=True)
class Name(Generic[View]):
    """A workflow of an account's; with `run_id`, the one of them that run belongs to."""

    kind: Kind[View]
    workflow_id: str
    run_id: str | None = None

    def __str__(self) -> str:
        return self.workflow_id.partition("/")[2]

    @property
    def account(self) -> SellerAccount:
        """All that a name says."""
        store, _, seller_id = str(self).partition("/")
        return SellerAccount(store=Store(store), seller_id=seller_id)


class CaseName(Name[CaseView]):
    """The cases of an account, or one of them."""


class SellerName(Name[EnrollmentView]):
    """The enrollment of a seller in a store."""


AnyName = Name[Any]  # Any: of a kind that does not matter


def case_name(store: str, seller_id: str, run_id: str | None = None) -> CaseName:
    """The newest case of an account, or one of its cases."""
    return CaseName(CASE, case_workflow_id(store, seller_id), run_id)


def enrollment_name(store: str, seller_id: str) -> SellerName:
    """The enrollment of a seller in a store."""
    return SellerName(ENROLLMENT, enrollment_workflow_id(store, seller_id))


def standing_name(store: str, seller_id: str) -> Name[StandingView]:
    """The same, asked for the ratings too."""
    return Name(STANDING, enrollment_workflow_id(store, seller_id))
