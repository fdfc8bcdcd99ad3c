"""Names of countries, languages and currencies, in any language, from Unicode's data."""

import re
from functools import cache
from typing import cast

from babel import Locale, UnknownLocaleError
from babel.numbers import get_currency_name, get_currency_symbol

_FALLBACK = "en"


def country_name(country: str, language: str) -> str:
    """A country by its ISO 3166-1 code; the code itself where it has no name."""
    return _names("territories", language).get(country, country)


def language_name(language: str, in_language: str) -> str:
    """A language by our code, such as it or pt-br."""
    return str(_locale(language).get_display_name(_locale(in_language)) or language)


def currency_name(currency: str, language: str) -> str:
    """A currency by its ISO 4217 code."""
    return get_currency_name(currency, locale=_locale(language))


def currency_symbol(currency: str, language: str) -> str:
    """How a currency is written before or after an amount."""
    return get_currency_symbol(currency, locale=_locale(language))


def money_format(currency: str, language: str) -> str:
    """How an amount is written, with {{amount}} in its place, such as {{amount}} €."""
    locale = _locale(language)
    pattern = locale.currency_formats["standard"].pattern.split(";")[0]
    written = re.sub(r"[#0,.]+", "{{amount}}", pattern, count=1)
    return written.replace("\u00a4", get_currency_symbol(currency, locale=locale)).replace("\u00a0", " ")


def country_codes() -> set[str]:
    """Every two-letter territory Unicode has a name for."""
    return {code for code in _names("territories", _FALLBACK) if len(code) == 2 and code.isalpha()}


@cache
def _locale(language: str) -> Locale:
    try:
        return Locale.parse(language.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale(_FALLBACK)


def _names(kind: str, language: str) -> dict[str, str]:
    return cast("dict[str, str]", getattr(_locale(language), kind))
