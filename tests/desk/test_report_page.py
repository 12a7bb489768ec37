"""The report on cases, which the desk leads to once it has been made."""

from pathlib import Path

from runtime.desk_settings import Role
from tests.desk.served import desk_over
from tests.engine import Engine


async def test_the_report_is_shown_as_soon_as_it_is_there(engine: Engine, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    async with (
        desk_over(engine, report=file) as desk,
        desk.person(Role.OBSERVER) as observer,
    ):
        assert "/desk/report" not in (await observer.http.get("/desk/")).text
        assert (await observer.http.get("/desk/report")).status_code == 404
        file.write_text("<style>b { color: red }</style><b>81 %</b><script>alert(1)</script>")
        assert "/desk/report" in (await observer.http.get("/desk/")).text
        page = await observer.http.get("/desk/report")
        assert "81 %" in page.text
        # A browser runs nothing of it, and loads nothing.
        said = page.headers["content-security-policy"]
        assert said == "sandbox; default-src 'none'; style-src 'unsafe-inline'"
        observer.http.cookies.clear()
        assert (await observer.http.get("/desk/report")).status_code in (302, 303)


async def test_without_the_setting_there_is_none(engine: Engine) -> None:
    async with desk_over(engine) as desk, desk.person(Role.LEAD) as lead:
        assert (await lead.http.get("/desk/report")).status_code == 404
