"""ProductOption: in which ways a product's variants differ."""

from collections.abc import Sequence

import msgspec
import strawberry

from vetrina.graphql import Info, batch, ctx_of, read_from
from vetrina.graphql.scalars import Color
from vetrina.views.catalog.choices import firsts_with
from vetrina.views.catalog.options import OptionRow, ValueRow
from vetrina.views.catalog.variants import VariantRow, first_of, first_variants_with
from vetrina_storefront.interfaces import Node, load_nothing
from vetrina_storefront.media import Media
from vetrina_storefront.seen import is_page, ranges_seen
from vetrina_storefront.variants import ProductVariant


class SwatchRow(msgspec.Struct, frozen=True):
    """How a value looks."""

    color: str | None


async def load_first_variants(rows: Sequence[ValueRow], info: Info) -> list[VariantRow | None]:
    """The first variant that has each value."""
    products = {row.product_id for row in rows}
    if is_page(info, products):
        ranges = await ranges_seen(info, products)
        firsts = {product_id: firsts_with(ranges[product_id]) for product_id in products}
        return [firsts[row.product_id].get(row.id) for row in rows]
    ctx = ctx_of(info)
    stored = [row.id for row in rows if row.id > 0]
    made_up = [row.product_id for row in rows if row.id < 0]
    found = await first_variants_with(ctx, stored) if stored else {}
    only = await first_of(ctx, made_up) if made_up else {}
    return [found.get(row.id) if row.id > 0 else only.get(row.product_id) for row in rows]


async def load_swatches(rows: Sequence[ValueRow], info: Info) -> list[SwatchRow | None]:
    """The colour of each value that has one."""
    return [SwatchRow(row.colour) if row.colour else None for row in rows]


@strawberry.type(description="How a value looks.")
class ProductOptionValueSwatch:
    color: Color | None
    image: Media | None = batch(load_nothing)


@strawberry.type(description="One choice of an option.")
class ProductOptionValue(Node):
    first_selectable_variant: ProductVariant | None = batch(load_first_variants)
    name: str
    swatch: ProductOptionValueSwatch | None = batch(load_swatches)

    is_type_of = read_from(ValueRow)


@strawberry.type(description="A way in which a product's variants differ.")
class ProductOption(Node):
    name: str
    option_values: list[ProductOptionValue]
    values: list[str] = strawberry.field(deprecation_reason="Use `optionValues` instead.")

    is_type_of = read_from(OptionRow)
