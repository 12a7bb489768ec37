"""The forms that are posted, checked before anything is done with them."""

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request

from page.addresses import network_asking
from page.limits import Limit
from page.visits import NotOurForm, Visit, Visits
from reference.page_links import Visitor

FORM = "application/x-www-form-urlencoded"


class Forms:
    """Reads the forms of our page, and refuses more than a person sends."""

    def __init__(self, visits: Visits) -> None:
        self._visits = visits
        self._of_account = Limit(60, 300)
        self._of_address = Limit(300, 300)

    async def read(self, request: Request) -> FormData:
        """Return what was posted, whoever posted it.

        Raises:
            HTTPException: it is no form.
        """
        if request.headers.get("content-type", "").partition(";")[0] != FORM:
            raise HTTPException(415)
        return await request.form()

    def visit_of(self, request: Request, form: FormData) -> Visit:
        """Return the visit that a form was sent in.

        Raises:
            NoVisit, NotOurForm: it was sent in none, or not from our page.
            TooOften: too much came from one address, or for one account.
        """
        self._of_address.take(network_asking(request))
        visit = self._visits.of(request)
        self._visits.check(request, form, visit)
        self._of_account.take(visit.visitor.account)
        return visit


def text_of(form: FormData, name: str) -> str | None:
    value = form.get(name)
    return value if isinstance(value, str) else None


def case_of(form: FormData, visit: Visit) -> str:
    """Return the own id of the case that a form is about: one of this visit's account only.

    Raises:
        NotOurForm: it is none, or of another account.
    """
    case_id = text_of(form, "case") or ""
    try:
        about = Visitor.of(case_id)
    except ValueError:
        raise NotOurForm from None
    # A case's own id, of four parts: one without its run would be taken for another's.
    is_own_id = case_id.startswith("case/") and case_id.count("/") == 3
    if not is_own_id or about.account != visit.visitor.account:
        raise NotOurForm
    return case_id
