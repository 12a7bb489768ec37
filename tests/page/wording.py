"""What a seller is told in each of the four languages, and how a test reads it."""

from collections.abc import Sequence

from page.languages import LANGUAGES, NAMES
from tests.page.site import Site

Said = dict[str, Sequence[str]]
"""By language, what its page says."""

CALL_US: Said = {
    "en": ["You can call us: +1 206-555-0199."],
    "fr": ["Vous pouvez nous appeler : +1 206-555-0199."],
    "es": ["Puede llamarnos: +1 206-555-0199."],
    "zh-Hans": ["您可以致电我们：+1 206-555-0199。"],
}
SEVEN_BELOW: Said = {
    "en": [
        "Your rating was below 250 on 7 days of the last six months.",
        "Your rating may be below 250 on 3 more days. A day below after that ends your enrollment.",
    ],
    "fr": [
        "Votre note a été inférieure à 250 pendant 7 jours",
        "Votre note peut encore être inférieure à 250 pendant 3 jours. "
        "Un jour de plus mettra fin à votre inscription.",
    ],
    "es": [
        "7 días",
        "Su calificación puede estar por debajo de 250 durante 3 días más. "
        "Otro día después de esos pone fin a su inscripción.",
    ],
    "zh-Hans": [
        "在过去六个月中，您的评级有 7 天低于 250。",
        "您的评级最多还可以有 3 天低于 250。此后若再有一天低于该评级，您将不再享有该承诺。",
    ],
}
APPEAL: Said = {
    "en": ["Your account was deactivated. You can appeal", "To appeal, reply to our last e-mail."],
    "fr": [
        "Votre compte a été désactivé. Vous pouvez faire appel",
        "Pour faire appel, répondez à notre dernier e-mail.",
    ],
    "es": [
        "Su cuenta se desactivó. Puede apelar",
        "Para apelar, responda a nuestro último correo.",
    ],
    "zh-Hans": ["您的账户已停用。您可以申诉", "如需申诉，请回复我们的最后一封邮件。"],
}
PROMISES: Said = {
    language.tag: [
        language.say(message)
        for message in (
            "Thank you for being in touch. From here on no clock deactivates your account: "
            "only a person can decide that.",
            "If we have not heard from you by then, your account will be deactivated.",
            "Your account stays active",
            "You are enrolled, and no case is open",
        )
    ]
    for language in LANGUAGES.values()
}
"""What is not so of an account that was deactivated."""
VOICEMAIL_CUT: Said = {
    "en": ["a machine answered, and did not take our whole message; this is not held against you"],
    "fr": [
        "un répondeur a pris l’appel, mais pas tout notre message ; cela ne vous est pas reproché"
    ],
    "es": [
        "contestó un buzón de voz, que no recibió todo nuestro mensaje; no se le tendrá en cuenta"
    ],
    "zh-Hans": ["语音信箱已接听，但未收到我们的完整留言"],
}
NOT_CALLED: Said = {
    "en": ["We cannot call you: the number we have is not one that we call."],
    "fr": [
        "Nous ne pouvons pas vous appeler : le numéro que nous avons n’est pas de ceux que nous "
        "appelons."
    ],
    "es": ["No podemos llamarle: el número que tenemos no es de los que llamamos."],
    "zh-Hans": ["我们无法致电给您：我们不拨打您预留的这类号码。"],
}


async def check(site: Site, seller: str, wanted: Said, unwanted: Said | None = None) -> None:
    """In each language the seller's page says the one and not the other."""
    assert set(wanted) == set(NAMES)
    words = await site.words_in_each_language(seller)
    for language, said in words.items():
        for text in wanted[language]:
            assert text in said
        for text in (unwanted or {}).get(language, ()):
            assert text not in said
