"""A seller who changes the number again and again is told from when on it can be changed."""

from domain.case.events import ChangeContact
from domain.shared.events import SELLER
from tests.page.site import Site
from tests.page.test_forged_files import proof_and_case
from workflows.case.issue_case import IssueCase


async def test_the_eleventh_change_of_a_day_is_refused_and_what_was_typed_is_kept(
    site: Site,
) -> None:
    case = await site.open("CHANGES")
    for number in range(10):
        change = ChangeContact(by=SELLER, emergency_phone=f"+1206555011{number}")
        await case.tell(IssueCase.change_contact, change)
    async with site.visitor("CHANGES") as seller:
        typed = {"emergency_phone": "+1 206 555 0150", "extension": "12"}
        answer = await seller.post("/number", data=await proof_and_case(seller) | typed)
    assert answer.status_code == 409
    assert "You have changed your number many times today" in answer.text
    assert 'value="+1 206 555 0150"' in answer.text
    assert 'value="12"' in answer.text
    # The enrollment tells the case what it has heard, and hears of ten changes one after the other.
    await case.when(lambda v: v.account.emergency_phone == "+12065550119")
