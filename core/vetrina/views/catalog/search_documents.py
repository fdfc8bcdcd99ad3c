"""Products as an index elsewhere keeps them: every text people look for, in every language it is written in."""

from collections import defaultdict
from collections.abc import Sequence

import msgspec
from sqlalchemy import Text, bindparam, func, literal_column, select, union_all

from vetrina.kernel.db import BigInt, Reads, id_in
from vetrina.shop.catalog.models import OptionValue, Product, ProductTag, Translation, Variant, VariantValue
from vetrina.shop.catalog.rules import text_of
from vetrina.views.windows import Column, Selection
from vetrina.vocabulary import ProductStatus

LONGEST = 10_000
"""Characters of a description that are looked in."""


class SearchText(msgspec.Struct, frozen=True):
    """What is written of a product in one language; the description as plain text."""

    title: str
    description: str


class SearchDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A product that may be on sale. `texts` are by language (ISO 639-1); the shop's own is always among them."""

    id: int
    texts: dict[str, SearchText]
    vendor: str
    product_type: str
    tags: tuple[str, ...]
    codes: tuple[str, ...]
    """SKUs and barcodes."""
    values: tuple[str, ...]
    """Of options, as the shop wrote them."""


async def search_documents(db: Reads, product_ids: Sequence[int], language: str) -> list[SearchDocument]:
    """The active ones of some products; `language` is the shop's own. Three statements."""
    wanted = {"ids": list(product_ids)}
    rows = await db.rows(_Row, _PRODUCTS, wanted)
    texts = defaultdict[int, dict[str, dict[str, str]]](lambda: defaultdict(dict))
    for product_id, spoken, field, value in await db.fetch(_TRANSLATIONS, wanted):
        texts[product_id][spoken][field] = value
    extras = defaultdict[tuple[int, str], list[str]](list)
    for product_id, kind, value in await db.fetch(_EXTRAS, wanted):
        extras[product_id, kind].append(value)
    return [
        SearchDocument(
            id=row.id,
            texts={
                spoken: SearchText(
                    found.get("title", row.title),
                    text_of(found.get("description_html", row.description_html))[:LONGEST],
                )
                for spoken, found in ({language: {}} | texts[row.id]).items()
            },
            vendor=row.vendor,
            product_type=row.product_type,
            tags=tuple(extras[row.id, "tag"]),
            codes=tuple(extras[row.id, "code"]),
            values=tuple(extras[row.id, "value"]),
        )
        for row in rows
    ]


async def products_after(db: Reads, after_id: int, size: int) -> list[int]:
    """Ids of active products in their order, beyond one: how a whole catalogue is gone through."""
    return [key for (key,) in await db.fetch(_AFTER, {"after": after_id, "size": size})]


async def active_count(db: Reads) -> int:
    """How many products are active."""
    return await db.value(_COUNT)


class _Row(msgspec.Struct, frozen=True):
    id: int
    title: str
    description_html: str
    vendor: str
    product_type: str


def _extra(kind: str, product_id: Column, value: Column) -> Selection:
    return select(product_id.label("product_id"), literal_column(f"'{kind}'", Text).label("kind"), value.label("value"))


_IS_ACTIVE = Product.status == ProductStatus.ACTIVE
_PRODUCTS = (
    select(Product.id, Product.title, Product.description_html, Product.vendor, Product.product_type)
    .where(id_in(Product.id, "ids"), _IS_ACTIVE)
    .order_by(Product.id)
)
_TRANSLATIONS = select(Translation.owner_id, Translation.language, Translation.field, Translation.value).where(
    Translation.owner_type == "Product",
    Translation.field.in_(("title", "description_html")),
    id_in(Translation.owner_id, "ids"),
)
_LIVE = (id_in(Variant.product_id, "ids"), Variant.archived_at.is_(None))
_EXTRAS = union_all(
    _extra("tag", ProductTag.product_id, ProductTag.tag).where(id_in(ProductTag.product_id, "ids")),
    _extra("code", Variant.product_id, Variant.sku).where(*_LIVE, Variant.sku.is_not(None)),
    _extra("code", Variant.product_id, Variant.barcode).where(*_LIVE, Variant.barcode.is_not(None)),
    _extra("value", Variant.product_id, OptionValue.name)
    .join_from(Variant, VariantValue, VariantValue.variant_id == Variant.id)
    .join(OptionValue, OptionValue.id == VariantValue.value_id)
    .where(*_LIVE)
    .distinct(),
)
_AFTER = (
    select(Product.id)
    .where(Product.id > bindparam("after", type_=BigInt), _IS_ACTIVE)
    .order_by(Product.id)
    .limit(bindparam("size"))
)
_COUNT = select(func.count()).select_from(Product).where(_IS_ACTIVE)
