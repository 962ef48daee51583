"""Numbers abroad as phonenumbers writes them, without its general parser: that takes ten times as long, and a file of calls has many."""

import re
from dataclasses import dataclass
from functools import cache

import phonenumbers
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

LONGEST_CODE = 3


@dataclass(frozen=True, slots=True)
class Format:
    """How the numbers of a country that begin with `leads` and are wholly `pattern` are grouped."""

    leads: re.Pattern[str] | None
    pattern: re.Pattern[str]
    groups: str


@dataclass(frozen=True, slots=True)
class Country:
    """The formats of a country code, first fitting one first. A number that begins with `dialled` may lose digits when it is read."""

    code: str
    dialled: re.Pattern[str] | None
    formats: tuple[Format, ...]


def _code_of(stored: str) -> str | None:
    found = (stored[1 : 1 + size] for size in range(1, LONGEST_CODE + 1))
    return next((code for code in found if int(code) in COUNTRY_CODE_TO_REGION_CODE), None)


def calling_code(stored: str) -> str | None:
    """`49` of `+4930901820`: the code of the country or network that a stored number abroad begins with."""
    return _code_of(stored) if stored[1:].isdigit() else None


@cache
def _country(code: str) -> Country | None:
    region = COUNTRY_CODE_TO_REGION_CODE[int(code)][0]
    known = PhoneMetadata.metadata_for_region_or_calling_code(int(code), region)
    if known is None:
        return None
    dialled = known.national_prefix_for_parsing
    return Country(
        code,
        re.compile(dialled) if dialled else None,
        tuple(
            Format(
                re.compile(each.leading_digits_pattern[-1]) if each.leading_digits_pattern else None,
                re.compile(each.pattern or ""),
                (each.format or "").replace("-", " "),
            )
            for each in known.intl_number_format or known.number_format
        ),
    )


def written(stored: str) -> str:
    """`+212 5 37 26 80 11` of `+212537268011`: a plus and digits, which is not checked here. As it is where no country has it."""
    code = _code_of(stored)
    country = _country(code) if code else None
    if country is None:
        return _slowly(stored)
    digits = stored[1 + len(country.code) :]
    if len(digits) < 2 or not digits.strip("0") or (country.dialled and country.dialled.match(digits)):
        return _slowly(stored)
    for each in country.formats:
        if each.leads is None or each.leads.match(digits):
            found = each.pattern.fullmatch(digits)
            if found:
                return f"+{country.code} {found.expand(each.groups)}"
    return f"+{country.code} {digits}"


def _slowly(stored: str) -> str:
    try:
        found = phonenumbers.parse(stored, None)
    except phonenumbers.NumberParseException:
        return stored
    return phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.INTERNATIONAL).replace("-", " ")
