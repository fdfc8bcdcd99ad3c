"""Products as the staff sees them: every status, texts as they were written, variants on sale or not."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache

import msgspec
from sqlalchemy import bindparam, select

from vetrina.kernel.db import Reads, id_in
from vetrina.shop.catalog.models import Option, OptionValue, Product, ProductTag, Variant
from vetrina.views.windows import (
    Order,
    Placed,
    Selection,
    Shape,
    Window,
    direction,
    place_columns,
    placed_per_owner,
    window_params,
    windowed_per_owner,
)


class ProductSheetRow(msgspec.Struct, frozen=True):
    """A product as it is stored."""

    id: int
    handle: str
    title: str
    description_html: str
    vendor: str
    product_type: str
    status: str
    is_gift_card: bool
    seo_title: str | None
    seo_description: str | None
    published_at: datetime | None
    created_at: datetime
    updated_at: datetime


class VariantSheetRow(msgspec.Struct, frozen=True):
    """A variant as it is stored. Weight in grams; archived ones are kept because orders name them."""

    id: int
    product_id: int
    title: str
    position: int
    sku: str | None
    barcode: str | None
    weight: int | None
    requires_shipping: bool
    is_taxable: bool
    tax_class: str
    is_bundle: bool
    archived_at: datetime | None
    created_at: datetime
    updated_at: datetime


class ValueSheetRow(msgspec.Struct, frozen=True):
    """One choice of an option; its swatch is a colour as #RRGGBB."""

    name: str
    swatch: str | None


class OptionSheetRow(msgspec.Struct, frozen=True):
    """A way in which a product's variants differ, with its choices in order."""

    id: int
    product_id: int
    name: str
    values: tuple[ValueSheetRow, ...]


async def product_sheets_by_id(db: Reads, product_ids: Sequence[int]) -> dict[int, ProductSheetRow]:
    """Products by their id as the staff sees them; what is not there is left out."""
    return {row.id: row for row in await db.rows(ProductSheetRow, _BY_IDS, {"ids": list(product_ids)})}


async def product_sheet_by_handle(db: Reads, handle: str) -> ProductSheetRow | None:
    """The product of that handle as the staff sees it, or None."""
    return await db.one(ProductSheetRow, _BY_HANDLE, {"handle_": handle})


async def tags_of(db: Reads, product_ids: Sequence[int]) -> dict[int, list[str]]:
    """The tags of each product that has any, in the order the staff wrote them."""
    found: dict[int, list[str]] = {}
    for product_id, tag in await db.fetch(_TAGS, {"ids": list(product_ids)}):
        found.setdefault(product_id, []).append(tag)
    return found


async def option_sheets_of(db: Reads, product_ids: Sequence[int]) -> dict[int, list[OptionSheetRow]]:
    """The options of each product that has any, in order."""
    values: dict[tuple[int, int, str], list[ValueSheetRow]] = {}
    for product_id, option_id, name, value, swatch in await db.fetch(_OPTIONS, {"ids": list(product_ids)}):
        values.setdefault((option_id, product_id, name), []).append(ValueSheetRow(value, swatch))
    found: dict[int, list[OptionSheetRow]] = {}
    for option, choices in values.items():
        row = OptionSheetRow(*option, tuple(choices))
        found.setdefault(row.product_id, []).append(row)
    return found


async def variant_sheets_of(
    db: Reads, product_ids: Sequence[int], window: Window
) -> dict[int, list[Placed[VariantSheetRow]]]:
    """A window on the variants of each product, archived ones too, one row too many, by product id."""
    params = {"ids": list(product_ids), **window_params(window, _BY_POSITION)}
    return await placed_per_owner(db, VariantSheetRow, _variants(window.shape), params, _BY_POSITION)


async def variant_sheets_by_id(db: Reads, variant_ids: Sequence[int]) -> dict[int, VariantSheetRow]:
    """Variants by their id as the staff sees them; what is not there is left out."""
    return {row.id: row for row in await db.rows(VariantSheetRow, _VARIANTS_BY_IDS, {"ids": list(variant_ids)})}


@cache
def _variants(shape: Shape) -> Selection:
    candidates = select(Variant.id, Variant.product_id.label("owner")).where(id_in(Variant.product_id, "ids"))
    page = windowed_per_owner(candidates, Variant.product_id, _BY_POSITION, shape)
    places = place_columns(page, _BY_POSITION)
    statement = select(page.c.owner, *places, *_VARIANT).join_from(page, Variant, Variant.id == page.c.id)
    return statement.order_by(page.c.owner, *direction(places, shape))


_BY_POSITION = Order((Variant.position, Variant.id), (int, int))
_PRODUCT = tuple(getattr(Product, name) for name in ProductSheetRow.__struct_fields__)
_VARIANT = tuple(getattr(Variant, name) for name in VariantSheetRow.__struct_fields__)
_BY_IDS = select(*_PRODUCT).where(id_in(Product.id, "ids"))
_BY_HANDLE = select(*_PRODUCT).where(Product.handle == bindparam("handle_"))
_VARIANTS_BY_IDS = select(*_VARIANT).where(id_in(Variant.id, "ids"))
_TAGS = (
    select(ProductTag.product_id, ProductTag.tag)
    .where(id_in(ProductTag.product_id, "ids"))
    .order_by(ProductTag.product_id, ProductTag.position, ProductTag.tag)
)
_OPTIONS = (
    select(Option.product_id, Option.id, Option.name, OptionValue.name.label("value"), OptionValue.swatch)
    .join(OptionValue, OptionValue.option_id == Option.id)
    .where(id_in(Option.product_id, "ids"))
    .order_by(Option.product_id, Option.position, Option.id, OptionValue.position, OptionValue.id)
)
