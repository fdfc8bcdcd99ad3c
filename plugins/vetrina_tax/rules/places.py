"""Where a place stands for VAT: member states, and the territories that a postcode tells from their country."""

import re

import msgspec

MEMBERS = frozenset({
    "AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IE", "IT", "LV", "LT", "LU", "MT",
    "NL", "PL", "PT", "RO", "SK", "SI", "ES", "SE",
})  # fmt: skip
NORTHERN_IRELAND = "XI"
"""For goods it is as a member state: United Kingdom's rates under the Union's rules."""


class Territory(msgspec.Struct, frozen=True):
    """A place as VAT sees it. `region` has rates of its own within `country`."""

    country: str
    region: str = ""
    name: str = ""
    is_outside: bool = False
    """Of a member state, but not of the Union's VAT territory: goods that go there are exported."""

    @property
    def is_union(self) -> bool:
        return not self.is_outside and (self.country in MEMBERS or self.country == NORTHERN_IRELAND)


def territory_of(country: str, postcode: str | None) -> Territory:
    """Where an address is for VAT; without a postcode it is its country's mainland."""
    country = _SAME.get(country.upper(), country.upper())
    code = re.sub(r"[^0-9A-Z]", "", (postcode or "").upper())
    if country != "GB":
        code = code.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")  # D-27498 and IT-23041 are written too
    for pattern, region, name in _EXCEPTIONS.get(country, ()):
        if re.fullmatch(pattern, code):
            if country == "GB":
                return Territory(NORTHERN_IRELAND, name=name)
            return Territory(country, region, name, is_outside=not region)
    return Territory(country)


_SAME = {"MC": "FR", "IM": "GB", "EL": "GR", "UK": "GB"}
"""Places that count as another country's, and codes that mean the same country."""
_EXCEPTIONS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "AT": ((r"6691|699[1-3]", "JM", "Jungholz, Mittelberg"),),
    "DE": ((r"78266", "", "Büsingen"), (r"27498", "", "Heligoland")),
    "ES": (
        (r"3[58]\d{3}", "", "Canary Islands"),
        (r"51\d{3}", "", "Ceuta"),
        (r"52\d{3}", "", "Melilla"),
    ),
    "FI": ((r"22[1-9]\d{2}", "", "Åland"),),
    "FR": ((r"97[1-8]\d{2}|98[4-9]\d{2}", "", "French overseas territories"),),
    "GB": ((r"BT\d.*", "", "Northern Ireland"),),
    "GR": ((r"6308[67]", "", "Mount Athos"),),
    "IT": ((r"23041", "", "Livigno"), (r"22061", "", "Campione d'Italia")),
    "PT": (
        (r"9[0-4]\d{2}(\d{3})?", "MD", "Madeira"),
        (r"9[5-9]\d{2}(\d{3})?", "AZ", "Azores"),
    ),
}
"""By country: a postcode's pattern, the region whose rates hold there (none: outside of the territory), its name.

Facts of articles 5 to 8 of Directive 2006/112/EC and of the postal codes in force.
"""
