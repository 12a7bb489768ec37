"""The texts that a marketplace prepares for answers to plans."""

from pathlib import Path

import pytest

from domain.case.events import Review
from runtime.desk_settings import desk_settings
from runtime.desk_wording import read_wording, texts_for


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "Invalid JSON"),
        ('{"en": {"refuse": {"No": "No."}}}', "en.refuse"),
        ('{"en": {"reject": {"No": " "}}}', "en.reject.No"),
        ('{"English, please": {}}', "English, please"),
    ],
)
def test_the_desk_does_not_start_with_a_file_that_it_cannot_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, says: str
) -> None:
    file = tmp_path / "wording.json"
    file.write_text(text)
    monkeypatch.setenv("CASE72_DESK_WORDING", str(file))
    with pytest.raises(ValueError, match=r"^settings \(CASE72_DESK_\*\): wording: ") as refused:
        desk_settings()
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_seller_is_answered_in_their_language_or_else_in_english(tmp_path: Path) -> None:
    file = tmp_path / "wording.json"
    file.write_text(
        '{"en": {"reject": {"No invoice": "It is missing."}},'
        ' "zh-Hans": {"reject": {"No invoice": "缺少发票。"}}}'
    )
    wording = read_wording(file)
    for language, text in (
        ("zh-CN", "缺少发票。"),
        ("en-CA", "It is missing."),
        ("fr", "It is missing."),
    ):
        assert texts_for(wording, language)[Review.REJECT] == {"No invoice": text}
    assert texts_for(read_wording(None), "en") == {}
