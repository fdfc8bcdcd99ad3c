"""What a product's card on a list shows beside its texts, in one statement: its prices' span, its first picture."""

import msgspec
from sqlalchemy import and_, select

from vetrina.kernel.context import Context
from vetrina.kernel.db import id_in
from vetrina.shop.catalog.models import Media, Product, ProductMedia, Variant
from vetrina.shop.pricing.models import Price
from vetrina.views.catalog.product_facts import SPAN, PricesRow
from vetrina.views.media import PICTURE_COLUMNS, MediaRow
from vetrina.views.shelf import is_price_of, place_params
from vetrina.views.windows import Selection

_PRICES = len(PricesRow.__struct_fields__)


class CardRow(msgspec.Struct, frozen=True):
    """A product's prices, if it has any here, and its first picture, if it has one."""

    prices: PricesRow | None
    picture: MediaRow | None


async def cards_of(ctx: Context, product_ids: list[int]) -> dict[int, CardRow]:
    """The cards of products, by product id."""
    return {
        line[0]: CardRow(
            PricesRow(*line[:_PRICES]) if line[1] is not None else None,
            MediaRow(*line[_PRICES:]) if line[_PRICES] is not None else None,
        )
        for line in await ctx.db.fetch(_CARDS, {"ids": product_ids, **place_params(ctx)})
    }


def _cards() -> Selection:
    first = (
        select(ProductMedia.media_id)
        .where(ProductMedia.product_id == Product.id, ProductMedia.is_picture)
        .order_by(ProductMedia.position, ProductMedia.media_id)
        .limit(1)
        .scalar_subquery()
    )
    card = (
        select(Product.id, *SPAN, first.label("media_id"))
        .outerjoin(Variant, and_(Variant.product_id == Product.id, Variant.archived_at.is_(None)))
        .outerjoin(Price, is_price_of(Variant, Price))
        .where(id_in(Product.id, "ids"))
        .group_by(Product.id)
        .subquery("card")
    )
    columns = [column for column in card.c if column.name != "media_id"]
    return select(*columns, *PICTURE_COLUMNS).join_from(card, Media, Media.id == card.c.media_id, isouter=True)


_CARDS = _cards()
