"""Amounts, numbers, days and moments as people write them in their language."""

from datetime import UTC, datetime
from decimal import Decimal
from functools import cache

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, format_decimal, format_percent
from markupsafe import Markup

from vetrina.kernel.money import digits
from vetrina.views.orders.sales import REPORTS_ZONE


def money_text(amount: int, currency: str, language: str) -> str:
    """Minor units with their currency: €12.50, 12,50 €."""
    number = Decimal(amount).scaleb(-digits(currency))
    return format_currency(number, currency, locale=locale_of(language))


def typed_money(amount: int, currency: str, language: str) -> str:
    """Minor units as they are typed into a field: 12.50 or 12,50, without groups."""
    text = f"{Decimal(amount).scaleb(-digits(currency)):f}"
    return text.replace(".", ",") if language == "it" else text


def number_text(number: int | float | Decimal, language: str) -> str:
    """A number with its groups: 1,234 or 1.234."""
    return format_decimal(number, locale=locale_of(language))


def share_text(share: float, language: str) -> str:
    """A share of one as a signed percentage: +12%."""
    return format_percent(share, locale=locale_of(language), format="+#,##0%;−#,##0%")


def day_text(at: datetime, language: str) -> str:
    """The day on which a moment falls in the shop: 14 March 2026."""
    return format_date(_here(at), format="long", locale=locale_of(language))


def moment(at: datetime, language: str) -> Markup:
    """A moment in the shop's time zone, for people and for programs."""
    local = _here(at)
    shown = format_datetime(local, format="medium", locale=locale_of(language))
    short = format_datetime(local, format="d MMM y, HH:mm", locale=locale_of(language))
    zone = local.tzname() or "UTC"
    return Markup('<time datetime="{at}" title="{shown} {zone}">{short}</time>').format(
        at=at.astimezone(UTC).isoformat(timespec="seconds"), shown=shown, zone=zone, short=short
    )


def browser_name(user_agent: str) -> str:
    """A browser and its system, as far as it says; empty where it says nothing we know."""
    browser = next((name for sign, name in _BROWSERS if sign in user_agent), "")
    system = next((name for sign, name in _SYSTEMS if sign in user_agent), "")
    return " · ".join(filter(None, (browser, system)))


@cache
def locale_of(language: str) -> Locale:
    """English as in Britain: the shop is in Europe."""
    return Locale("en", "GB") if language == "en" else Locale(language)


def _here(at: datetime) -> datetime:
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(REPORTS_ZONE)


# In the order in which they give themselves away: Edge says Chrome too, and Chrome says Safari.
_BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)
