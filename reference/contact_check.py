"""Checks numbers, addresses and time zones against the data of this machine.

That data changes with each release, so workflows never ask it. Activities do, and so do validators
of updates, which do not run on replay (docs/rules.md, section 2; docs/api.md). Each
`..._problem` returns what is wrong, or None.
"""

import re
from collections.abc import Collection
from enum import StrEnum

import phonenumbers
from email_validator import EmailNotValidError, ValidatedEmail, validate_email
from phonenumbers import (
    COUNTRY_CODE_TO_REGION_CODE,
    NumberParseException,
    PhoneMetadata,
    PhoneNumberDesc,
    PhoneNumberFormat,
    PhoneNumberType,
)

from reference.time_zones import PLACES

_MISPLACED_DOTS = re.compile(r"(?=.*[^.])[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}")

_COSTLY = {
    PhoneNumberType.PREMIUM_RATE,
    PhoneNumberType.SHARED_COST,
    PhoneNumberType.PERSONAL_NUMBER,
    PhoneNumberType.UAN,
    PhoneNumberType.PAGER,
    PhoneNumberType.VOICEMAIL,
}
_EXTENSION = re.compile(r"(?=.*[0-9])[0-9*#w]{1,32}")
"""As domain/shared/text.py has it."""
_NO_COUNTRY = "001"
"""The library's region for satellites and global networks: +870, +881, +882, +979 and others."""
_NORTH_AMERICA = 1
_NORTH_AMERICAN = re.compile(r"[2-9](?!11)[0-8][0-9][2-9][0-9]{6}")
"""Area codes and exchanges begin with 2 to 9. N11 are services, and N9X are not assigned."""
_NORTH_AMERICAN_COSTLY = re.compile(r"(?:[79]00|976|5(?:00|2[1-9]|3[23]|44|66|77|88)|\d{3}976)\d+")
"""Pay-per-call (900; 976 as area code or exchange), carriers' services (700), personal (5XX)."""


class ContactProblem(StrEnum):
    """What is wrong with a number, an address or a time zone, with the words for it."""

    NO_PHONE_NUMBER = "is not a phone number in E.164 form, such as +12065550101"
    DOMESTIC_PREFIX = "has a prefix that is dialled only within its country, or lacks its area code"
    GLOBAL_NETWORK = "is a satellite number, or one of another global network, which is not called"
    SHORT_CODE = "is an emergency number or a short code, which is not called"
    IMPOSSIBLE_NUMBER = "is not a possible number of its country"
    COSTLY_NUMBER = "is a premium-rate number, or of another costly kind, which is not called"
    COUNTRY_NOT_CALLED = "is of a country that is not called from here"
    NO_EMAIL_ADDRESS = "is not an e-mail address"
    NO_TIME_ZONE = "is not a time zone that names a place, such as America/Los_Angeles"

    @property
    def code(self) -> str:
        """Return the code in a refusal, such as `short_code` (docs/api.md)."""
        return self.name.lower()


_called: set[str] = set()
"""The regions and calling codes that are called. Empty means all."""


def call_only(places: Collection[str]) -> None:
    """Set the regions (`US`) and calling codes (`+44`) that this process calls. Empty means all."""
    _called.clear()
    _called.update(places)


def place_problem(place: str) -> str | None:
    """Check a region such as `US`, or a calling code such as `+44`."""
    if place in phonenumbers.SUPPORTED_REGIONS:
        return None
    code = re.fullmatch(r"\+([1-9][0-9]{0,2})", place)
    if not code or COUNTRY_CODE_TO_REGION_CODE.get(int(code[1]), (_NO_COUNTRY,)) == (_NO_COUNTRY,):
        return "is neither a region, such as US, nor a country's calling code, such as +44"
    return None


def number_problem(phone: str) -> ContactProblem | None:
    """Check that a number is E.164, possible in its country, of no costly kind, and called here.

    A number that the data does not know is called all the same, since its area code can be newer
    than the data. Only its carrier knows whether a number is in use.
    """
    try:
        number = phonenumbers.parse(phone)
    except NumberParseException:
        return ContactProblem.NO_PHONE_NUMBER
    if phonenumbers.format_number(number, PhoneNumberFormat.E164) != phone:
        # The library ignores such a prefix, but a provider would dial it.
        return ContactProblem.DOMESTIC_PREFIX
    code = number.country_code or 0
    regions = COUNTRY_CODE_TO_REGION_CODE.get(code, ())
    if regions == (_NO_COUNTRY,):
        return ContactProblem.GLOBAL_NETWORK
    known = phonenumbers.is_valid_number(number)
    if not known and phonenumbers.is_valid_short_number(number):
        return ContactProblem.SHORT_CODE
    national = phonenumbers.national_significant_number(number)
    if not known and not _is_possible(code, national):
        return ContactProblem.IMPOSSIBLE_NUMBER
    if _is_costly(code, national, phonenumbers.number_type(number)):
        return ContactProblem.COSTLY_NUMBER
    # An unknown number counts as one of its calling code's main region.
    region = phonenumbers.region_code_for_number(number) or regions[0]
    if _called and _called.isdisjoint({region, f"+{code}"}):
        return ContactProblem.COUNTRY_NOT_CALLED
    return None


def dialled_extension(typed: str) -> str | None:
    """Return an extension as it is dialled; None if nobody could dial it.

    Spaces and hyphens are left out. A comma waits for two seconds, as telephones have it.
    """
    dialled = re.sub(r"[\s.-]", "", typed).replace(",", "wwww")
    return dialled if _EXTENSION.fullmatch(dialled) else None


def _is_possible(code: int, national: str) -> bool:
    """Check an unknown number by its length and its first digits."""
    if code == _NORTH_AMERICA:
        return _NORTH_AMERICAN.fullmatch(national) is not None
    regions = _plans(code)
    patterns = [r.general_desc.national_number_pattern for r in regions if r.general_desc]
    if any(pattern and re.fullmatch(pattern, national) for pattern in patterns):
        return True
    ordinary = [kind for r in regions for kind in (r.fixed_line, r.mobile) if kind is not None]
    lengths = {length for kind in ordinary for length in kind.possible_length}
    # If numbers of the country can begin with 0, a pattern above has matched.
    return len(national) in lengths and not national.startswith("0")


def _is_costly(code: int, national: str, kind: int) -> bool:
    """Check a number by its kind, or by its first digits if the kind is not known."""
    if kind in _COSTLY:
        return True
    if code == _NORTH_AMERICA:
        toll_free = kind == PhoneNumberType.TOLL_FREE  # 800-976 is an ordinary exchange there
        return not toll_free and _NORTH_AMERICAN_COSTLY.fullmatch(national) is not None
    if kind != PhoneNumberType.UNKNOWN:
        return False
    plans = _plans(code)
    costly = [
        kind
        for r in plans
        for kind in (r.premium_rate, r.shared_cost, r.personal_number, r.uan, r.pager, r.voicemail)
    ]
    ordinary = [kind for r in plans for kind in (r.fixed_line, r.mobile, r.toll_free, r.voip)]
    return _begins_like(national, costly) and not _begins_like(national, ordinary)


def _begins_like(national: str, kinds: list[PhoneNumberDesc | None]) -> bool:
    """Tell whether the number would be of one of these kinds if it had as many digits as they."""
    return any(
        re.fullmatch(kind.national_number_pattern, national[:length].ljust(length, digit))
        for kind in kinds
        if kind is not None and kind.national_number_pattern
        for length in kind.possible_length
        for digit in "0123456789"
    )


def _plans(code: int) -> list[PhoneMetadata]:
    regions = COUNTRY_CODE_TO_REGION_CODE[code]
    found = (PhoneMetadata.metadata_for_region(region) for region in regions)
    return [plan for plan in found if plan is not None]


def email_problem(email: str) -> ContactProblem | None:
    """Check that mail servers accept the form of an address. No server is asked."""
    return ContactProblem.NO_EMAIL_ADDRESS if read_email(email) is None else None


def read_email(email: str) -> ValidatedEmail | None:
    """Return the parts of an address; None if the text is not an address."""
    local_part, _, domain = email.rpartition("@")
    if _MISPLACED_DOTS.fullmatch(local_part):
        # RFC 5321 forbids such dots, but Japanese carriers assigned such addresses. We send to
        # them in quoted form.
        email = f"{local_part.replace('.', '')}@{domain}"
    try:
        return validate_email(email, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError:
        return None


def zone_problem(time_zone: str) -> ContactProblem | None:
    """Check that a time zone names a place in the database."""
    if time_zone not in PLACES:
        return ContactProblem.NO_TIME_ZONE
    return None
