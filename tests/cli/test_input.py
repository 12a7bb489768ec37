"""Bad input: exit code 2, one line that names the field, and nothing is sent."""

import json
import sys
from pathlib import Path

import pytest

import client
from tests.cli.conftest import flags
from tests.engine import account

ISSUE = {"id": "ISS-1", "code": "LISTING_POLICY", "summary": "Restricted"}
GOOD = {"account": account("A2EXAMPLE").model_dump(mode="json"), "issues": [ISSUE]}


def said(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *arguments: str
) -> tuple[int, str]:
    # Had anything been sent, the answer would be 1: nobody listens there.
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    monkeypatch.setattr(sys, "argv", ["client.py", *arguments])
    code = client.main()
    return code, capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (["open"], "--store, --seller, --name"),
        (["open", *flags("A", store="MX")], "account.store: "),
        (["open", *flags("A'B")], "account.seller_id: is malformed"),
        (["open", *flags("A", name="x\ny")], "account.name: must not contain control"),
        (["open", *flags("A", time_zone="Mars/Base")], "account.time_zone: is not a time zone"),
        (["open", *flags("A", time_zone="localtime")], "account.time_zone: is not a time zone"),
        (["open", *flags("A", email="a@b..example")], "account.email: is not an e-mail"),
        (["open", *flags("A", phone="12065550101")], "account.emergency_phone: is malformed"),
        (["open", *flags("A", issue="ISS-1")], "issue: give ID:CODE:SUMMARY"),
        (["open", *flags("A", issue="ISS 1:CODE:x")], "issues.0.id: is malformed"),
        (["open", *flags("A", policy="window")], "policy: give NAME=VALUE"),
        (["open", *flags("A", policy="window=48")], "policy: window: give a span"),
        (["open", *flags("A", policy="window=31d")], "policy: window: Input should be less"),
        (["open", *flags("A", policy="windows=PT1H")], "policy: windows: there is no such field"),
        (["open", *flags("A", policy="call_hours=[0]")], "policy: call_hours: at no hour"),
        (["open", *flags("A", policy=f"call_hours={'[' * 100_000}")], "nested too deep"),
        (["open", *flags("A", policy='call_hours={"a":1,"a":2}')], "a field is given twice"),
        (
            ["open", *flags("A", policy="window=48h"), "--policy", "window=24h"],
            "policy: window: is given twice",
        ),
        (["open", *flags("A"), "--by", ""], "by: "),
        (["open", "nowhere.json"], "nowhere.json"),
        (["call", "A2EXAMPLE"], "CASE"),
        (["call", "MX/A2EXAMPLE"], "CASE"),
        (["call", "US/A2EXAMPLE", "--by", " "], "by: "),
        (["contact", "US/A", "fax", "--note", "x"], "channel"),
        (["contact", "US/A", "phone"], "--note"),
        (["contact", "US/A", "phone", "--note", ""], "note: "),
        (["plan", "US/A", "--root-cause", "x", "--corrective-action", "y"], "preventive_measures"),
        (["review", "US/A", "reject"], "note is required"),
        (["review", "US/A", "maybe"], "decision"),
        (["review", "US/A", "accept"], "--version: required where nobody can be shown the plan"),
        (["review", "US/A", "accept", "--version", "0"], "--version"),
        (["decide", "US/A", "resume", "--note", "x", "--seen", "-1"], "--seen"),
        (["conversation", "US/A", "resolved", "--note", "x" * 1001], "note: "),
        (["issue", "US/A", "ISS-1:lower:x"], "issue.code: is malformed"),
        (["change", "US/A"], "emergency_phone or email is required"),
        (["change", "US/A", "--phone", "911"], "emergency_phone: is malformed"),
        (["harm", "US/A", "fraud"], "--evidence"),
        (["decide", "US/A", "resume"], "--note"),
        (["withdraw", "US/A", "--note", "x", "--issue", "a b"], "issue: is malformed"),
        (["advance", "US/A", "soon"], "SPAN"),
        (["advance", "US/A", "-8h"], "-8"),
        (["list", "--status", "happy"], "--status"),
        (["list", "--seller", "x' OR CaseStatus = 'y"], "seller: is malformed"),
        (["list", "--due-before", "yesterday"], "--due-before"),
        (["list", "--due-before", "0001-01-01T00:00+05:00"], "--due-before"),
        (["list", "--due-before", "9999-12-31T23:59:59-05:00"], "--due-before"),
        (["list", "--due-before", "0999-01-01"], "of the years 1970 to 9999"),
        (["list", "--limit", "0"], "limit: "),
        (["frobnicate"], "frobnicate"),
    ],
)
def test_bad_input_names_the_field(
    arguments: list[str],
    names: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    code, err = said(capsys, monkeypatch, *arguments)
    assert code == 2, err
    assert names in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("content", "names"),
    [
        ("{", "case.json: is not JSON (character 2)"),
        ('{\n"account": ', "case.json: is not JSON (line 2, character 12)"),
        ("[]", "case.json: is not a JSON object"),
        ("[" * 100_000, "case.json: is not JSON that can be read: it is nested too deep"),
        ("9" * 5000, "case.json: is not JSON"),
        ('{"account": {}, "account": {}}', "case.json: a field is given twice"),
        ('{"policy": {"window": "PT48H", "window": "PT24H"}}', "case.json: a field is given twice"),
        ('{"\\ud800": 1}', "Input should be a valid string"),
        (json.dumps(GOOD | {"policy": {"\ud800": 1}}), "policy"),
        ("{}", "account: is required; issues: is required"),
        (json.dumps(GOOD | {"issues": []}), "issues: "),
        (json.dumps(GOOD | {"issues": [ISSUE, ISSUE]}), "issues: each issue must have an id"),
        (json.dumps(GOOD | {"carried": {"status": "resolved"}}), "carried: "),
        (json.dumps(GOOD | {"colour": "red"}), "colour: there is no such field"),
    ],
)
def test_a_bad_file_names_the_field(
    content: str,
    names: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = tmp_path / "case.json"
    file.write_text(content)
    code, err = said(capsys, monkeypatch, "open", str(file))
    assert (code, names in err) == (2, True), err
    assert said(capsys, monkeypatch, "open", str(file), *flags("A"))[0] == 2


def test_a_file_and_flags_exclude_each_other(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "case.json"
    file.write_text(json.dumps(GOOD))
    for command in (["open", str(file), "--harmful"], ["plan", "US/A", "--file", str(file)]):
        extra = ["--evidence", "x"] if command[0] == "plan" else []
        code, err = said(capsys, monkeypatch, *command, *extra)
        assert (code, "not both" in err) == (2, True), err


def test_a_plan_that_says_a_thing_twice_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "plan.json"
    items = '"corrective_actions": ["y"], "preventive_measures": ["z"]'
    file.write_text(f'{{"root_causes": ["a"], "root_causes": ["b"], {items}}}')
    code, err = said(capsys, monkeypatch, "plan", "US/A", "--file", str(file))
    assert (code, err) == (2, f"{file}: a field is given twice\n")


def test_good_input_reaches_for_the_server(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "case.json"
    file.write_text(json.dumps(GOOD))
    code, err = said(capsys, monkeypatch, "open", str(file))
    assert (code, "no Temporal server answers at 127.0.0.1:1" in err) == (1, True), err


def test_a_number_that_does_not_exist_is_a_warning_only(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, err = said(capsys, monkeypatch, "open", *flags("A", phone="+19995550101"))
    assert code == 1
    assert "warning: account.emergency_phone: is not a possible number" in err


def test_an_unknown_profile_is_said_in_a_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEMPORAL_PROFILE", "nowhere")
    code, err = said(capsys, monkeypatch, "show", "US/A")
    assert (code, err.count("\n"), "TEMPORAL_" in err) == (2, 1, True)


@pytest.mark.parametrize("command", ["open", "show", "list", "plan", "review", "advance"])
def test_help_has_examples(
    command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["client.py", command, "--help"])
    assert client.main() == 0
    assert f"python client.py {command} " in capsys.readouterr().out


def test_help_groups_the_commands_by_who_uses_them(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["client.py"])
    assert client.main() == 2
    shown = capsys.readouterr().out
    panels = [shown.index(name) for name in ("Operations", "Seller", "Desk", "Developer")]
    assert panels == sorted(panels)
