"""What a call says, in the languages of our templates (docs/real-telephone.md).

A call names neither seller nor issue, since a machine may record it. A marketplace's own templates
change e-mails only.
"""

import unicodedata
from typing import NamedTuple

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

from reference.languages import ENGLISH, choose_language, likely_language


class Words(NamedTuple):
    """The words of one language, and Twilio's voice for it."""

    language: str
    voice: str
    stay_on_the_line: str
    """Said to a person who answers. It gives Twilio some seconds to detect a machine."""
    at_the_end: str
    """Said when the desk's line has not answered, or has hung up: Twilio does not say which."""
    message: str
    """Said to a machine: who calls, why, and the number to call back."""
    press_a_key: str
    """Said after the message, for a person who picks up while the machine listens."""
    plus: str
    calls_us: str
    """Said to a person who calls our number."""
    not_recognised: str
    """Said instead, if the person calls from a number that we do not know."""
    tell_the_desk: str
    """Said then, if they type no reference that we know."""
    call_later: str
    """Said if nobody at the desk has answered a person who called us."""
    your_code: str
    """Said before the digits of a code that a seller asked for."""
    test_call: str
    """Said in a call that a seller asked for to try the number."""
    changed: str
    """Said to a number that was a seller's emergency number, and was changed."""


SPOKEN = {
    ENGLISH: Words(
        "en-US",
        "Polly.Joanna",
        "Hello. This is the account health team, calling about your seller account. "
        "Please stay on the line. We are connecting you to a specialist.",
        "This call ends now. "
        "If you did not speak with us, our e-mail says how to reach us. Goodbye.",
        "Hello. This is the account health team, calling about your seller account. "
        "We have to speak with you soon, so that you can keep it. "
        "Please call us back at {number}.",
        "To speak with us now, press 1.",
        "plus",
        "Thank you for calling. This is the account health team. "
        "Please stay on the line. We are connecting you to a specialist.",
        "Thank you for calling. This is the account health team. "
        "We do not recognise the number that you are calling from. "
        "If you have our first e-mail at hand, please type the eleven digits that it names. "
        "Otherwise please stay on the line.",
        "We are connecting you to a specialist. "
        "Please say which seller account you are calling about.",
        "We are sorry, nobody is free at the moment. Please call again later. Goodbye.",
        "Hello. This is the account health team. Somebody asked for a code for a seller account "
        "with this number. If it was not you, just hang up, and tell nobody the code. "
        "Your code is:",
        "Hello. This is the account health team. This is a test call that you asked for. "
        "Your number works. There is nothing that you have to do. Goodbye.",
        "Hello. This is the account health team. This number was the emergency number of a seller "
        "account. It was changed, and is so no longer. If you did not want that, please contact "
        "the marketplace. Otherwise there is nothing that you have to do. Goodbye.",
    ),
    "fr": Words(
        "fr-CA",
        "Polly.Chantal",
        "Bonjour. C’est l’équipe Santé du compte, au sujet de votre compte vendeur. "
        "Veuillez rester en ligne. Nous vous mettons en relation avec un spécialiste.",
        "Cet appel se termine. Si vous ne nous avez pas parlé, notre e-mail indique "
        "comment nous joindre. Au revoir.",
        "Bonjour. C’est l’équipe Santé du compte, au sujet de votre compte vendeur. "
        "Nous devons vous parler bientôt pour que vous puissiez le conserver. "
        "Veuillez nous rappeler au {number}.",
        "Pour nous parler maintenant, appuyez sur le 1.",
        "plus",
        "Merci de votre appel. Vous êtes en communication avec l’équipe Santé du compte. "
        "Veuillez rester en ligne. Nous vous mettons en relation avec un spécialiste.",
        "Merci de votre appel. Vous êtes en communication avec l’équipe Santé du compte. "
        "Nous ne reconnaissons pas le numéro depuis lequel vous appelez. "
        "Si vous avez notre premier e-mail sous les yeux, veuillez composer les onze chiffres "
        "qu’il indique. Sinon, veuillez rester en ligne.",
        "Nous vous mettons en relation avec un spécialiste. "
        "Veuillez lui indiquer le compte vendeur qui motive votre appel.",
        "Nous regrettons, personne n’est disponible pour le moment. "
        "Veuillez rappeler plus tard. Au revoir.",
        "Bonjour. C’est l’équipe Santé du compte. Quelqu’un a demandé un code pour un compte "
        "vendeur avec ce numéro. Si ce n’était pas vous, raccrochez simplement, et ne donnez le "
        "code à personne. Votre code est :",
        "Bonjour. C’est l’équipe Santé du compte. Ceci est un appel d’essai que vous avez demandé. "
        "Votre numéro fonctionne. Vous n’avez rien à faire. Au revoir.",
        "Bonjour. C’est l’équipe Santé du compte. Ce numéro était le numéro d’urgence d’un compte "
        "vendeur. Il a été modifié et ne l’est plus. Si vous ne l’avez pas voulu, contactez la "
        "place de marché. Sinon, vous n’avez rien à faire. Au revoir.",
    ),
    "es": Words(
        "es-US",
        "Polly.Penelope",
        "Hola. Le llama el equipo de Estado de la cuenta, sobre su cuenta de vendedor. "
        "No cuelgue, por favor. Le pasamos con un especialista.",
        "Esta llamada termina aquí. Si no ha hablado con nosotros, en nuestro correo electrónico "
        "le decimos cómo contactarnos. Adiós.",
        "Hola. Le llama el equipo de Estado de la cuenta, sobre su cuenta de vendedor. "
        "Tenemos que hablar con usted pronto para que pueda conservarla. "
        "Le rogamos que nos llame al {number}.",
        "Para hablar con nosotros ahora, pulse 1.",
        "más",
        "Gracias por su llamada. Le atiende el equipo de Estado de la cuenta. "
        "No cuelgue, por favor. Le pasamos con un especialista.",
        "Gracias por su llamada. Le atiende el equipo de Estado de la cuenta. "
        "No reconocemos el número desde el que llama. "
        "Si tiene a mano nuestro primer correo electrónico, marque los once dígitos que indica. "
        "Si no, no cuelgue, por favor.",
        "Le pasamos con un especialista. Indíquele por qué cuenta de vendedor llama, por favor.",
        "Lo sentimos, en este momento no hay nadie disponible. "
        "Vuelva a llamar más tarde, por favor. Adiós.",
        "Hola. Le llama el equipo de Estado de la cuenta. Alguien ha pedido un código para una "
        "cuenta de vendedor con este número. Si no ha sido usted, cuelgue sin más y no dé el "
        "código a nadie. Su código es:",
        "Hola. Le llama el equipo de Estado de la cuenta. Esta es una llamada de prueba que usted "
        "ha pedido. Su número funciona. No tiene que hacer nada. Adiós.",
        "Hola. Le llama el equipo de Estado de la cuenta. Este número era el número de emergencia "
        "de una cuenta de vendedor. Se ha cambiado y ya no lo es. Si usted no lo ha querido, "
        "contacte con la tienda en línea. Si no, no tiene que hacer nada. Adiós.",
    ),
    "zh-Hans": Words(
        "cmn-CN",
        "Polly.Zhiyu",
        "您好，这里是账户状况团队，就您的卖家账户致电。请不要挂断，我们正在为您转接专员。",
        "本次通话到此结束。如果您没有与我们通话，我们的电子邮件中写有联系方式。再见。",
        "您好，这里是账户状况团队，就您的卖家账户致电。"
        "为了让您保留账户，我们需要尽快与您通话。请回电：{number}。",
        "如需现在与我们通话，请按 1。",
        "加",
        "感谢您的来电，这里是账户状况团队。请不要挂断，我们正在为您转接专员。",
        "感谢您的来电，这里是账户状况团队。我们无法识别您的来电号码。"
        "如果您手边有我们的第一封电子邮件，请输入其中的十一位数字。否则请不要挂断。",
        "我们正在为您转接专员。请告诉专员您是为哪个卖家账户致电。",
        "很抱歉，目前没有空闲的专员。请稍后再次致电。再见。",
        "您好，这里是账户状况团队。有人为使用此号码的卖家账户请求了验证码。"
        "如果不是您本人，请直接挂断，不要把验证码告诉任何人。您的验证码是：",
        "您好，这里是账户状况团队。这是您请求的测试电话。您的号码可以接通，您无需做任何事。再见。",
        "您好，这里是账户状况团队。此号码曾是某卖家账户的紧急联系电话，现已更改，不再使用。"
        "如非您本意，请联系该平台。否则您无需做任何事。再见。",
    ),
}
"""The words by language of the templates."""

_SECONDS = {"digit": 0.6, "ideograph": 0.3, "letter": 0.08, "pause": 0.4}
"""Roughly how long the slowest voice takes. In doubt a message counts as not said completely."""


def language_of_country(phone: str | None) -> str:
    """Return the language of `SPOKEN` that is likely where a number is from, or else English."""
    try:
        number = phonenumbers.parse(phone or "")
    except NumberParseException:
        return ENGLISH
    region = phonenumbers.region_code_for_number(number)
    return choose_language(likely_language(region or ""), SPOKEN).language


def message_for(words: Words, phone: str) -> str:
    """Return the message to a machine. It says the number to call back digit by digit."""
    number = phonenumbers.parse(phone)
    groups = phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)[1:]
    for between in "-.()/":
        groups = groups.replace(between, " ")
    digits = ", ".join(" ".join(group) for group in groups.split())
    return words.message.format(number=f"{words.plus} {digits}")


def seconds_to_say(text: str) -> float:
    """Return how long it takes at most to say a text."""
    return sum(_SECONDS[_kind(character)] for character in text if not character.isspace())


def _kind(character: str) -> str:
    if character.isdecimal():
        return "digit"
    if not character.isalpha():
        return "pause"
    return "ideograph" if unicodedata.category(character) == "Lo" else "letter"
