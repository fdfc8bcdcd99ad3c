"""A product's whole range in one statement: every variant on sale, with its price, stock, values and picture."""

from typing import Any

from sqlalchemy import func, select

from vetrina.kernel.context import Context
from vetrina.kernel.db import id_in
from vetrina.shop.catalog.models import Media, Variant
from vetrina.shop.pricing.models import Price
from vetrina.views.catalog.product_facts import PricesRow, StockRow
from vetrina.views.catalog.variants import VariantRow, variant_columns
from vetrina.views.media import FIRST_PICTURE, PICTURE_COLUMNS, MediaRow
from vetrina.views.shelf import is_price_of, place_params
from vetrina.views.windows import Placed

_KNOWN = len(VariantRow.__struct_fields__)


class RangedVariant(VariantRow, frozen=True):
    """A variant that was read with all others of its product."""

    position: int
    values: tuple[int, ...]
    """The ids of its option values in the options' order; of a product without options, the made-up value's."""
    picture: MediaRow | None
    """Its own, else its product's first."""


Range = tuple[RangedVariant, ...]


async def ranges_of(ctx: Context, product_ids: list[int]) -> dict[int, Range]:
    """Every variant on sale of each product, in the shop's order, by product id; none of a product not on sale here.

    A range may hold two thousand variants: for a product's own page, and for what cannot be told without all of them.
    """
    found: dict[int, list[RangedVariant]] = {product_id: [] for product_id in product_ids}
    for line in await ctx.db.fetch(_RANGES, {"ids": product_ids, **place_params(ctx)}):
        position, option_key, *picture = line[_KNOWN:]
        product_id = line[1]
        values = tuple(map(int, option_key.split("-"))) if option_key else (-product_id,)
        shown = MediaRow(*picture) if picture[0] is not None else None
        fields: list[Any] = [*line[:_KNOWN], position, values, shown]
        found[product_id].append(RangedVariant(*fields))
    return {product_id: tuple(variants) for product_id, variants in found.items()}


def span_of(variants: Range) -> PricesRow | None:
    """The span of a range's prices; None of an empty one."""
    if not variants:
        return None
    amounts = [variant.amount for variant in variants]
    struck = [variant.compare_at for variant in variants if variant.compare_at is not None]
    return PricesRow(
        variants[0].product_id, min(amounts), max(amounts), min(struck, default=None), max(struck, default=None)
    )


def stock_in(product_id: int, variants: Range) -> StockRow:
    """Whether something of a range can be bought now, and how much of it there is."""
    counted = [variant.stock for variant in variants if variant.stock is not None]
    is_sellable = any(variant.available_for_sale for variant in variants)
    return StockRow(product_id, int(is_sellable), sum(counted) if counted else None)


def by_position(variants: Range) -> list[Placed[VariantRow]]:
    """The variants with their places in the shop's order."""
    return [Placed(row, (row.position, row.id)) for row in variants]


def by_id(variants: Range) -> list[Placed[VariantRow]]:
    """The variants with their places in the order of ids."""
    return sorted((Placed[VariantRow](row, (row.id,)) for row in variants), key=lambda placed: placed.place)


_RANGES = (
    select(*variant_columns(), Variant.position, Variant.option_key, *PICTURE_COLUMNS)
    .join_from(Variant, Price, is_price_of(Variant, Price))
    .outerjoin(Media, Media.id == func.coalesce(Variant.image_id, FIRST_PICTURE))
    .where(id_in(Variant.product_id, "ids"), Variant.archived_at.is_(None))
    .order_by(Variant.product_id, Variant.position, Variant.id)
)
