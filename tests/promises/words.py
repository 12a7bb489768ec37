"""In which words a text promises something, in each language."""

import re
from collections.abc import Mapping

from page.languages import HERE, LANGUAGES
from tests.mail.emails import TAGS
from web.languages import catalog

Words = Mapping[str, str]
"""A regular expression for each language."""


def page(*messages: str) -> Words:
    """Messages of the page's catalogs, with anything where they have values."""
    known = catalog(HERE, "fr")
    assert [m for m in messages if known.get(m) is None] == [], "not what the page says"
    return {
        tag: "|".join(_pattern(language.say(message)) for message in messages)
        for tag, language in LANGUAGES.items()
    }


def _pattern(message: str) -> str:
    parts = re.split(r"%\(\w+\)s", " ".join(message.split()))
    return ".+?".join(re.escape(part) for part in parts)


def english(words: str) -> Words:
    return {"en": words}


def either(*several: Words) -> Words:
    return {tag: "|".join(words[tag] for words in several) for tag in TAGS}


# Not in the middle of "contact us now", which in Chinese goes on in the same way.
CONTACT_ME = {tag: f"{words}(?!们)" for tag, words in page("Contact me now").items()}
PRESS = (
    "One sign from you stops the clock: press the button, or send us a plan.",
    "As long as your account has not been deactivated, you can still stop it: press the button, "
    "or send us a plan.",
    "We call you once a day; please answer, or ask for a call when it suits you.",
    "We call %(phone)s at once, at any hour.",
    "Please ask for a call when it suits you.",
)
ANSWER = (
    "One sign from you stops the clock: answer our call and do as the voice says, "
    "or send us a plan."
)
DAILY = (
    "We call you once a day; please answer, or ask for a call when it suits you.",
    "We call you once a day; please answer.",
)
OUR_CALLS = {
    "en": r"Answer when we call|We call your emergency number as well|We will call your",
    "fr": r"lorsque nous appelons|Nous appelons également|Nous allons appeler",
    "es": r"Conteste cuando llamemos|También llamamos|Llamaremos a su número de",
    "zh-Hans": r"接听我们|我们也会拨打|我们将拨打",
}
NOTHING_NOW = page("There is nothing you must do now")
STILL_TALK = page("We still need to talk with you")
ISSUE_JOINED = page(
    "A further issue has joined your case since you sent your plan. Please send a plan that covers "
    "every issue below."
)
NOTHING_TO_DO = {
    "en": r"nothing (more )?for you to do",
    "fr": r"n’avez (plus )?rien à faire",
    "es": r"[Nn]o tiene que hacer nada",
    "zh-Hans": r"无需(再)?(就此)?采取任何行动",
}
STOPS = {
    "en": "stops the clock",
    "fr": "arrête le compte à rebours",
    "es": "detiene el plazo",
    "zh-Hans": "都会停止计时",
}
WILL_BE_DEACTIVATED = {
    "en": "your account will be deactivated|before your selling account is deactivated",
    "fr": "votre compte sera désactivé|avant la désactivation de votre compte",
    "es": "su cuenta será desactivada|antes de que se desactive su cuenta",
    "zh-Hans": "您的账户将被停用|停用您的卖家账户之前",
}
STAYS_ACTIVE = {
    "en": "your account stays active",
    "fr": "votre compte reste actif",
    "es": "su cuenta sigue activa",
    "zh-Hans": "您的账户将保持正常状态",
}
APPEAL = {"en": "appeal", "fr": "faire appel", "es": "apelar|apelación", "zh-Hans": "申诉"}
REPLY = {
    "en": r"[Rr]eply to this e-mail(?!: it may)",
    "fr": r"[Rr]épondez à cet",
    "es": r"[Rr]esponda a este",
    "zh-Hans": "请?回复本邮件，|直接回复",
}
THE_PAGE = {
    "en": "on your account health page|Your account health page shows",
    "fr": r"(sur v|V)otre page «\s*Santé du compte\s*»",
    "es": r"(en s|S)u página «Estado de la cuenta»",
    "zh-Hans": "(在|通过)“账户健康状况”页面",
}
DESK = {tag: re.escape("+1 206-555-0198") for tag in TAGS}
LEAD = {
    "en": "A lead of our team",
    "fr": "Un responsable de notre équipe",
    "es": "Una persona responsable de nuestro equipo",
    "zh-Hans": "我们团队的主管",
}
NOW_ENROLLED = {
    "en": "is now enrolled|stays enrolled",
    "fr": "bénéficie désormais|continue de bénéficier",
    "es": "ya está inscrita en|sigue inscrita",
    "zh-Hans": "现已自动加入|仍享有",
}
AT_ONCE = {
    "en": "enrolled(?: again)? at once|are enrolled at once",
    "fr": "(ré)?inscrit aussitôt",
    "es": "inscrita de (nuevo de )?inmediato",
    "zh-Hans": "将立即(重新)?加入",
}
AGAIN = {
    "en": "enrolled again automatically",
    "fr": "réinscrit automatiquement",
    "es": "inscribirá de nuevo automáticamente",
    "zh-Hans": "将自动重新加入",
}
