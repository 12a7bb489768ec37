"""What a text message says, in the languages of our templates (docs/real-telephone.md).

A text names neither seller nor issue, since others may read it. One that says a code is sent as one
segment: 160 characters of the alphabet GSM-7, or else 70.
"""

from reference.languages import ENGLISH

CODES = {
    ENGLISH: "Your code from the account health team: {code}",
    "fr": "Votre code de l'équipe Santé du compte : {code}",
    "es": "Su código del equipo de Estado de la cuenta: {code}",
    "zh-Hans": "账户状况团队发给您的验证码：{code}",
}
"""The words around a code, by language."""

CHANGED = {
    ENGLISH: "Account health team: this is no longer the emergency number of a seller account. "
    "If you did not want that, contact the marketplace.",
    "fr": "Équipe Santé du compte : ce numéro n'est plus le numéro d'urgence d'un compte vendeur. "
    "Si vous ne l'avez pas voulu, contactez la place de marché.",
    "es": "Equipo de Estado de la cuenta: este ya no es el número de emergencia de una cuenta de "
    "vendedor. Si usted no lo ha querido, contacte con la tienda en línea.",
    "zh-Hans": "账户状况团队：此号码不再是某卖家账户的紧急联系电话。如非您本意，请联系该平台。",
}
"""What a number hears that was a seller's emergency number, by language."""
