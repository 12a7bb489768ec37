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
