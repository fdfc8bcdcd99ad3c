"""The contract's large enums, from Unicode's data; its own additions and omissions are spelled out."""

from enum import Enum
from typing import Any

import strawberry
from babel.numbers import get_territory_currencies

from vetrina_storefront.names import country_codes

COUNTRIES_OMITTED = "AQ AS CP CQ DG EA EU EZ FM GU IC MH MP PR PW QO UN VI XA XB"
"""Territories the contract does not sell to, or counts as another country."""
COUNTRIES_ADDED = "AN"
CURRENCIES_OMITTED = "CUP KPW SLE XCG ZWG"
CURRENCIES_ADDED = "ANG BYR HRK JEP KID LTL LVL SLL STD VED VEF XXX"
"""No longer in use, or never ISO's."""
CURRENCIES_DEPRECATED = "BYR STD VEF"
LANGUAGES = (
    "AF AK AM AR AS AZ BE BG BM BN BO BR BS CA CE CKB CS CU CY DA DE DZ EE EL EN EO ES ET EU FA FF FI FIL FO FR FY GA "
    "GD GL GU GV HA HE HI HR HU HY IA ID IG II IS IT JA JV KA KI KK KL KM KN KO KS KU KW KY LA LB LG LN LO LT LU LV MG "
    "MI MK ML MN MO MR MS MT MY NB ND NE NL NN NO OM OR OS PA PL PS PT PT_BR PT_PT QU RM RN RO RU RW SA SC SD SE SG SH "
    "SI SK SL SN SO SQ SR SU SV SW TA TE TG TH TI TK TO TR TT UG UK UR UZ VI VO WO XH YI YO ZH ZH_CN ZH_TW ZU"
)


def _countries() -> list[str]:
    return sorted(country_codes() - set(COUNTRIES_OMITTED.split()) | set(COUNTRIES_ADDED.split()))


def _currencies() -> dict[str, Any]:
    used = {currency for country in country_codes() for currency in get_territory_currencies(country)}
    codes = sorted(used - set(CURRENCIES_OMITTED.split()) | set(CURRENCIES_ADDED.split()))
    retired = {
        code: strawberry.enum_value(code, deprecation_reason="It is no longer in use.")
        for code in CURRENCIES_DEPRECATED.split()
    }
    return {code: retired.get(code, code) for code in codes}


@strawberry.enum(description="A country: ISO 3166-1 alpha-2, and a few codes Unicode adds.")
class CountryCode(Enum):
    _ignore_ = ["code"]
    for code in _countries():
        vars()[code] = code


@strawberry.enum(description="A currency: ISO 4217.")
class CurrencyCode(Enum):
    _ignore_ = ["code", "entry"]
    for code, entry in _currencies().items():
        vars()[code] = entry


@strawberry.enum(description="A language: ISO 639, some with a region.")
class LanguageCode(Enum):
    _ignore_ = ["code"]
    for code in LANGUAGES.split():
        vars()[code] = code


def language_code(language: str) -> str:
    """Our code of a language, such as it or pt-br, as the wire writes it."""
    return language.replace("-", "_").upper()
