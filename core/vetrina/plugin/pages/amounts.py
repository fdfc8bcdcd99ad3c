"""Amounts, rates and dates as people write them in their language."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import cast

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency, format_percent

from vetrina.kernel.money import digits


def amount_text(amount: int, currency: str, language: str, country: str) -> str:
    """Minor units with their currency: €12.50, 12,50 €."""
    number = Decimal(amount).scaleb(-digits(currency))
    return format_currency(number, currency, locale=locale_of(language, country))


def rate_text(rate: int, language: str, country: str) -> str:
    """Parts per million as a percentage: 22%, 8.875%."""
    return format_percent(Decimal(rate).scaleb(-6), locale=locale_of(language, country), format="#,##0.####%")


def date_text(at: datetime, language: str, country: str) -> str:
    """A day, written out: 14 March 2026."""
    return format_date(at.date(), format="long", locale=locale_of(language, country))


def country_name(country: str, language: str) -> str:
    """A country by its ISO 3166-1 code."""
    names = cast("Mapping[str, str]", Locale(language).territories)
    return names.get(country, country)


@cache
def locale_of(language: str, country: str) -> Locale:
    """English follows the country between the American and the British way; other languages are one."""
    if language == "en":
        return Locale("en", "US" if country == "US" else "GB")
    return Locale(language)
