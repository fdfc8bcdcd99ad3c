"""Amounts, rates and dates as people write them in their language."""

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache
from typing import cast

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.numbers import format_currency, format_percent

from vetrina.kernel.money import digits


def amount_text(amount: int, currency: str, language: str, country: str) -> str:
    """Minor units with their currency: €12.50, 12,50 €."""
    number = Decimal(amount).scaleb(-digits(currency))
    return format_currency(number, currency, locale=locale_of(language, country))


def rate_text(rate: int, language: str, country: str) -> str:
    """Parts per million as a percentage: 22%, 8.875%."""
    return format_percent(Decimal(rate).scaleb(-6), locale=locale_of(language, country), format="#,##0.####%")


def tax_text(title: str, rate: int, language: str, country: str) -> str:
    """A tax with its rate, said once: providers may call it "IVA 22%" already."""
    percent = rate_text(rate, language, country)
    return title if "".join(percent.split()) in "".join(title.split()) else f"{title} {percent}"


def day_text(day: date, language: str, country: str) -> str:
    """A day that is near, with its weekday: Tue 24 Nov."""
    return format_skeleton("MMMEd", datetime.combine(day, time()), locale=locale_of(language, country))


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
