"""What stands in a table or beside a label, as people read it in their language."""

from datetime import date, datetime
from decimal import Decimal
from math import isfinite
from typing import Any

from babel.dates import format_date
from babel.numbers import format_decimal
from markupsafe import Markup, escape

from vetrina.kernel.money import Money
from vetrina.plugin import WrongAnswer
from vetrina.plugin.admin import Badge, Link, Tone
from vetrina.plugin.words import Say, Words, said
from vetrina_admin.pages.asking import HOME
from vetrina_admin.pages.wording import speaker
from vetrina_admin.pages.written import locale_of, moment, money_text

TONES = ("neutral", "good", "warning", "bad")
NOTHING = "–"


def words_of(words: Any, language: str) -> str:
    """A text in a language. Raises WrongAnswer for what is none."""
    if not isinstance(words, str | Say):
        raise WrongAnswer(f"{type(words).__name__} where a text belongs")
    return said(words, language)


def cell_of(value: Any, language: str, owner: str) -> Markup:
    """A cell of a plugin's; links lead from its own pages. Raises WrongAnswer for what no cell can be."""
    match value:
        case None:
            return Markup('<span class="quiet">{}</span>').format(NOTHING)
        case str() | Say():
            return escape(said(value, language))
        case bool():
            return escape(speaker(language)("blocks.yes" if value else "blocks.no"))
        case int() | float() | Decimal():
            return escape(number_of(value, language))
        case Money():
            return escape(money_text(value.amount, value.currency, language))
        case datetime():
            return moment(value, language)
        case date():
            return escape(format_date(value, format="medium", locale=locale_of(language)))
        case Badge():
            return _badge(value.text, value.tone, language)
        case Link():
            text = words_of(value.text, language)
            return Markup('<a href="{}">{}</a>').format(address_of(value.to, owner), text)
        case _:
            raise WrongAnswer(f"{type(value).__name__} is nothing that a cell can hold")


def number_of(value: float | Decimal, language: str) -> str:
    """A number with its groups, with three decimals at most; a dash for what is none."""
    return format_decimal(value, locale=locale_of(language)) if isfinite(value) else NOTHING


def address_of(to: Any, owner: str) -> str:
    """Where a plugin's link leads: another page of the admin, or one of its own. Never out of the admin."""
    if not isinstance(to, str):
        raise WrongAnswer(f"{type(to).__name__} where an address belongs")
    if to == HOME or to.startswith((f"{HOME}/", f"{HOME}?")):
        return to
    return f"{HOME}/{owner}/{to.lstrip('/')}".rstrip("/")


def tone_of(tone: Any) -> Tone:
    """Raises WrongAnswer for a tone there is not."""
    if tone not in TONES:
        raise WrongAnswer(f"{tone!r} is no tone: there are {', '.join(TONES)}")
    return tone


def is_number(value: Any) -> bool:
    """Whether a cell stands at its column's end by itself."""
    return isinstance(value, int | float | Decimal | Money) and not isinstance(value, bool)


def _badge(text: Words, tone: Any, language: str) -> Markup:
    return Markup('<span class="badge tone-{}">{}</span>').format(tone_of(tone), words_of(text, language))
