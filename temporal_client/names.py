"""The names of our workflows, with the query and the view of each (docs/api.md)."""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from domain.appeal.view import AppealView
from domain.case.view import CaseView
from domain.enrollment.view import EnrollmentView, StandingView
from domain.shared.account import SellerAccount, Store
from domain.shared.names import appeal_workflow_id, case_workflow_id, enrollment_workflow_id

View = TypeVar("View")


@dataclass(frozen=True)
class ViewQuery(Generic[View]):
    """A query of a workflow, which answers with a view."""

    name: str
    view: type[View]
    workflow: str
    """What people call the workflow."""


CASE = ViewQuery("case", CaseView, "case")
ENROLLMENT = ViewQuery("enrollment", EnrollmentView, "enrollment")
STANDING = ViewQuery("standing", StandingView, "enrollment")
APPEAL = ViewQuery("appeal", AppealView, "appeal")


@dataclass(frozen=True)
class Name(Generic[View]):
    """The newest workflow of that id or, with `run_id`, the workflow that this run belongs to."""

    query: ViewQuery[View]
    workflow_id: str
    run_id: str | None = None

    def __str__(self) -> str:
        return self.workflow_id.partition("/")[2]

    @property
    def account(self) -> SellerAccount:
        """The account, as far as the name says it."""
        store, _, seller_id = str(self).partition("/")
        return SellerAccount(store=Store(store), seller_id=seller_id)


class CaseName(Name[CaseView]):
    """The cases of an account, or one of them."""


class SellerName(Name[EnrollmentView]):
    """The enrollment of a seller in a store."""


class AppealName(Name[AppealView]):
    """The appeal of an account."""


AnyName = Name[Any]  # Any: of a kind that does not matter


def case_name(store: str, seller_id: str, run_id: str | None = None) -> CaseName:
    """Return the name of the newest case of an account, or of one of its cases."""
    return CaseName(CASE, case_workflow_id(store, seller_id), run_id)


def case_name_of_id(case_id: str) -> CaseName:
    """Return the name of the case that has this id of its own (`domain.shared.names.own_id`)."""
    workflow_id, _, first_run_id = case_id.rpartition("/")
    return CaseName(CASE, workflow_id, first_run_id)


def enrollment_name(store: str, seller_id: str) -> SellerName:
    """Return the name of the enrollment of a seller in a store."""
    return SellerName(ENROLLMENT, enrollment_workflow_id(store, seller_id))


def standing_name(store: str, seller_id: str) -> Name[StandingView]:
    """Return the name of an enrollment, for the query that returns the ratings too."""
    return Name(STANDING, enrollment_workflow_id(store, seller_id))


def name_of_id(id_of_its_own: str) -> AnyName | None:
    """Return the name of the case, appeal or enrollment that has this `own_id`.

    None: it is that of a workflow of another kind.
    """
    workflow_id, _, first_run_id = id_of_its_own.rpartition("/")
    match workflow_id.partition("/")[0]:
        case "case":
            return CaseName(CASE, workflow_id, first_run_id)
        case "appeal":
            return AppealName(APPEAL, workflow_id, first_run_id)
        case "enrollment":
            return SellerName(ENROLLMENT, workflow_id, first_run_id)
    return None


def appeal_name(store: str, seller_id: str, run_id: str | None = None) -> AppealName:
    """Return the name of the newest appeal of an account, or of one of its appeals."""
    return AppealName(APPEAL, appeal_workflow_id(store, seller_id), run_id)
