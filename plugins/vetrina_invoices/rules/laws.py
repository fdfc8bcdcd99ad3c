"""What documents have to say and by which law, by date: laws change, documents keep what held on their day. Pure."""

import csv
from datetime import date
from functools import cache
from importlib.resources import files

import msgspec


class Law(msgspec.Struct, frozen=True):
    """A sentence in force from `since` to `until`, both included, ISO 8601; None: until further notice."""

    key: str
    since: str
    until: str | None
    en: str
    it: str

    def said(self, language: str) -> str:
        return self.it if language == "it" else self.en


@cache
def laws() -> tuple[Law, ...]:
    """All that ship, from laws.csv."""
    text = files("vetrina_invoices").joinpath("laws.csv").read_text("utf-8")
    return tuple(
        Law(row["key"], row["since"], row["until"] or None, row["en"], row["it"])
        for row in csv.DictReader(text.splitlines())
    )


def law(key: str, day: date, own: tuple[Law, ...] = ()) -> Law | None:
    """What is said under a key on a day; the shop's `own` sentences come first."""
    on = day.isoformat()
    for known in (*own, *laws()):
        if known.key == key and known.since <= on and (known.until is None or on <= known.until):
            return known
    return None


STAMPED = frozenset({"N2.1", "N2.2", "N3.5", "N3.6", "N4"})
"""Natures that bear stamp duty; exports and supplies within the Union are free of it."""
STAMP_ABOVE = 7_747
STAMP = 200
"""77.47 EUR and 2.00 EUR in cents (DPR 642/1972, tariff, article 13)."""


def stamp_duty(amounts: dict[str, int], currency: str) -> int:
    """The stamp duty of a document by its amounts without VAT per nature, in cents of a euro."""
    if currency != "EUR":
        return 0
    free = sum(amount for nature, amount in amounts.items() if nature in STAMPED)
    return STAMP if free > STAMP_ABOVE else 0
