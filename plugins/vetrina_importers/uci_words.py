"""What the words of UCI Online Retail mean: its countries, and the codes that are no goods."""

from collections.abc import Mapping
from types import MappingProxyType

CURRENCY = "GBP"

NOT_GOODS = frozenset({"POST", "DOT", "M", "m", "D", "S", "B", "C2", "BANK CHARGES", "AMAZONFEE", "CRUK"})
"""Postage, carriage, manual entries, discounts, samples, bad debts, fees and a charity's commission."""

COUNTRIES: Mapping[str, str] = MappingProxyType(
    {
        "Australia": "AU",
        "Austria": "AT",
        "Bahrain": "BH",
        "Belgium": "BE",
        "Brazil": "BR",
        "Canada": "CA",
        # Two countries of ISO 3166 in one: UN M.49 has a number for them together.
        "Channel Islands": "830",
        "Cyprus": "CY",
        "Czech Republic": "CZ",
        "Denmark": "DK",
        "EIRE": "IE",
        "European Community": "EU",
        "Finland": "FI",
        "France": "FR",
        "Germany": "DE",
        "Greece": "GR",
        "Hong Kong": "HK",
        "Iceland": "IS",
        "Israel": "IL",
        "Italy": "IT",
        "Japan": "JP",
        "Lebanon": "LB",
        "Lithuania": "LT",
        "Malta": "MT",
        "Netherlands": "NL",
        "Norway": "NO",
        "Poland": "PL",
        "Portugal": "PT",
        "RSA": "ZA",
        "Saudi Arabia": "SA",
        "Singapore": "SG",
        "Spain": "ES",
        "Sweden": "SE",
        "Switzerland": "CH",
        "USA": "US",
        "United Arab Emirates": "AE",
        "United Kingdom": "GB",
        "Unspecified": "ZZ",
    }
)
"""To ISO 3166-1, with its reserved EU; ZZ is CLDR's unknown region."""
