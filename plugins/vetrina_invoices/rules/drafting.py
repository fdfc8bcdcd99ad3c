"""From what is new about an order to the lines of documents and of the daily takings. Pure."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from vetrina.views.orders.standing import FEE, Held, Parts, rate_of
from vetrina_invoices.rules.content import DocumentLine

TAXLESS = ("reverse_charge", "export", "exempt", "import")


class Treated(msgspec.Struct, frozen=True, kw_only=True):
    """Why the order is taxed as it is."""

    scheme: str = ""
    country: str = ""
    natures: tuple[str, ...] = ()
    untaxed_nature: str = "N2.2"
    """Of sales where nobody has said anything about tax."""

    def nature_of(self, kind: str, rate: int | None) -> str:
        """The code of the reason for having no VAT; empty where there is VAT, or no code for it."""
        if rate is None and kind == "fee":
            return ""
        if rate is None:
            return "N2.2" if self.scheme or kind == "voucher" else self.untaxed_nature
        if self.scheme not in TAXLESS or rate:
            return ""
        if self.scheme == "exempt" and not self.natures:
            return "N4"
        wanted = "N2" if kind == "service" else "N3"
        return next((one for one in self.natures if one.startswith(wanted)), self.natures[0] if self.natures else "")


class PartWords(msgspec.Struct, frozen=True):
    """How a part is called and what one piece costs, as it was sold."""

    kind: str
    title: str
    detail: str
    unit_price: int


class Split(msgspec.Struct, frozen=True):
    """What is new, as documents tell it: keys with what they come to, positive on either side."""

    invoice: Parts
    credit: Parts


def told_apart(new: Parts, *, is_first: bool) -> Split:
    """What is invoiced and what is credited. What was given or kept on top goes with the greater part of it."""
    whole = sum(held.gross for held in new.values())
    if not any(held.gross for held in new.values()):
        return Split({}, {})
    if is_first:
        return Split(dict(new), {}) if whole > 0 else Split({}, {})
    follows = 1 if whole > 0 else -1
    up, down = Parts(), Parts()
    for key, held in new.items():
        sign = follows if key.startswith("adjustment:") or not held.gross else held.gross
        (up if sign > 0 else down)[key] = held
    if _gross(up) < 0 or _gross(down) > 0 or (up and not _gross(up)) or (down and not _gross(down)):
        up, down = (dict(new), Parts()) if whole > 0 else (Parts(), dict(new))
    return Split(up, {key: Held().less(held) for key, held in down.items()})


def document_lines(
    parts: Mapping[str, Held],
    words: Mapping[str, PartWords],
    rates: Mapping[str, int | None],
    treated: Treated,
    *,
    prices_include_tax: bool,
) -> tuple[DocumentLine, ...]:
    """The lines of a document, goods first."""
    found = list[DocumentLine]()
    for key in sorted(parts, key=_place):
        held, said, rate = parts[key], words[key], rate_of(key, rates)
        basis = held.gross if prices_include_tax else held.net
        quantity, price = held.quantity, said.unit_price
        if quantity <= 0 or not key.startswith("line:"):
            quantity, price = 1, basis
        found.append(
            DocumentLine(
                key=key,
                kind=said.kind,
                title=said.title,
                detail=said.detail,
                quantity=quantity,
                unit_price=price,
                discount=price * quantity - basis,
                net=held.net,
                tax=held.tax,
                rate=rate,
                nature=treated.nature_of(said.kind, rate),
            )
        )
    return tuple(found)


Place = tuple[str, int | None, str]
"""Country, rate and nature of a line of the takings."""


def takings_of(
    parts: Mapping[str, Held], kinds: Mapping[str, str], rates: Mapping[str, int | None], treated: Treated, home: str
) -> dict[Place, Held]:
    """What an order without an invoice stands at, by country, rate and nature."""
    found = dict[Place, Held]()
    for key, held in parts.items():
        rate = rate_of(key, rates)
        place = (treated.country or home, rate, treated.nature_of(kinds[key], rate))
        found[place] = found.get(place, Held()).plus(Held(0, held.gross, held.tax))
    return {place: held for place, held in found.items() if held != Held()}


def referred(keys: Iterable[str], invoices: Sequence[tuple[int, frozenset[str]]]) -> list[int]:
    """The invoices, by id, that hold what is credited: of each part the latest one; pairs are in their order."""
    found = dict[int, None]()
    for key in keys:
        holds = [invoice for invoice, held in invoices if key in held]
        if holds:
            found[holds[-1]] = None
    if not found and invoices:
        found[invoices[-1][0]] = None
    return sorted(found)


def _gross(parts: Parts) -> int:
    return sum(held.gross for held in parts.values())


def _place(key: str) -> tuple[int, int, str]:
    kind, _, rest = key.partition(":")
    order = {"line": 0, "delivery": 1, FEE: 2, "adjustment": 3}
    return order[kind], int(rest) if rest.isdecimal() else 0, rest
