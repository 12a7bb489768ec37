"""Whether a number is called, and an address or a zone exists, by the data this machine carries.

That data changes from release to release, so workflows never ask: activities do, and the
validators of updates, which do not run again on replay (docs/rules.md, section 2; docs/api.md).
Each `..._problem` answers what is wrong, or None.
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
_NO_COUNTRY = "001"
"""The library's region of satellites and global networks: +870, +881, +882, +979 and others."""
_NORTH_AMERICA = 1
_NORTH_AMERICAN = re.compile(r"[2-9](?!11)[0-8][0-9][2-9][0-9]{6}")
"""Area codes and exchanges begin with 2 to 9; N11 are services, and N9X are not given out."""
_NORTH_AMERICAN_COSTLY = re.compile(r"(?:[79]00|976|5(?:00|2[1-9]|3[23]|44|66|77|88)|\d{3}976)\d+")
"""Pay-per-call (900, 976 as area code or exchange), carriers' services (700), personal (5XX)."""


class ContactProblem(StrEnum):
    """What is wrong with a number, an address or a time zone, and how that is said in English."""

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
        """What a refusal calls it, such as `short_code` (docs/api.md)."""
        return self.name.lower()


_called: set[str] = set()
"""The regions and calling codes that are called; none means all."""


def call_only(places: Collection[str]) -> None:
    """Set which regions (`US`) and calling codes (`+44`) this process calls; none means all."""
    _called.clear()
    _called.update(places)


def place_problem(place: str) -> str | None:
    """A region such as `US`, or a calling code such as `+44`."""
    if place in phonenumbers.SUPPORTED_REGIONS:
        return None
    code = re.fullmatch(r"\+([1-9][0-9]{0,2})", place)
    if not code or COUNTRY_CODE_TO_REGION_CODE.get(int(code[1]), (_NO_COUNTRY,)) == (_NO_COUNTRY,):
        return "is neither a region, such as US, nor a country's calling code, such as +44"
    return None


def number_problem(phone: str) -> ContactProblem | None:
    """E.164, possible in the country of its calling code, of no costly kind, and called from here.

    Whether a number is in use, only its carrier knows: the data of this machine lacks area codes
    that are newer than it, so that a number it does not know is called all the same.
    """
    try:
        number = phonenumbers.parse(phone)
    except NumberParseException:
        return ContactProblem.NO_PHONE_NUMBER
    if phonenumbers.format_number(number, PhoneNumberFormat.E164) != phone:
        # The library passes over such a prefix, and a provider would be asked to dial it.
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
    # One that is not known is in the main region of its calling code, as far as anybody can say.
    region = phonenumbers.region_code_for_number(number) or regions[0]
    if _called and _called.isdisjoint({region, f"+{code}"}):
        return ContactProblem.COUNTRY_NOT_CALLED
    return None


def _is_possible(code: int, national: str) -> bool:
    """By its length and its first digits: as much as can be said of numbers not known yet."""
    if code == _NORTH_AMERICA:
        return _NORTH_AMERICAN.fullmatch(national) is not None
    regions = _plans(code)
    patterns = [r.general_desc.national_number_pattern for r in regions if r.general_desc]
    if any(pattern and re.fullmatch(pattern, national) for pattern in patterns):
        return True
    ordinary = [kind for r in regions for kind in (r.fixed_line, r.mobile) if kind is not None]
    lengths = {length for kind in ordinary for length in kind.possible_length}
    # Where numbers may begin with 0, the pattern above knows it.
    return len(national) in lengths and not national.startswith("0")


def _is_costly(code: int, national: str, kind: int) -> bool:
    """By its kind where it is known, else by its first digits, whatever their number."""
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
    """Whether it would be a number of one of these kinds, had it as many digits as those have."""
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
    """An address in a form that mail servers take. Nobody is asked whether it exists."""
    return ContactProblem.NO_EMAIL_ADDRESS if read_email(email) is None else None


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


def zone_problem(time_zone: str) -> ContactProblem | None:
    """A place that the time-zone database names."""
    if time_zone not in PLACES:
        return ContactProblem.NO_TIME_ZONE
    return None
