"""What the buyer reads, in English and Italian, and what the staff calls it."""

from datetime import datetime
from decimal import Decimal

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_currency

from vetrina.kernel.money import digits
from vetrina.plugin import Say
from vetrina.plugin.words import Words

_WORDS = {
    "transfer": {"en": "Bank transfer", "it": "Bonifico bancario"},
    "cash": {"en": "Cash on delivery", "it": "Contrassegno"},
    "holder": {"en": "Account holder", "it": "Intestatario"},
    "iban": {"en": "IBAN", "it": "IBAN"},
    "bic": {"en": "BIC", "it": "BIC"},
    "bank": {"en": "Bank", "it": "Banca"},
    "amount": {"en": "Amount", "it": "Importo"},
    "reference": {"en": "Reference", "it": "Causale"},
    "order": {"en": "Order {order}", "it": "Ordine {order}"},
    "due": {"en": "Due by", "it": "Entro il"},
    "store": {"en": "Payment in store", "it": "Pagamento in negozio"},
    "at_the_till": {"en": "To pay in store", "it": "Da pagare in negozio"},
    "till": {"en": "Where", "it": "Dove"},
    "at_the_door": {"en": "To pay on delivery", "it": "Da pagare alla consegna"},
}


def say(key: str, language: str) -> str:
    """A word in the buyer's language, else in English."""
    words = _WORDS[key]
    return words.get(language.partition("-")[0], words["en"])


def for_staff(label: str) -> Words:
    """What stands before an instruction in the order's language, for who reads the admin in another one."""
    known = next((words for words in _WORDS.values() if label in words.values()), None)
    return Say(en=known["en"], it=known["it"]) if known is not None else label


def say_date(at: datetime, language: str) -> str:
    """A day as it is written in the buyer's language."""
    return format_date(at.date(), format="long", locale=_locale(language))


def say_money(amount: int, currency: str, language: str) -> str:
    """Minor units as they are written in the buyer's language."""
    return format_currency(Decimal(amount).scaleb(-digits(currency)), currency, locale=_locale(language))


def _locale(language: str) -> Locale:
    try:
        return Locale.parse(language.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale("en")
