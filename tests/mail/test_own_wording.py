"""A marketplace's own wording counts, and what is wrong with it is said at start, in one line."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from mail.composer import Composer
from mail.proofreading import proofread
from mail.templates import TEMPLATES, BadWording, Templates
from tests.mail.emails import ADDRESSES, SITUATIONS, Situation
from tests.reading import part_of, read_html, text_of
from tests.test_whole import ROOT

Write = Callable[[str, str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a file of the marketplace's own."""

    def write(name: str, text: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def only_english(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of our own templates only the English ones: each language takes as long to read."""
    ours = tmp_path_factory.mktemp("ours")
    shutil.copytree(TEMPLATES / "en", ours / "en")
    for name in ("layout.html", "desk.txt", "desk_appeal.txt"):
        shutil.copy(TEMPLATES / name, ours)
    monkeypatch.setattr("mail.templates.TEMPLATES", ours)


def situation(about: str, language: str = "en") -> Situation:
    return next(s for s in SITUATIONS if (s.input.about, s.language) == (about, language))


def test_a_file_replaces_ours_and_every_other_stays(tmp_path: Path, write: Write) -> None:
    write("en/resolved.md", "Subject: All good\nDear {{ name }}, *well* done.\n")
    write("fr/_sign.md", "Les amis de la boutique\n")
    write("layout.html", "<html><p>The shop</p>{{ content }}</html>")
    write("desk.txt", "Subject: Look at {{ seller_id }}\nNow.\n")
    write(".hidden/notes.txt", "of nobody's concern")
    wording = Templates(tmp_path)
    proofread(wording)
    composer = Composer(ADDRESSES, wording)
    resolved = situation("resolved")._replace(composer=composer).write()
    assert resolved["Subject"] == "All good"
    assert text_of(resolved) == "Dear Blue Kettle Goods, *well* done."
    assert "<em>well</em> done" in part_of(resolved, "html")
    assert "The shop" in part_of(resolved, "html")
    notice = situation("notice", "fr")._replace(composer=composer).write()
    assert "Un problème est survenu" in text_of(notice)
    assert text_of(notice).endswith("Les amis de la boutique")


def test_a_language_of_their_own_is_found_by_its_folder(tmp_path: Path) -> None:
    shutil.copytree(TEMPLATES / "fr", tmp_path / "ar")
    theirs = tmp_path / "ar" / "notice.md"
    theirs.write_text("Subject: {{ deadline }}\nتحية {{ name }}\n", encoding="utf-8")
    wording = Templates(tmp_path)
    proofread(wording)
    assert "ar" in wording.languages
    input = situation("notice").input.model_copy(update={"language": "ar-EG"})
    notice = situation("notice")._replace(composer=Composer(ADDRESSES, wording))
    written = notice.composer.to_seller(input)  # type: ignore[arg-type]  # a notice is a SendEmailInput
    assert text_of(written).startswith("تحية")
    assert "مارس" in str(written["Subject"])
    html = part_of(written, "html")
    assert 'lang="ar" dir="rtl"' in html
    assert read_html(html).links == []


def test_a_piece_of_their_own_is_fine_where_it_is_used(tmp_path: Path, write: Write) -> None:
    write("es/enrollment/_shop.md", "La tienda\n")
    write("es/_shop.md", "La otra\n")
    write("es/enrollment/enrolled.md", 'Subject: Hola\n{% include "_shop.md" %}\n')
    write("es/resolved.md", 'Subject: Hola\n{% include "_shop.md" %}\n')
    wording = Templates(tmp_path)
    proofread(wording)
    composer = Composer(ADDRESSES, wording)
    written = {
        about: text_of(situation(about, "es")._replace(composer=composer).write())
        for about in ("enrolled", "resolved")
    }
    assert written == {"enrolled": "La tienda", "resolved": "La otra"}


WRONG = [
    ("en/notice.md", "Subject: x\n{% if %}\n", "en/notice.md:2: Expected an expression"),
    ("en/notice.md", "Subject: x\n\n{{ deadlin }}\n", "en/notice.md:3: 'deadlin' is undefined"),
    ("en/notice.md", "Subject: x\n{{ note }}\n", "en/notice.md:2: prints a variable that can be"),
    ("en/_issues.md", "\n{{ issues[7].id }}\n", "en/_issues.md:2: "),
    ("en/_issues.md", "{{ 1 + name }}\n", "en/_issues.md:1: unsupported operand"),
    ("en/notice.md", "Subject: x\n{{ name | quotd }}\n", "en/notice.md:2: No filter named 'quotd'"),
    (
        "en/notice.md",
        'Subject: x\n{% if reason == "x" %}{{ nmae }}{% endif %}\n',
        "en/notice.md: there is no variable nmae; there are button, calling_number",
    ),
    ("en/notice.md", 'Subject: x\n{% include "_feet.md" %}\n', "en/notice.md:2: en/_feet.md"),
    ("en/notice.md", "Hello\n", "en/notice.md:1: the first line must be 'Subject: ...'"),
    ("en/notice.md", "Subject: \nHello\n", "en/notice.md:1: the first line must be"),
    ("en/notice.md", "\nSubject: x\nHello\n", "en/notice.md:1: the first line must be"),
    ("en/notice.md", "", "en/notice.md:1: the first line must be"),
    ("en/notice.md", "Subject: " + "x" * 201, "en/notice.md:1: a subject of 201 characters"),
    (
        "en/notice.md",
        "Subject: x{% if name %}y{% endif %}\nHello\n",
        "en/notice.md:2: must be empty, since line 1 ends with a tag",
    ),
    ("en/notcie.md", "Subject: x\n", "en/notcie.md: replaces none of our files; is it meant to be"),
    ("en/notice.txt", "Subject: x\n", "is it meant to be en/notice.md?"),
    ("en/notice.md.bak", "Subject: x\n", "is it meant to be en/notice.md?"),
    ("en/desk.txt", "Subject: x\n", "is it meant to be desk.txt?"),
    ("README", "our templates\n", "README: replaces none of our files; remove it"),
    ("en/_fot.md", "x\n", "en/_fot.md: nothing includes it"),
    (
        "pt-BR/notice.md",
        "Subject: x\n",
        "pt-BR: a language must be complete, and this one lacks f",
    ),
    ("french/notice.md", "Subject: x\n", "french: is not a language; name the folder by its tag"),
    ("layout.html", "<html>{{ contents }}</html>", "layout.html:1: 'contents' is undefined"),
    ("layout.html", "<html></html>", "layout.html: does not print {{ content }}"),
    ("desk.txt", "Look!\n", "desk.txt:1: the first line must be 'Subject: ...'"),
    ("desk.txt", "Subject: x\n{{ nmae }}\n", "desk.txt:2: 'nmae' is undefined"),
]


@pytest.mark.usefixtures("only_english")
@pytest.mark.parametrize(("name", "text", "told"), WRONG)
def test_what_is_wrong_is_refused_by_file_and_line(
    tmp_path: Path, write: Write, name: str, text: str, told: str
) -> None:
    write(name, text)
    with pytest.raises(BadWording) as refused:
        proofread(Templates(tmp_path))
    assert told in str(refused.value)
    assert str(refused.value).startswith(str(tmp_path))
    assert "\n" not in str(refused.value)


def test_a_file_that_is_not_utf_8_is_refused(tmp_path: Path, write: Write) -> None:
    write("fr/notice.md", "").write_bytes("Subject: Hé\n".encode("latin-1"))
    with pytest.raises(BadWording, match=r"fr/notice\.md: is not text in UTF-8"):
        Templates(tmp_path)


@pytest.mark.usefixtures("only_english")
def test_a_file_by_a_windows_editor_is_fine(tmp_path: Path, write: Write) -> None:
    write("en/resolved.md", "").write_bytes(b"\xef\xbb\xbfSubject: Fine\r\nHello\r\n\r\nyou\r\n")
    proofread(Templates(tmp_path))
    composer = Composer(ADDRESSES, Templates(tmp_path))
    message = situation("resolved")._replace(composer=composer).write()
    assert message["Subject"] == "Fine"
    assert part_of(message, "plain") == "Hello\n\nyou\n"


@pytest.mark.parametrize(
    ("folder", "told"),
    [
        ("own", "templates (CASE72_TEMPLATES): own/fr/notice.md:1: the first line must be"),
        ("nowhere", "settings (CASE72_*): templates: Path does not point to a directory"),
    ],
)
def test_the_worker_says_so_in_one_line_and_exits_2(
    tmp_path: Path, write: Write, folder: str, told: str
) -> None:
    write("own/fr/notice.md", "Bonjour\n")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "CASE72_TEMPLATES": folder}
    done = subprocess.run(
        [sys.executable, str(ROOT / "worker.py")],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith(told)
    assert done.stderr.count("\n") == 1
