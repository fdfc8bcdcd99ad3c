"""The lines of a cart: what, how many, at what price."""

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
import strawberry

from vetrina.graphql import Connection, Info, PageInfo, batch, connect_list, ctx_of, read_from, write_cursor
from vetrina.views.catalog.merchandise import variant_of
from vetrina.views.catalog.variants import VariantRow
from vetrina_storefront.attributes import Attribute, AttributeRow, attributes
from vetrina_storefront.cart.components import PartView, parts_of_lines, quoted_parts, shares_of_part
from vetrina_storefront.cart.discounts import CartDiscountAllocation, ShareOfDiscount, shares_of_line
from vetrina_storefront.cart.rows import AnyLine, BundleView, LineView, at_cart, quoted_lines
from vetrina_storefront.interfaces import Node, load_nothing
from vetrina_storefront.later import later
from vetrina_storefront.money import MoneyRow, MoneyV2, money
from vetrina_storefront.selling_plans import SellingPlanAllocation
from vetrina_storefront.variants import ProductVariant

Merchandise = Annotated[ProductVariant, strawberry.union("Merchandise")]


class LineCostRow(msgspec.Struct, frozen=True):
    """What a line costs. Discounts are in the total alone; tax on top of prices is in neither."""

    amount_per_quantity: MoneyRow
    compare_at_amount_per_quantity: MoneyRow | None
    subtotal_amount: MoneyRow
    total_amount: MoneyRow

    @property
    def amount(self) -> MoneyRow:
        return self.amount_per_quantity

    @property
    def compare_at_amount(self) -> MoneyRow | None:
        return self.compare_at_amount_per_quantity


class InstructionsRow(msgspec.Struct, frozen=True):
    """What may be done to a line."""

    can_remove: bool = True
    can_update_quantity: bool = True


async def load_line_ids(rows: Sequence[AnyLine], info: Info) -> list[str]:
    return [row.public_id for row in rows]


async def load_attributes(rows: Sequence[AnyLine], info: Info) -> list[list[AttributeRow]]:
    return [attributes(row.facts.attributes) for row in rows]


async def load_attribute(rows: Sequence[AnyLine], info: Info, key: str) -> list[AttributeRow | None]:
    """One attribute by its key."""
    return [next((one for one in attributes(row.facts.attributes) if one.key == key), None) for row in rows]


async def load_costs(rows: Sequence[AnyLine], info: Info) -> list[LineCostRow]:
    """What each line costs in its cart's quote; a component of a bundle, its share of that."""
    costs: dict[int, LineCostRow] = {}
    whole, parts = _told_apart(rows)
    for row, (quote, line) in zip(whole, await quoted_lines(info, whole), strict=True):
        amounts = line.unit_price, line.compare_at, line.subtotal, line.total
        costs[id(row)] = _cost_row(quote.quote.currency, *amounts)
    for row, (quote, _, cost) in zip(parts, await quoted_parts(info, parts), strict=True):
        costs[id(row)] = _cost_row(quote.quote.currency, cost.unit_price, None, cost.subtotal, cost.total)
    return [costs[id(row)] for row in rows]


async def load_line_discounts(rows: Sequence[AnyLine], info: Info) -> list[list[ShareOfDiscount]]:
    """What discounts took off each line."""
    shares: dict[int, list[ShareOfDiscount]] = {}
    whole, parts = _told_apart(rows)
    for row, (quote, line) in zip(whole, await quoted_lines(info, whole), strict=True):
        shares[id(row)] = shares_of_line(quote, line.key)
    for row, quoted in zip(parts, await quoted_parts(info, parts), strict=True):
        shares[id(row)] = shares_of_part(*quoted)
    return [shares[id(row)] for row in rows]


async def load_instructions(rows: Sequence[LineView | PartView], info: Info) -> list[InstructionsRow]:
    """Whoever holds a cart may do anything to its lines; a bundle is changed as a whole."""
    return [InstructionsRow() if isinstance(row, LineView) else InstructionsRow(False, False) for row in rows]


async def load_components(rows: Sequence[BundleView], info: Info) -> list[list[PartView]]:
    """What each line of bundles consists of."""
    return await parts_of_lines(info, rows)


async def load_merchandise(rows: Sequence[AnyLine], info: Info) -> list[VariantRow]:
    """What is in each line, on sale or not, in the cart's own place, wherever the request is made."""
    now = ctx_of(info).now()
    return [variant_of(row.facts, (await at_cart(info, row.cart)).place.currency, now) for row in rows]


@strawberry.type(description="What a line costs.")
class CartLineCost:
    amount_per_quantity: MoneyV2
    compare_at_amount_per_quantity: MoneyV2 | None
    subtotal_amount: MoneyV2
    total_amount: MoneyV2


@strawberry.type(description="What a line costs.")
class CartLineEstimatedCost:
    amount: MoneyV2
    compare_at_amount: MoneyV2 | None
    subtotal_amount: MoneyV2
    total_amount: MoneyV2


@strawberry.type(description="What may be done to a line.")
class CartLineInstructions:
    can_remove: bool
    can_update_quantity: bool


@strawberry.interface(description="A line of a cart.")
class BaseCartLine(Node):
    attribute: Attribute | None = batch(load_attribute)
    attributes: list[Attribute] = batch(load_attributes)
    cost: CartLineCost = batch(load_costs)
    discount_allocations: list[CartDiscountAllocation] = batch(load_line_discounts)
    estimated_cost: CartLineEstimatedCost = batch(load_costs, deprecation_reason="Use `cost` instead.")
    id: strawberry.ID = batch(load_line_ids)
    merchandise: Merchandise = batch(load_merchandise)
    quantity: int
    selling_plan_allocation: SellingPlanAllocation | None = batch(load_nothing)


@strawberry.type(description="The line another one belongs to.")
class CartLineParentRelationship:
    parent: object = strawberry.field(graphql_type=later("CartLine", "cart.lines"))


@strawberry.type(description="So many of a variant in a cart.")
class CartLine(BaseCartLine, Node):
    instructions: CartLineInstructions = batch(load_instructions)
    parent_relationship: CartLineParentRelationship | None = batch(load_nothing)

    is_type_of = read_from(LineView, PartView)


@strawberry.type(description="So many bundles in a cart: one line, which consists of its components.")
class ComponentizableCartLine(BaseCartLine, Node):
    line_components: list[CartLine] = batch(load_components)

    is_type_of = read_from(BundleView)


@strawberry.type(description="A line and its place in a connection.")
class BaseCartLineEdge:
    cursor: str
    node: BaseCartLine


@strawberry.type(description="A page of lines.")
class BaseCartLineConnection:
    edges: list[BaseCartLineEdge]
    nodes: list[BaseCartLine]
    page_info: PageInfo


KINDS = (CartLine, ComponentizableCartLine)


def connected_lines(views: Sequence[AnyLine], **page: Any) -> Connection[AnyLine]:
    """A page of lines, newest last. Raises BadInput for paging arguments that cannot be."""
    return connect_list(views, lambda view: write_cursor(view.facts.id), **page)


def _told_apart(rows: Sequence[AnyLine]) -> tuple[list[AnyLine], list[PartView]]:
    """Lines of the cart, and components of lines."""
    parts = [row for row in rows if isinstance(row, PartView)]
    return [row for row in rows if not isinstance(row, PartView)], parts


def _cost_row(currency: str, unit_price: int, compare_at: int | None, subtotal: int, total: int) -> LineCostRow:
    return LineCostRow(
        amount_per_quantity=money(unit_price, currency),
        compare_at_amount_per_quantity=None if compare_at is None else money(compare_at, currency),
        subtotal_amount=money(subtotal, currency),
        total_amount=money(total, currency),
    )
