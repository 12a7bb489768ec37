"""Who may do what at the desk: every pair of a role and an action (docs/rules.md, section 8)."""

import re
from itertools import pairwise, product

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route

from desk.guard import Guarded
from desk.roles import MAY, Action, MayNot, Person, Role, require
from desk.sessions import Session
from tests.desk.site import Desk, dev_desk, proof_in
from tests.test_whole import ROOT

PAIRS = list(product(Role, Action))


def told() -> set[tuple[Role, Action]]:
    """The pairs that the rulebook's table has a cross for."""
    rules = (ROOT / "docs" / "rules.md").read_text("utf-8")
    section = rules.partition("\n## 8. ")[2].partition("\n## 9. ")[0]
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in section.splitlines()
        if line.startswith("|")
    ]
    head, _, *lines = rows
    assert head[1:] == list(Role)
    return {
        (role, Action(action))
        for action_cell, *crosses in lines
        for role, cross in zip(Role, crosses, strict=True)
        for action in re.findall(r"`(\w+)`", action_cell)
        if cross == "yes"
    }


def test_the_rulebook_and_the_table_say_the_same() -> None:
    assert told() == {(role, action) for role, may in MAY.items() for action in may}
    assert set(MAY) == set(Role)


def test_a_stronger_role_may_all_that_a_weaker_one_may_and_only_a_lead_may_everything() -> None:
    each = [MAY[role] for role in Role]
    assert all(weaker < stronger for weaker, stronger in pairwise(each))
    assert MAY[Role.LEAD] == set(Action)


@pytest.mark.parametrize(("role", "action"), PAIRS)
def test_what_a_role_does_not_include_is_refused(role: Role, action: Action) -> None:
    person = Person("7f3c", "somebody", role)
    may = (role, action) in told()
    assert person.may(action) == may
    if may:
        require(person, action)
    else:
        with pytest.raises(MayNot):
            require(person, action)


async def done(_: Request, session: Session) -> Response:
    return PlainTextResponse(session.person.name)


@pytest.mark.parametrize("role", Role)
async def test_a_form_of_each_action_is_let_through_for_the_roles_that_may(role: Role) -> None:
    """The guard itself, with a form for every action there is."""
    async with dev_desk(role) as (desk, browser):
        add_a_form_for_each_action(desk)
        proof = proof_in((await browser.get("/desk/")).text)
        for action in Action:
            answer = await browser.post(f"/desk/try/{action}", data={"csrf": proof})
            may = (role, action) in told()
            assert answer.status_code == (200 if may else 403), action
            assert may or "Your role does not include this" in answer.text


def add_a_form_for_each_action(desk: Desk) -> None:
    guards = [route.guard for route in desk.app.routes if isinstance(route, Guarded)]
    desk.app.router.routes.extend(
        Guarded(f"/try/{action}", guards[0], action, done, posts=True) for action in Action
    )


async def test_no_route_takes_a_form_without_naming_its_action() -> None:
    async with dev_desk(Role.LEAD) as (desk, _):
        routes = [route for route in desk.app.routes if not isinstance(route, Mount)]
        assert all(isinstance(route, Route) for route in routes)
        open_to_all = {
            route.path
            for route in routes
            if isinstance(route, Route) and not isinstance(route, Guarded)
        }
        # These show something to who is not signed in yet, and take no form.
        assert open_to_all == {
            "/sign-in",
            "/signed-in",
            "/signed-out",
            "/language/{tag}",
            "/dev-people",
        }
        for route in routes:
            assert isinstance(route, Route)
            methods = route.methods or set()
            assert methods == {"POST"} or methods == {"GET", "HEAD"}
            assert "POST" not in methods or isinstance(route, Guarded)
            assert not isinstance(route, Guarded) or route.action in Action
