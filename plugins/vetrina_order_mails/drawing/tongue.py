"""A mail's language: its words, and amounts and days as people of that country write them."""

from datetime import UTC, date, datetime

import msgspec

from vetrina.plugin.pages.amounts import amount_text, country_name, date_text, rate_text
from vetrina.plugin.pages.voice import Voice

FILES = (("vetrina_order_mails", "words.toml"),)


class Tongue(msgspec.Struct, frozen=True):
    """Says things in one language, in one country's ways; amounts are in minor units of `currency`."""

    say: Voice
    country: str
    currency: str

    @property
    def language(self) -> str:
        return self.say.language

    def money(self, amount: int) -> str:
        return amount_text(amount, self.currency, self.language, self.country)

    def rate(self, rate: int) -> str:
        return rate_text(rate, self.language, self.country)

    def day(self, at: datetime) -> str:
        return date_text(at, self.language, self.country)

    def promised(self, day: str) -> str:
        """A day as the core keeps it, such as 2026-12-24."""
        return self.day(datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC))

    def country_called(self, code: str) -> str:
        return country_name(code, self.language)


def tongue_of(language: str, country: str, currency: str) -> Tongue:
    """`language` is one that pages speak."""
    return Tongue(Voice(language, FILES), country, currency)
