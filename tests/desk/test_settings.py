"""The desk's settings: a bad one is refused by name, in one line (docs/desk.md)."""

import pytest

from runtime.desk_settings import DeskSettings, Role, desk_settings
from tests.desk.site import settings_of
from tests.page.test_service import run

GOOD = {
    "CASE72_DESK_ISSUER": "https://login.shop.example/realms/staff",
    "CASE72_DESK_CLIENT_ID": "case72-desk",
    "CASE72_DESK_CLIENT_SECRET": "not-to-be-quoted",
    "CASE72_DESK_ROLES": "lead=ah-leads",
    "CASE72_DESK_SECRETS": "a-secret-of-forty-characters-for-tests-1",
    "CASE72_DESK_URL": "https://desk.shop.example",
}


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"ISSUER": "http://login.shop.example"}, "issuer"),
        ({"ISSUER": "login.shop.example"}, "issuer"),
        ({"CLIENT_ID": ""}, "client_id"),
        ({"CLIENT_SECRET": ""}, "client_secret"),
        ({"ROLES": ""}, "roles"),
        ({"ROLES": "boss=ah-leads"}, "the roles are observer, specialist, reviewer, lead"),
        ({"ROLES": "lead"}, "roles"),
        ({"ROLES": "lead=a,observer=a"}, "gives the group a two roles"),
        ({"SCOPES": "profile"}, "scopes"),
        ({"SESSION_HOURS": "100"}, "session_hours"),
        ({"IDLE_HOURS": "0"}, "idle_hours"),
        ({"SECRETS": "short"}, "32 characters"),
        ({"URL": "http://desk.shop.example"}, "must be https"),
        ({"PORT": "0"}, "port"),
    ],
)
def test_a_bad_setting_is_refused_in_one_line_that_names_it(
    monkeypatch: pytest.MonkeyPatch, wrong: dict[str, str], says: str
) -> None:
    for name, value in (GOOD | {f"CASE72_DESK_{k}": v for k, v in wrong.items()}).items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ValueError, match=says) as refused:
        desk_settings()
    assert str(refused.value).startswith("settings (CASE72_DESK_*): ")
    assert "\n" not in str(refused.value)
    assert "not-to-be-quoted" not in str(refused.value)


@pytest.mark.parametrize(
    ("groups", "role"),
    [
        ([], None),
        (["staff"], None),
        (["ah-observers"], Role.OBSERVER),
        (["ah-reviewers", "ah-specialists"], Role.REVIEWER),
        (["ah-observers", "ah-leads", "ah-reviewers"], Role.LEAD),
    ],
)
def test_of_several_groups_the_strongest_role_counts(groups: list[str], role: Role | None) -> None:
    assert settings_of("https://login.shop.example").role_of(groups) is role


def test_a_role_may_have_several_groups() -> None:
    settings = settings_of("https://login.shop.example", roles="lead=a, lead=b,observer = c d")
    assert settings.roles == {"a": Role.LEAD, "b": Role.LEAD, "c d": Role.OBSERVER}


def test_without_any_of_them_there_is_no_desk() -> None:
    assert not DeskSettings().is_configured


@pytest.mark.parametrize(
    ("without", "says"),
    [
        ("CASE72_DESK_URL", "CASE72_DESK_URL: is required"),
        ("CASE72_DESK_SECRETS", "CASE72_DESK_SECRETS or CASE72_DESK_SECRETS_FILE: is required"),
        ("CASE72_DESK_ROLES", "roles"),
    ],
)
async def test_without_what_it_needs_the_desk_does_not_start_and_says_so(
    without: str, says: str
) -> None:
    code, out, err = await run("-m", "desk", **{k: v for k, v in GOOD.items() if k != without})
    assert (code, out) == (2, "")
    assert says in err
    assert err.count("\n") == 1


async def test_without_a_provider_there_is_nothing_to_serve() -> None:
    code, _, err = await run("-m", "desk", CASE72_DESK_URL=GOOD["CASE72_DESK_URL"])
    assert code == 2
    assert err == "CASE72_DESK_ISSUER: is required, such as https://login.shop.example\n"


async def test_the_page_does_not_start_with_a_desk_that_is_set_wrongly() -> None:
    page = {
        "CASE72_PAGE_URL": "https://health.shop.example",
        "CASE72_PAGE_SECRETS": GOOD["CASE72_DESK_SECRETS"],
    }
    beside = {k: v for k, v in GOOD.items() if not k.endswith("URL")}
    for wrong, says in (
        ({"CASE72_DESK_ROLES": "boss=a"}, "settings (CASE72_DESK_*): roles"),
        ({"CASE72_DESK_SECRETS": ""}, "CASE72_DESK_SECRETS or"),
    ):
        code, _, err = await run("-m", "page", **page, **{**beside, **wrong})
        assert code == 2
        assert err.startswith(says)
        assert err.count("\n") == 1
