"""What a document says, frozen when it is issued; its digest. Pure."""

import hashlib
from collections.abc import Iterable, Mapping

import msgspec

from vetrina.views.orders.standing import Held

VERSION = 1


class Party(msgspec.Struct, frozen=True, kw_only=True):
    """Seller or buyer."""

    name: str
    lines: tuple[str, ...] = ()
    """The address, as the country's post wants it."""
    country: str = ""
    vat_id: str = ""
    tax_code: str = ""
    email: str = ""
    register: str = ""


class DocumentLine(msgspec.Struct, frozen=True, kw_only=True):
    """What is sold or taken back; minor units, rate in parts per million. net = unit price * quantity - discount,
    where prices are without tax; gross of it where they are with tax.
    """

    key: str
    kind: str
    """goods, service, voucher, delivery, fee or adjustment."""
    title: str
    detail: str
    quantity: int
    unit_price: int
    discount: int
    net: int
    tax: int
    rate: int | None
    nature: str


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """The sums of one rate, or of one reason for having none."""

    rate: int | None
    nature: str
    country: str
    net: int
    tax: int
    mention: str


class Reference(msgspec.Struct, frozen=True):
    """A document that this one corrects."""

    name: str
    issued_on: str


class Content(msgspec.Struct, frozen=True, kw_only=True):
    """The whole document. A plugin that sends it elsewhere finds all it needs here."""

    version: int = VERSION
    kind: str
    name: str
    issued_on: str
    language: str
    currency: str
    prices_include_tax: bool
    seller: Party
    buyer: Party
    delivery_address: tuple[str, ...]
    order_name: str
    order_placed_on: str
    refers: tuple[Reference, ...] = ()
    lines: tuple[DocumentLine, ...]
    summary: tuple[Summary, ...]
    net: int
    tax: int
    total: int
    stamp_duty: int = 0
    payment: str = ""
    notes: tuple[str, ...] = ()
    scheme: str = ""
    logo: str = ""
    """The digest of the logo it bears."""


def digest_of(content: Mapping[str, object]) -> str:
    """SHA-256 of the canonical JSON: keys sorted, nothing between."""
    return hashlib.sha256(msgspec.json.encode(content, order="sorted")).hexdigest()


def summed(lines: Iterable[DocumentLine]) -> dict[tuple[int | None, str], Held]:
    """Net and tax by rate and nature, in the order of the rates."""
    found = dict[tuple[int | None, str], Held]()
    for line in lines:
        place = (line.rate, line.nature)
        found[place] = found.get(place, Held()).plus(Held(0, line.net + line.tax, line.tax))
    return dict(sorted(found.items(), key=lambda item: (item[0][0] is None, -(item[0][0] or 0), item[0][1])))


def booked(contents: Iterable[tuple[str, Iterable[DocumentLine]]]) -> dict[str, Held]:
    """What documents say of each part so far; pairs of kind and lines."""
    found = dict[str, Held]()
    for kind, lines in contents:
        for line in lines:
            held = Held(line.quantity, line.net + line.tax, line.tax)
            known = found.get(line.key, Held())
            found[line.key] = known.plus(held) if kind == "invoice" else known.less(held)
    return found
