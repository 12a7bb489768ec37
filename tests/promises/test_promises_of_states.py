"""No text promises what the state that it is shown in excludes.

States are those that a few letters lead to (tests/promises/states.py), texts all that is shown in
them (texts.py), and promises with what must be so a table (pairs.py).
"""

from collections import Counter
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from domain.case.status import Status
from domain.enrollment.status import EnrollmentStatus
from mail.composer import Composer
from mail.templates import Templates
from tests.mail.emails import ADDRESSES
from tests.promises.pairs import PAIRS, Pair, breaches
from tests.promises.states import Moment, answers, of_cases, of_enrollments
from tests.promises.texts import Site, Text, mails_of, shown_in, shown_of_enrollments


@pytest.fixture(scope="module")
def cases() -> list[Moment]:
    return of_cases()


@pytest.fixture(scope="module")
def enrollments() -> list[Moment]:
    return of_enrollments()


@pytest.fixture(scope="module")
def texts(cases: list[Moment], enrollments: list[Moment]) -> list[Text]:
    return [*shown_in(cases, answers(cases)), *shown_of_enrollments(enrollments)]


def test_no_text_promises_what_its_state_excludes(texts: list[Text]) -> None:
    found: dict[str, str] = {}
    for text in texts:
        for promise in breaches(text):
            found.setdefault(f"{promise}: {text.kind}, {text.language}", str(text))
    assert found == {}


def test_every_status_is_met_and_every_promise_is_made_in_every_language(
    cases: list[Moment], texts: list[Text]
) -> None:
    """So a promise that is worded anew, or a state that is not walked to, is noticed."""
    assert {moment.status for moment in cases} == set(Status)
    made = Counter(
        (pair, text.kind, text.language)
        for pair in _numbers()
        for text in texts
        if PAIRS[pair].is_made(text)
    )
    expected = {
        (pair, kind, language)
        for pair in _numbers()
        for kind in PAIRS[pair].kinds
        for language in PAIRS[pair].words
        if language == "en" or kind in ("page", "mail", "letter")
    }
    assert {(PAIRS[p].promise, kind, tag) for p, kind, tag in expected - set(made)} == set()


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair.promise}, {min(pair.kinds)}")
def test_a_promise_made_where_the_state_excludes_it_is_found(pair: Pair, texts: list[Text]) -> None:
    """The test itself can fail: each text that promises it, shown in a state that does not."""
    promising = {text.language: text for text in texts if pair.is_made(text)}
    kinds = {text.kind for text in promising.values()}
    others = [
        replace(text.moment, desk_phone=False, linked=False) for text in texts if text.kind in kinds
    ]
    excluding = next(moment for moment in others if not pair.holds(moment))
    for text in promising.values():
        assert pair.promise in breaches(replace(text, moment=excluding))


def test_a_wording_that_names_the_button_after_the_end_is_found(
    cases: list[Moment], tmp_path: Path
) -> None:
    (tmp_path / "en").mkdir()
    told = 'Subject: Your case is resolved\n\nPress "Contact me now" at any hour.\n'
    (tmp_path / "en" / "resolved.md").write_text(told)
    wrong = Composer(ADDRESSES, wording=Templates(tmp_path))
    resolved = next(m for m in cases if m.status is Status.RESOLVED and m.mail)
    assert next(breaches(text) for text in mails_of(resolved) if text.language == "en") == []
    said = [text for text in mails_of(resolved, [(wrong, False)]) if text.language == "en"]
    assert breaches(said[0]) == ["names the button"]


@pytest.mark.parametrize("status", [Status.RESOLVED, Status.WITHDRAWN])
def test_a_closed_case_says_no_more_of_the_account_than_is_known(
    cases: list[Moment], enrollments: list[Moment], status: Status
) -> None:
    closed = next(m for m in cases if m.status is status and not m.deactivated)
    invited = next(m.standing for m in enrollments if m.enrolled is EnrollmentStatus.INVITED)
    with closing(Site()) as site:
        unknown = site.page(closed, "en", standing_unknown=True).words
        with_a_step_left = site.page(replace(closed, standing=invited), "en").words
    assert f"Your case {'is' if status is Status.RESOLVED else 'was'} {status}" in unknown
    assert "stays active" not in unknown
    assert "stays active" in with_a_step_left
    assert "nothing left for you to do" not in unknown + with_a_step_left


def test_whoever_has_a_number_to_verify_is_not_told_that_nothing_is_left(
    cases: list[Moment], enrollments: list[Moment]
) -> None:
    closed = next(m for m in cases if m.status is Status.RESOLVED and not m.deactivated)
    enrolled = next(m.standing for m in enrollments if m.enrolled is EnrollmentStatus.ENROLLED)
    assert enrolled is not None
    must_verify = enrolled.model_copy(update={"prove_by": closed.now + timedelta(days=14)})
    with closing(Site()) as site:
        done = site.page(replace(closed, standing=enrolled), "en").words
        not_done = site.page(replace(closed, standing=must_verify), "en").words
    assert "nothing left for you to do" in done
    assert "nothing left for you to do" not in not_done


def test_a_saved_number_is_said_to_be_no_answer_while_the_seller_is_awaited(
    cases: list[Moment],
) -> None:
    with closing(Site()) as site:
        for moment in cases:
            if moment.case is None or not moment.case.is_open:
                continue
            said = site.page(moment, "en", "number").words
            awaited = moment.status is Status.CONTACTING
            assert ("That is no answer to your case" in said) is awaited


def _numbers() -> range:
    return range(len(PAIRS))
