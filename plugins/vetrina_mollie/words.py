"""Mollie's ways to pay: what buyers call them, in English and Italian, and where and in what they are taken."""

from collections.abc import Mapping

import msgspec

EURO = ("EUR",)
ANY = ("AUD", "BGN", "BRL", "CAD", "CHF", "CZK", "DKK", "EUR", "GBP", "HKD", "HUF", "ILS", "ISK", "JPY", "MXN", "MYR",
       "NOK", "NZD", "PHP", "PLN", "RON", "SEK", "SGD", "THB", "TWD", "USD", "ZAR")  # fmt: skip
"""What cards are taken in. None of it has three decimals: Mollie takes no such currency."""
PAYPAL = ("AUD", "BRL", "CAD", "CHF", "CZK", "DKK", "EUR", "GBP", "HKD", "HUF", "ILS", "JPY", "MXN", "MYR", "NOK",
          "NZD", "PHP", "PLN", "SEK", "SGD", "THB", "TWD", "USD")  # fmt: skip
KLARNA = ("CHF", "CZK", "DKK", "EUR", "GBP", "NOK", "PLN", "RON", "SEK", "USD")


class Way(msgspec.Struct, frozen=True):
    """A way to pay. No countries means any; `holds` says that money may be promised first and taken later."""

    en: str
    it: str
    currencies: tuple[str, ...] = EURO
    countries: tuple[str, ...] = ()
    holds: bool = False
    needs_address: bool = False


WAYS: Mapping[str, Way] = {
    "creditcard": Way("Card", "Carta", ANY, holds=True),
    "paypal": Way("PayPal", "PayPal", PAYPAL),
    "ideal": Way("iDEAL", "iDEAL", countries=("NL",)),
    "bancontact": Way("Bancontact", "Bancontact", countries=("BE",)),
    "satispay": Way("Satispay", "Satispay", countries=("IT",)),
    "klarna": Way("Klarna", "Klarna", KLARNA, holds=True, needs_address=True),
    "bancomatpay": Way("Bancomat Pay", "Bancomat Pay", countries=("IT",)),
    "mybank": Way("MyBank", "MyBank", countries=("IT",)),
    "eps": Way("EPS", "EPS", countries=("AT",)),
    "przelewy24": Way("Przelewy24", "Przelewy24", ("EUR", "PLN"), countries=("PL",)),
    "blik": Way("BLIK", "BLIK", ("EUR", "PLN"), countries=("PL",)),
    "kbc": Way("KBC/CBC", "KBC/CBC", countries=("BE",)),
    "belfius": Way("Belfius", "Belfius", countries=("BE",)),
    "twint": Way("TWINT", "TWINT", ("CHF",), countries=("CH",)),
    "trustly": Way("Bank payment", "Pagamento dalla banca"),
}
"""By Mollie's own names."""


def title(method: str, language: str) -> str:
    """What a way to pay is called, in the buyer's language, else in English."""
    way = WAYS[method]
    return way.it if language.partition("-")[0] == "it" else way.en


def locale(language: str) -> str:
    """In which of Mollie's languages its page greets the buyer."""
    return {"it": "it_IT", "en": "en_GB", "de": "de_DE", "fr": "fr_FR", "nl": "nl_NL", "es": "es_ES"}.get(
        language.partition("-")[0], "en_GB"
    )
