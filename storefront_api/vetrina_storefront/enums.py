"""The contract's large enums, from Unicode's data; its own additions and omissions are spelled out."""

from enum import Enum
from functools import cache

import strawberry
from babel import Locale
from babel.numbers import get_territory_currencies

_ENGLISH = Locale("en")


@cache
def _countries() -> tuple[str, ...]:
    """ISO 3166-1 with Unicode's additions; territories that share a country's markets are not told apart."""
    omitted = set("AQ AS CP CQ DG EA EU EZ FM GU IC MH MP PR PW QO UN VI XA XB".split())
    known = {code for code in _ENGLISH.territories if len(code) == 2 and code.isalpha()}
    return tuple(sorted(known - omitted | {"AN"}))


@cache
def _currencies() -> tuple[str, ...]:
    """Currencies in use somewhere, and some that were until lately."""
    omitted = set("CUP KPW SLE XCG ZWG".split())
    retired = set("ANG BYR HRK JEP KID LTL LVL SLL STD VED VEF XXX".split())
    used = {
        code
        for territory in _ENGLISH.territories
        if len(territory) == 2
        for code in get_territory_currencies(territory)
    }
    return tuple(sorted(used - omitted | retired))


@cache
def _languages() -> tuple[str, ...]:
    """ISO 639 codes, and those of regions where one language is written in two ways."""
    return tuple(
        "AF AK AM AR AS AZ BE BG BM BN BO BR BS CA CE CKB CS CU CY DA DE DZ EE EL EN EO ES ET EU FA FF FI FIL FO FR FY "
        "GA GD GL GU GV HA HE HI HR HU HY IA ID IG II IS IT JA JV KA KI KK KL KM KN KO KS KU KW KY LA LB LG LN LO LT "
        "LU LV MG MI MK ML MN MO MR MS MT MY NB ND NE NL NN NO OM OR OS PA PL PS PT PT_BR PT_PT QU RM RN RO RU RW SA "
        "SC SD SE SG SH SI SK SL SN SO SQ SR SU SV SW TA TE TG TH TI TK TO TR TT UG UK UR UZ VI VO WO XH YI YO ZH "
        "ZH_CN ZH_TW ZU".split()
    )


@strawberry.enum(description="A country: ISO 3166-1 alpha-2, and a few codes Unicode adds.")
class CountryCode(Enum):
    _ignore_ = ["code"]
    for code in _countries():
        vars()[code] = code


@strawberry.enum(description="A currency: ISO 4217.")
class CurrencyCode(Enum):
    _ignore_ = ["code"]
    for code in _currencies():
        vars()[code] = (
            strawberry.enum_value(code, deprecation_reason="It is no longer in use.")
            if code in ("BYR", "STD", "VEF")
            else code
        )


@strawberry.enum(description="A language: ISO 639, some with a region.")
class LanguageCode(Enum):
    _ignore_ = ["code"]
    for code in _languages():
        vars()[code] = code


def language_code(language: str) -> str:
    """Our code of a language, such as it or pt-BR, as the wire writes it."""
    return language.replace("-", "_").upper()
