"""What a person wrote is kept wherever it stands; what they quote is cut."""

import pytest

from inbound.html_text import plain
from inbound.quotes import CUT, MOST_CHARACTERS, written

OURS = "Case72 <case+7f3c9a@mail.market.example>"
OUTLOOK = f"From: {OURS}\nSent: Monday, January 5, 2026 11:12 AM\nTo: Ann\nSubject: Your account\n"


@pytest.mark.parametrize(
    "announced",
    [
        f"On Mon, Jan 5, 2026 at 11:12 AM {OURS} wrote:",
        "On Mon, Jan 5, 2026 at 11:12 AM Case72 <\ncase+7f3c9a@mail.market.example> wrote:",
        f"Le lun. 5 janv. 2026 à 11:12, {OURS} a\nécrit :",
        f"El lun, 5 ene 2026 a las 11:12, {OURS}\nescribió:",
        f"{OURS} 于2026年1月5日周一 11:12写道：",
        f"Am Mo., 5. Jan. 2026 um 11:12 Uhr schrieb {OURS}:",
        "On 05.01.26 11:12, Case72 wrote:",
    ],
)
@pytest.mark.parametrize("between", ["\n", "\n\n"])
def test_a_marked_quote_is_cut_with_what_announces_it(announced: str, between: str) -> None:
    quote = f"{announced}{between}> Hello\n>> older\n>\n> text\n"
    assert written(f"Above.\n\n{quote}") == "Above."
    assert written(f"{quote}\nBelow.") == "Below."
    assert written(f"Above.\n\n{quote}\nBetween.\n> more\n\nBelow.") == (
        "Above.\n\nBetween.\n\nBelow."
    )
    assert written(quote) == ""


@pytest.mark.parametrize(
    "head",
    [
        f"________________________________\n{OUTLOOK}",
        f"-----Original Message-----\n{OUTLOOK}",
        OUTLOOK,
        f"On Monday, January 5, 2026 at 11:12:14 AM GMT+1, {OURS} wrote:\n",
        f"Le lundi 5 janvier 2026 à 11:12:14 UTC+1, {OURS} a écrit :\n",
        f"El lunes, 5 de enero de 2026, 11:12:14 CET, {OURS} escribió:\n",
        f"在 2026-01-05 11:12:14，{OURS} 写道：\n",
        f"De : {OURS}\nEnvoyé : lundi 5 janvier 2026 11:12\nÀ : Ann\nObjet : Votre compte\n",
        f"De: {OURS}\nEnviado el: lunes, 5 de enero de 2026 11:12\nPara: Ann\nAsunto: Su cuenta\n",
        f"发件人：{OURS}\n发送时间：2026年1月5日 11:12\n收件人：Ann\n主题：您的账户\n",
    ],
)
def test_an_unmarked_quote_is_cut_below_what_was_written(head: str) -> None:
    assert written(f"Above.\n\n{head}\nHello Ann,\nyour account\n") == "Above."
    # Nothing is above: who wrote below the quote must not lose it.
    assert "Below." in written(f"{head}\nHello Ann,\n\nBelow.")


@pytest.mark.parametrize(
    "above",
    ["See my answers below.", "Mes réponses en rouge", "Respondo más abajo.", "请看以下回答"],
)
def test_who_says_that_they_answer_below_loses_nothing(above: str) -> None:
    text = f"{above}\n\n{OUTLOOK}\nWhich supplier?\nBlue Lamp Ltd."
    assert written(text).endswith("Blue Lamp Ltd.")


@pytest.mark.parametrize(
    "text",
    [
        "On Monday my supplier wrote:\nthe box is broken\n\nSo I stopped.",
        "Hello\nOn 5 May 2026 my supplier wrote:\n\nDear shop\n\nSo I stopped.",
        "Hello\nTo: everybody in the shop\nDate: from today on\nPlease read the labels.",
        "My number is 555 0101, my address ann@shop.example:\nwrite to me.",
        "- one\n- two\n\n--\nAnn\nSent from my telephone",
        "El proveedor escribió:\nno tengo más",
        "a < b\n\nDisclaimer: this is my own e-mail.",
    ],
)
def test_what_only_looks_like_a_quote_is_kept(text: str) -> None:
    assert written(text) == text


def test_a_long_quote_above_costs_nothing_of_what_is_written_below() -> None:
    assert written("> quoted words\n" * 3000 + "Below.") == "Below."


def test_a_text_is_cut_with_a_hint_and_only_if_it_is_too_long() -> None:
    assert written("x" * MOST_CHARACTERS) == "x" * MOST_CHARACTERS
    cut = written("x" * (MOST_CHARACTERS + 1))
    assert len(cut) == MOST_CHARACTERS
    assert cut.endswith(CUT)


def _lines(html: str) -> list[str]:
    return [line.rstrip() for line in plain(html).split("\n") if line.strip("> ")]


@pytest.mark.parametrize(
    ("html", "lines"),
    [
        ("<p>One &amp; two</p><p>Three<br>four</p>", ["One & two", "Three", "four"]),
        ("<div>a<div>b</div>c</div><ul><li>d<li>e</ul>", ["a", "b", "c", "d", "e"]),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</table>", ["a b", "c"]),
        ("<head><title>t</title><style>s</style></head><script>x</script><p>a", ["a"]),
        ("<title>unfinished<body><p>a", ["a"]),
        ("<blockquote type=cite><div>a<br>b</div></blockquote>c", ["> a", "> b", "c"]),
        ("<blockquote class='gmail_quote'>a<p>b</blockquote>", ["> a", "> b"]),
        ("<blockquote style='border:none;margin:0 0 0 40px'>a</blockquote>", ["a"]),
        ("<blockquote><blockquote cite='mid:1'>a</blockquote>b</blockquote>", ["> a", "b"]),
        ("a<![if !supportLists]>b<![endif]><!-- c -->d<![x[e]]>f", ["abdf"]),
        ("a &#99999999999999; b &lt;c&gt; 1 < 2", ["a b <c> 1 < 2"]),
    ],
)
def test_html_becomes_the_lines_that_a_reader_sees(html: str, lines: list[str]) -> None:
    assert _lines(html) == lines
