"""What changed between two versions of a plan: no word is lost, and none is made up."""

from hypothesis import given
from hypothesis import strategies as st

from desk.plan_changes import PARTS, Piece, changes
from domain.case.events import SubmitPlan

_WORDS = st.sampled_from(["supplier", "the", "certificate", "\n", "供应商", "证书", "42", ","])
_ITEM = st.lists(_WORDS, min_size=1, max_size=8).map(" ".join).filter(str.strip)
_PLAN = st.lists(_ITEM, min_size=1, max_size=4)


def plan(*causes: str) -> SubmitPlan:
    return SubmitPlan(
        by="seller",
        root_causes=causes,
        corrective_actions=("It was taken down.",),
        preventive_measures=("We check.",),
    )


@given(_PLAN, _PLAN)
def test_each_version_can_be_read_from_the_changes(before: list[str], after: list[str]) -> None:
    old, new = plan(*before), plan(*after)
    found = changes(old, new)
    if old == new:
        assert found == []
        return
    (change,) = found
    for without, items in (("ins", old.root_causes), ("del", new.root_causes)):
        read = ["".join(p.text for p in item if p.what != without) for item in change.items]
        assert [text for text in read if text] == list(items)


def test_a_sentence_that_was_mended_is_marked_word_by_word() -> None:
    (change,) = changes(plan("We ask once a year."), plan("We ask before every order."))
    assert change.part == PARTS[0]
    assert change.items == (
        (
            Piece("same", "We ask "),
            Piece("del", "once a year."),
            Piece("ins", "before every order."),
        ),
    )


def test_chinese_is_marked_character_by_character() -> None:
    (change,) = changes(plan("供应商换了材料"), plan("供应商改了材料"))
    marked = [(piece.what, piece.text) for piece in change.items[0] if piece.what != "same"]
    assert marked == [("del", "换"), ("ins", "改")]
