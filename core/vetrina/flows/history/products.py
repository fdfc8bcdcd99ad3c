"""Which goods of the catalogue were sold; archived products for those it does not know."""

from collections.abc import Iterable, Sequence

import msgspec
from sqlalchemy import select

from vetrina.flows.catalog.inputs import NewProduct, NewVariant, Prepared, prepare
from vetrina.flows.catalog.writing import write_new
from vetrina.flows.history.lines import CheckedLine
from vetrina.flows.prices import PriceBook
from vetrina.kernel.context import Context
from vetrina.kernel.db import Session, text_in
from vetrina.shop.catalog.models import Product, Variant
from vetrina.vocabulary import ProductStatus


class Shelved(msgspec.Struct, frozen=True):
    """Variant and product by SKU, and how many products were made for it now."""

    by_sku: dict[str, tuple[int, int]]
    made: int

    def of(self, line: CheckedLine) -> tuple[int | None, int | None]:
        """The line's variant and product."""
        known = self.by_sku.get(line.sku) if line.sku and line.is_goods else None
        return known or (None, None)


async def shelve(
    ctx: Context, session: Session, lines: Sequence[tuple[CheckedLine, bool]], *, source: str, with_products: bool
) -> Shelved:
    """Find the goods of lines by SKU, the variants on sale first. Lines come with whether they deserve a product.

    A product made here is archived, so that nobody can buy it, and named after the line that sold it first; it
    carries no price and no stock.
    """
    goods = [(line.sku, line, deserves) for line, deserves in lines if line.sku and line.is_goods]
    by_sku = await _known(session, {sku for sku, _, _ in goods})
    missing: dict[str, CheckedLine] = {}
    for sku, line, deserves in goods:
        if with_products and deserves and sku not in by_sku:
            missing.setdefault(sku, line)
    by_sku |= await _made_before(session, {f"{source}:sku:{sku}": sku for sku in missing})
    new = {sku: line for sku, line in missing.items() if sku not in by_sku}
    if new:
        prepared = [_archived(line, source) for line in new.values()]
        for sku, created in zip(new, await write_new(ctx, session, prepared), strict=True):
            by_sku[sku] = (created.variant_ids[0], created.product_id)
    return Shelved(by_sku, len(new))


async def _known(session: Session, skus: Iterable[str]) -> dict[str, tuple[int, int]]:
    wanted = list(skus)
    rows = await session.fetch(_BY_SKU, {"skus": wanted}) if wanted else []
    return {sku: (variant_id, product_id) for sku, variant_id, product_id in rows}


async def _made_before(session: Session, keys: dict[str, str]) -> dict[str, tuple[int, int]]:
    """Products made for these SKUs by an earlier import; the staff may have written another SKU on them since."""
    rows = await session.fetch(_BY_SOURCE_KEY, {"source_keys": list(keys)}) if keys else []
    return {keys[source_key]: (variant_id, product_id) for source_key, variant_id, product_id in rows}


def _archived(line: CheckedLine, source: str) -> Prepared:
    """A product nobody can make by hand: checked as a draft, and archived from the start."""
    draft = NewProduct(
        title=line.title,
        status=ProductStatus.DRAFT,
        variants=(NewVariant(sku=line.sku),),
        source_key=f"{source}:sku:{line.sku}",
    )
    checked = prepare(draft, _NO_PRICES, {})
    return Prepared(msgspec.structs.replace(checked.product, status=ProductStatus.ARCHIVED), checked.prices)


_NO_PRICES = PriceBook(0, {}, {})
# The last row of a SKU wins: one of an active product, one that is not archived itself, and of several the oldest.
_BY_SKU = (
    select(Variant.sku, Variant.id, Variant.product_id)
    .join(Product, Product.id == Variant.product_id)
    .where(text_in(Variant.sku, "skus", is_long=True))
    .order_by(Product.status == ProductStatus.ACTIVE, Variant.archived_at.is_(None), Variant.id.desc())
)
_BY_SOURCE_KEY = (
    select(Product.source_key, Variant.id, Variant.product_id)
    .join(Variant, Variant.product_id == Product.id)
    .where(text_in(Product.source_key, "source_keys", is_long=True))
    .order_by(Variant.id.desc())
)
