"""Whether a number, an address or a zone exists, by the data this machine carries.

That data changes from release to release, so workflows never ask: activities do, and the
validators of updates, which do not run again on replay (docs/rules.md, sections 2 and 7).
Each `..._problem` answers what is wrong, or None.
"""

import re
from zoneinfo import ZoneInfo

import phonenumbers
from email_validator import EmailNotValidError, ValidatedEmail, validate_email
from phonenumbers import NumberParseException, PhoneNumberType

_MISPLACED_DOTS = re.compile(r"(?=.*[^.])[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}")

_COSTLY = {PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST}


def number_problem(phone: str) -> str | None:
    """E.164, valid for its own country code's region, and of no costly kind."""
    try:
        number = phonenumbers.parse(phone)
    except NumberParseException:
        return "is not a phone number in E.164 form, such as +12065550101"
    if not phonenumbers.is_valid_number(number):
        return "is not a valid number of its country"
    if phonenumbers.number_type(number) in _COSTLY:
        return "is a premium-rate or shared-cost number, which is not called"
    return None


def email_problem(email: str) -> str | None:
    """An address in a form that mail servers take. Nobody is asked whether it exists."""
    return "is not an e-mail address" if read_email(email) is None else None


def read_email(email: str) -> ValidatedEmail | None:
    """The parts of an address; None if it is none."""
    local_part, _, domain = email.rpartition("@")
    if _MISPLACED_DOTS.fullmatch(local_part):
        # RFC 5321 forbids it and Japanese carriers gave it out: taken in the quoted form.
        email = f"{local_part.replace('.', '')}@{domain}"
    try:
        return validate_email(email, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError:
        return None


def zone_problem(time_zone: str) -> str | None:
    """A name of the time-zone database."""
    try:
        ZoneInfo(time_zone)
    except (KeyError, OSError, ValueError):  # an unknown name, a folder's, a malformed one
        return "is not a time zone, such as America/Los_Angeles"
    return None
