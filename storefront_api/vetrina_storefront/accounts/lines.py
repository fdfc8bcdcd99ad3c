"""LineItem: so many of something, as it was sold."""

from collections.abc import Sequence

import msgspec
import strawberry

from vetrina.graphql import Info, PageInfo, batch, ctx_of, gid, read_from
from vetrina.views.catalog.options import chosen_of
from vetrina.views.media import MediaRow, media_of_variants
from vetrina.views.orders.placed import OrderLineRow
from vetrina_storefront.attributes import Attribute
from vetrina_storefront.discounts import DiscountAllocation
from vetrina_storefront.images import Image
from vetrina_storefront.interfaces import Node
from vetrina_storefront.money import MoneyRow, MoneyV2, money
from vetrina_storefront.orders import (
    load_current_quantities,
    load_line_attributes,
    load_line_shares,
    load_line_subtotals,
    load_line_totals,
)


class ChoiceRow(msgspec.Struct, frozen=True):
    """What a variant has of one option."""

    name: str
    value: str


async def load_ids(rows: Sequence[OrderLineRow], info: Info) -> list[str]:
    return [gid("LineItem", row.id) for row in rows]


async def load_names(rows: Sequence[OrderLineRow], info: Info) -> list[str]:
    """Title and variant, as people say them together."""
    return [f"{row.title} - {row.variant_title}" if row.variant_title else row.title for row in rows]


async def load_variant_titles(rows: Sequence[OrderLineRow], info: Info) -> list[str | None]:
    return [row.variant_title or None for row in rows]


async def load_unit_prices(rows: Sequence[OrderLineRow], info: Info) -> list[MoneyRow]:
    return [money(row.unit_price, row.currency) for row in rows]


async def load_discounts(rows: Sequence[OrderLineRow], info: Info) -> list[MoneyRow]:
    return [money(row.discount, row.currency) for row in rows]


async def load_current_totals(rows: Sequence[OrderLineRow], info: Info) -> list[MoneyRow]:
    """What is still owed for it: nothing of a cancelled order's."""
    left = await load_current_quantities(rows, info)
    return [money(row.total if quantity else 0, row.currency) for row, quantity in zip(rows, left, strict=True)]


async def load_images(rows: Sequence[OrderLineRow], info: Info) -> list[MediaRow | None]:
    """The variant's picture as it is now, else its product's; null when it is gone."""
    wanted = sorted({row.variant_id for row in rows if row.variant_id is not None})
    found = await media_of_variants(ctx_of(info), wanted) if wanted else {}
    return [None if row.variant_id is None else found.get(row.variant_id) for row in rows]


async def load_choices(rows: Sequence[OrderLineRow], info: Info) -> list[list[ChoiceRow] | None]:
    """What was chosen, in today's words; null when the variant is gone."""
    wanted = sorted({row.variant_id for row in rows if row.variant_id is not None})
    found = await chosen_of(ctx_of(info), wanted) if wanted else {}
    return [
        [ChoiceRow(chosen.name, chosen.value) for chosen in found[row.variant_id]]
        if row.variant_id is not None and row.variant_id in found
        else None
        for row in rows
    ]


async def load_product_ids(rows: Sequence[OrderLineRow], info: Info) -> list[str | None]:
    return [None if row.product_id is None else gid("Product", row.product_id) for row in rows]


async def load_variant_ids(rows: Sequence[OrderLineRow], info: Info) -> list[str | None]:
    return [None if row.variant_id is None else gid("ProductVariant", row.variant_id) for row in rows]


@strawberry.type(description="What was chosen of one option.")
class LineItemVariantOption:
    name: str
    value: str


@strawberry.type(description="So many of something, as it was sold.")
class LineItem(Node):
    current_total_price: MoneyV2 | None = batch(load_current_totals)
    custom_attributes: list[Attribute] = batch(load_line_attributes)
    discount_allocations: list[DiscountAllocation] = batch(load_line_shares)
    id: strawberry.ID = batch(load_ids)
    image: Image | None = batch(load_images)
    name: str = batch(load_names)
    price: MoneyV2 | None = batch(load_unit_prices)
    product_id: strawberry.ID | None = batch(load_product_ids)
    quantity: int
    requires_shipping: bool
    sku: str | None
    title: str
    total_discount: MoneyV2 = batch(load_discounts)
    total_price: MoneyV2 | None = batch(load_line_totals)
    total_price_before_discounts: MoneyV2 | None = batch(load_line_subtotals)
    total_price_with_discounts: MoneyV2 | None = batch(load_line_totals)
    variant_id: strawberry.ID | None = batch(load_variant_ids)
    variant_options: list[LineItemVariantOption] | None = batch(load_choices)
    variant_title: str | None = batch(load_variant_titles)

    is_type_of = read_from(OrderLineRow)


@strawberry.type(description="A line of an order and its place in a connection.")
class LineItemEdge:
    cursor: str
    node: LineItem


@strawberry.type(description="A page of an order's lines.")
class LineItemConnection:
    edges: list[LineItemEdge]
    nodes: list[LineItem]
    page_info: PageInfo
