"""How a cart splits into delivery groups, and whether a parcel would find an address."""

import re
from collections.abc import Iterable
from functools import cache
from typing import Literal, cast

import msgspec
from babel import Locale

from vetrina.kernel.texts import LINE
from vetrina.vocabulary import Address

FaultKind = Literal["required", "too_long", "html", "url", "emoji", "pattern", "zip", "province"]


class AddressFault(msgspec.Struct, frozen=True):
    """One thing wrong with an address; `field` is a field of vocabulary.Address."""

    field: str
    kind: FaultKind
    message: str


class PostalRules(msgspec.Struct, frozen=True):
    """What a country's post wants to know. Without a pattern the country has no postal codes, or we do not judge them.

    `provinces` are the codes that exist; empty where any is taken. `needs_province` where a parcel gets lost without.
    """

    zip_pattern: re.Pattern[str] | None = None
    provinces: frozenset[str] = frozenset()
    needs_province: bool = False


def group_lines(lines: Iterable[tuple[int, bool]]) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """Group lines that travel together, given as pairs of key and whether it travels at all.

    Everything that travels goes in one group to one address; its key never changes, so that a choice made for it
    survives a change of lines. What does not travel is in no group.
    """
    travelling = tuple(key for key, requires_shipping in lines if requires_shipping)
    return (("1", travelling),) if travelling else ()


def tidied(address: Address) -> Address:
    """The address without blanks around its fields and without empty ones; codes in capitals."""
    fields = {name: (getattr(address, name) or "").strip() or None for name in Address.__struct_fields__}
    codes = {name: code.upper() for name in ("country", "province") if (code := fields[name])}
    return Address(**{**fields, **codes})


def address_faults(address: Address, *, is_strict: bool) -> tuple[AddressFault, ...]:
    """What is wrong with an address. Leniently, only what no address may hold; strictly, what delivering needs too."""
    faults = tuple(fault for name in Address.__struct_fields__ if (fault := _content_fault(name, address)))
    return (*faults, *_postal_faults(address, {fault.field for fault in faults})) if is_strict else faults


def _content_fault(name: str, address: Address) -> AddressFault | None:
    value: str | None = getattr(address, name)
    if not value:
        return None
    called = name.replace("_", " ")
    if len(value) > LINE:
        return AddressFault(name, "too_long", f"The {called} has more than {LINE} characters.")
    if _HTML.search(value):
        return AddressFault(name, "html", f"The {called} cannot contain HTML.")
    if _URL.search(value):
        return AddressFault(name, "url", f"The {called} cannot contain a web address.")
    if _EMOJI.search(value):
        return AddressFault(name, "emoji", f"The {called} cannot contain emojis.")
    if not _PRINTABLE.fullmatch(value) or (name == "phone" and not is_phone(value)):
        return AddressFault(name, "pattern", f"The {called} is not valid.")
    if name == "country" and value not in _countries():
        return AddressFault(name, "pattern", "The country is not one there is; name it or give its code, such as IT.")
    return None


@cache
def _countries() -> frozenset[str]:
    """Codes of countries and territories (Unicode CLDR, which follows ISO 3166-1)."""
    territories = cast(dict[str, str], Locale("en").territories)
    return frozenset(code for code in territories if len(code) == 2 and code.isalpha())


def is_phone(value: str) -> bool:
    """Whether somebody could dial it: 5 to 15 digits, written with a plus, blanks, dots, dashes and brackets."""
    return _PHONE.fullmatch(value) is not None and 5 <= sum(character.isdigit() for character in value) <= 15


def _postal_faults(address: Address, already: set[str]) -> Iterable[AddressFault]:
    rules = _POST.get(address.country or "", PostalRules())
    required = ["last_name", "address1", "city", "country"]
    required += ["zip"] if rules.zip_pattern else []
    required += ["province"] if rules.needs_province else []
    for name in required:
        if not getattr(address, name):
            yield AddressFault(name, "required", f"The {name.replace('_', ' ')} is needed.")
    if address.zip and "zip" not in already and rules.zip_pattern and not rules.zip_pattern.fullmatch(address.zip):
        yield AddressFault("zip", "zip", "The postal code is not one of this country.")
    if address.province and "province" not in already and rules.provinces and address.province not in rules.provinces:
        yield AddressFault("province", "province", "The province is not one of this country.")


_HTML = re.compile(r"<[a-zA-Z/!?]")
_URL = re.compile(r"https?://|\bwww\.[a-z0-9]", re.IGNORECASE)
_EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\ufe0f\u20e3]")
# Control characters, half characters, and those that nobody sees or that turn the text after them round.
_PRINTABLE = re.compile(r"[^\x00-\x1f\x7f\ud800-\udfff\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]*")
_PHONE = re.compile(r"\+?[0-9 ()./-]+")

_US = "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY AS GU MP PR VI UM FM MH PW AA AE AP"  # noqa: E501
_CA = "AB BC MB NB NL NT NS NU ON PE QC SK YT"
# With those of Sardinia that were there from 2005 to 2016, and are again: CI, OG, OT, VS.
_IT = "AG AL AN AO AP AQ AR AT AV BA BG BI BL BN BO BR BS BT BZ CA CB CE CH CI CL CN CO CR CS CT CZ EN FC FE FG FI FM FR GE GO GR IM IS KR LC LE LI LO LT LU MB MC ME MI MN MO MS MT NA NO NU OG OR OT PA PC PD PE PG PI PN PO PR PT PU PV PZ RA RC RE RG RI RM RN RO SA SI SO SP SR SS SU SV TA TE TN TO TP TR TS TV UD VA VB VC VE VI VR VS VT VV"  # noqa: E501
_AU = "ACT NSW NT QLD SA TAS VIC WA"
_ZIPS = {
    "AT": r"[1-9]\d{3}",
    "AU": r"\d{4}",
    "BE": r"[1-9]\d{3}",
    "BG": r"\d{4}",
    "CA": r"[ABCEGHJ-NPRSTVXY]\d[ABCEGHJ-NPRSTV-Z] ?\d[ABCEGHJ-NPRSTV-Z]\d",
    "CH": r"[1-9]\d{3}",
    "CY": r"\d{4}",
    "CZ": r"\d{3} ?\d{2}",
    "DE": r"\d{5}",
    "DK": r"\d{4}",
    "EE": r"\d{5}",
    "ES": r"(0[1-9]|[1-4]\d|5[0-2])\d{3}",
    "FI": r"\d{5}",
    "FR": r"\d{5}",
    "GB": r"(GIR ?0AA|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2})",
    "GR": r"\d{3} ?\d{2}",
    "HR": r"\d{5}",
    "HU": r"\d{4}",
    "IE": r"([AC-FHKNPRTV-Y]\d{2}|D6W) ?[0-9AC-FHKNPRTV-Y]{4}",
    "IT": r"\d{5}",
    "JP": r"\d{3}-?\d{4}",
    "LT": r"(LT-)?\d{5}",
    "LU": r"(L-)?\d{4}",
    "LV": r"(LV-)?\d{4}",
    "MT": r"[A-Z]{3} ?\d{4}",
    "NL": r"[1-9]\d{3} ?[A-Z]{2}",
    "NO": r"\d{4}",
    "PL": r"\d{2}-\d{3}",
    "PT": r"\d{4}-\d{3}",
    "RO": r"\d{6}",
    "SE": r"\d{3} ?\d{2}",
    "SI": r"(SI-)?\d{4}",
    "SK": r"\d{3} ?\d{2}",
    "US": r"\d{5}(-\d{4})?",
}
_PROVINCES = {code: frozenset(known.split()) for code, known in (("AU", _AU), ("CA", _CA), ("IT", _IT), ("US", _US))}
_NEED_PROVINCE = frozenset({"AU", "CA", "US"})
_POST = {
    country: PostalRules(
        re.compile(pattern, re.IGNORECASE | re.ASCII), _PROVINCES.get(country, frozenset()), country in _NEED_PROVINCE
    )
    for country, pattern in _ZIPS.items()
}
