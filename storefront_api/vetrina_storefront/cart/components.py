"""What a line of bundles consists of: lines of its components, which share its price to the cent."""

from collections.abc import Sequence
from typing import ClassVar

import msgspec

from vetrina.flows.quoting import CartQuote
from vetrina.graphql import Info, gid
from vetrina.kernel.money import split
from vetrina.ports import QuoteLine
from vetrina.views.carts import CartRow
from vetrina.views.catalog.merchandise import CartLineFactsRow, MerchandiseRow, line_facts, merchandise
from vetrina_storefront.cart.discounts import ShareOfDiscount, shares_of_line
from vetrina_storefront.cart.rows import AnyLine, BundleView, at_cart, quoted_lines


class PartView(AnyLine, frozen=True):
    """One component of a line of bundles, seen as a line: its facts are the component's, its id is nobody else's."""

    type_name: ClassVar[str] = "CartLine"

    bundle: CartLineFactsRow

    @property
    def public_id(self) -> str:
        """Not an id that a mutation of lines takes: a bundle is changed as a whole."""
        return f"{gid('CartLine', f'{self.bundle.id}-{self.facts.variant_id}')}?cart={self.cart.key}"


class PartCost(msgspec.Struct, frozen=True):
    """A component's share of what its bundles cost, in minor units: before discounts, and with them taken off.

    `discounts` is what each of the line's discounts took off it, in their order.
    """

    unit_price: int
    subtotal: int
    total: int
    discounts: tuple[int, ...]


async def parts_of_lines(info: Info, bundles: Sequence[BundleView]) -> list[list[PartView]]:
    """The components of each line as lines of their own: one statement for each cart."""
    known: dict[tuple[int, int], MerchandiseRow] = {}
    for cart in {bundle.cart.id: bundle.cart for bundle in bundles}.values():
        wanted = {
            part.variant_id for bundle in bundles if bundle.cart.id == cart.id for part in bundle.facts.parts or ()
        }
        known |= await _known(info, cart, sorted(wanted))
    return [
        [
            PartView(
                bundle.cart, _as_line(bundle.facts, part.quantity, known[bundle.cart.id, part.variant_id]), bundle.facts
            )
            for part in bundle.facts.parts or ()
        ]
        for bundle in bundles
    ]


async def quoted_parts(info: Info, parts: Sequence[PartView]) -> list[tuple[CartQuote, QuoteLine, PartCost]]:
    """Each component with its bundles' line as their cart's quote prices it, and with its share of that."""
    quoted = await quoted_lines(info, [BundleView(part.cart, part.bundle) for part in parts])
    return [(quote, line, _cost_of(part, quote, line)) for part, (quote, line) in zip(parts, quoted, strict=True)]


def shares_of_part(quote: CartQuote, line: QuoteLine, cost: PartCost) -> list[ShareOfDiscount]:
    """What each discount of its bundles' line took off a component."""
    return [
        msgspec.structs.replace(share, amount=amount)
        for share, amount in zip(shares_of_line(quote, line.key), cost.discounts, strict=True)
    ]


def part_costs(
    unit_price: int, quantity: int, parts: Sequence[tuple[int, int]], discounts: Sequence[int]
) -> list[PartCost]:
    """Share the price of so many bundles, and each discount on them, over components by their own prices.

    `parts` are pairs of a component's own price and how many a bundle has of it. The shares sum exactly, and none is
    below zero.
    """
    shares = split(unit_price, [price * pieces for price, pieces in parts])
    left = subtotals = [share * quantity for share in shares]
    taken: list[list[int]] = []
    for discount in discounts:
        rest = split(sum(left) - discount, left)
        taken.append([before - after for before, after in zip(left, rest, strict=True)])
        left = rest
    return [
        PartCost(
            unit_price=(2 * shares[index] + pieces) // (2 * pieces),
            subtotal=subtotals[index],
            total=left[index],
            discounts=tuple(each[index] for each in taken),
        )
        for index, (_, pieces) in enumerate(parts)
    ]


def _cost_of(part: PartView, quote: CartQuote, line: QuoteLine) -> PartCost:
    parts = part.bundle.parts or ()
    discounts = [share.amount for share in shares_of_line(quote, line.key)]
    costs = part_costs(line.unit_price, line.quantity, [(each.price or 0, each.quantity) for each in parts], discounts)
    return next(cost for cost, each in zip(costs, parts, strict=True) if each.variant_id == part.facts.variant_id)


async def _known(info: Info, cart: CartRow, variant_ids: list[int]) -> dict[tuple[int, int], MerchandiseRow]:
    ctx = await at_cart(info, cart)
    return {(cart.id, row.variant_id): row for row in await merchandise(ctx.db, variant_ids, ctx.place)}


def _as_line(bundle: CartLineFactsRow, pieces: int, component: MerchandiseRow) -> CartLineFactsRow:
    return line_facts(component, bundle.id, bundle.cart_id, bundle.quantity * pieces, [], "", bundle.created_at)
