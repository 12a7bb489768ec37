"""The search attributes and the memo of our workflows (docs/api.md).

No search attribute holds personal data. A memo may, since it is encrypted like everything else.
"""

from collections.abc import Mapping
from typing import Any, TypedDict

from temporalio.common import SearchAttributeKey, TypedSearchAttributes

STATUS = SearchAttributeKey.for_keyword("CaseStatus")
STORE = SearchAttributeKey.for_keyword("CaseStore")
SELLER = SearchAttributeKey.for_keyword("CaseSeller")
ACCOUNT = SearchAttributeKey.for_keyword("CaseAccount")
DEADLINE = SearchAttributeKey.for_datetime("CaseDeadline")

SINCE = SearchAttributeKey.for_datetime("CaseSince")
REASON = SearchAttributeKey.for_keyword("CaseReason")
ISSUE_CODES = SearchAttributeKey.for_keyword_list("CaseIssueCodes")
LINE = SearchAttributeKey.for_keyword("CaseLine")
NEEDS = SearchAttributeKey.for_keyword_list("CaseNeeds")
ASSIGNEE = SearchAttributeKey.for_keyword("CaseAssignee")
FIND = SearchAttributeKey.for_keyword_list("CaseFind")

ALL = (
    STATUS,
    STORE,
    SELLER,
    ACCOUNT,
    DEADLINE,
    SINCE,
    REASON,
    ISSUE_CODES,
    LINE,
    NEEDS,
    ASSIGNEE,
    FIND,
)

ROW = "row"
"""The key of the memo that holds what a list shows of a case (domain/case/row.py)."""


class Shown(TypedDict):
    """How a case shows itself from its start on: arguments of the SDK's `start_workflow`."""

    search_attributes: TypedSearchAttributes
    memo: Mapping[str, Any]  # Any: as the SDK has it
