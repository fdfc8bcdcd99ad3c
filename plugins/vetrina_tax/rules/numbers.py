"""VAT ids: whose they are, and whether their digits can be right; offline."""

import re

import msgspec

from vetrina_tax.rules.places import MEMBERS, NORTHERN_IRELAND

LONGEST = 20


class VatId(msgspec.Struct, frozen=True):
    """An id as it is kept: the country as ISO 3166 writes it (Greece GR), and what stands behind its prefix."""

    country: str
    number: str

    @property
    def prefix(self) -> str:
        """As ids and VIES write the country: Greece is EL."""
        return "EL" if self.country == "GR" else self.country

    def __str__(self) -> str:
        return self.prefix + self.number


def read_vat_id(text: str, country: str = "") -> VatId | None:
    """The id somebody typed, with blanks and dots or not; None where its form or its check digits are wrong.

    `country` stands in for a prefix that was left out.
    """
    typed = re.sub(r"[\s.,/_-]", "", text).upper()
    if not typed or len(typed) > LONGEST or not typed.isascii() or not typed.isalnum():
        return None
    owner = "GR" if typed[:2] == "EL" else typed[:2]
    if owner not in MEMBERS and owner != NORTHERN_IRELAND:
        if not country or not _fits(typed, country.upper()):
            return None
        owner, typed = country.upper(), _prefix(country.upper()) + typed
    return VatId(owner, typed[2:]) if _fits(typed[2:], owner) else None


def _prefix(country: str) -> str:
    return "EL" if country == "GR" else country


def _fits(number: str, country: str) -> bool:
    from stdnum.eu import vat  # 15 ms, and only somebody who types an id needs it

    if country not in MEMBERS and country != NORTHERN_IRELAND:
        return False
    return bool(vat.is_valid(_prefix(country) + number))
