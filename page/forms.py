"""Checks who sent a form, and which case it is about."""

from starlette.datastructures import FormData
from starlette.requests import Request

from page.visits import Visit, Visits
from reference.page_links import Visitor
from web.addresses import network_asking
from web.forms import NotOurForm, text_of
from web.limits import Limit


class Forms:
    """Checks the forms of our page. It refuses more forms than a person would send."""

    def __init__(self, visits: Visits) -> None:
        self._visits = visits
        self._of_account = Limit(60, 300)
        self._of_address = Limit(300, 300)

    def visit_of(self, request: Request, form: FormData) -> Visit:
        """Return the visit in which a form was sent.

        Raises:
            NoVisit, NotOurForm: there is no visit, or the form is not from our page.
            TooOften: too many forms came from one address, or for one account from there.
        """
        self._of_address.take(network_asking(request))
        visit = self._visits.of(request)
        self._visits.check(request, form, visit)
        self._of_account.take(visit.asking(request))
        return visit


def case_of(form: FormData, visit: Visit) -> str:
    """Return the own id of the case that a form is about.

    Raises:
        NotOurForm: it is not a case's own id, or the case is of another account.
    """
    case_id = text_of(form, "case") or ""
    try:
        about = Visitor.of(case_id)
    except ValueError:
        raise NotOurForm from None
    # A case's own id has four parts. An id without the run could mean another case.
    is_own_id = case_id.startswith("case/") and case_id.count("/") == 3
    if not is_own_id or about.account != visit.visitor.account:
        raise NotOurForm
    return case_id
