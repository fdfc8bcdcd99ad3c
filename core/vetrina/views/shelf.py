"""What is on the shelf: visibility, translations and stock as SQL, and the values a context gives them."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, bindparam, case, exists, func, literal, literal_column, or_, select
from sqlalchemy.orm import aliased

from vetrina.kernel.context import Context
from vetrina.kernel.db import BigInt, Instant
from vetrina.shop.catalog.models import Collection, Product, Translation, Variant, VariantComponent
from vetrina.shop.inventory.models import Level, Location
from vetrina.shop.pricing.models import Price
from vetrina.views.windows import Column
from vetrina.vocabulary import ProductStatus

PRICE_LIST = bindparam("price_list", type_=BigInt)
LANGUAGE = bindparam("language", type_=Text())
DEFAULT_LANGUAGE = bindparam("default_language", type_=Text())
HANDLE = bindparam("handle", type_=Text())
NOW = bindparam("now", type_=Instant())


def place_params(ctx: Context) -> dict[str, Any]:
    """The values every statement of the catalogue may ask for: price list, languages, now."""
    place = ctx.place
    return {
        "price_list": place.price_list_id,
        "language": place.language,
        "default_language": place.default_language,
        "now": ctx.now(),
    }


def is_translated(ctx: Context) -> bool:
    """Whether texts may differ from the ones on the rows themselves; most requests need no look-up."""
    return ctx.place.language != ctx.place.default_language


def in_language(
    owner_type: str, owner_id: Column, field: str, original: Column, translated: bool
) -> ColumnElement[Any]:
    """A text in the context's language, or as it was written where no translation is kept."""
    if not translated:
        return original.label(field)
    wording = aliased(Translation)
    translation = (
        select(wording.value)
        .where(
            wording.owner_type == literal_column(f"'{owner_type}'"),
            wording.owner_id == owner_id,
            wording.language == LANGUAGE,
            wording.field == literal_column(f"'{field}'"),
        )
        .scalar_subquery()
    )
    return func.coalesce(translation, original).label(field)


def is_title_in_language(wording: type[Translation]) -> ColumnElement[bool]:
    """The text is a product's title in the parameter `language`.

    The field is written out here and above: an index holds handles alone, and wherever a statement compares the field
    with a parameter, SQLite asks for its value and plans the statement again at every call.
    """
    return and_(
        wording.owner_type == literal_column("'Product'"),
        wording.owner_id == Product.id,
        wording.language == LANGUAGE,
        wording.field == literal_column("'title'"),
    )


def has_handle(owner: type[Product] | type[Collection], translated: bool) -> ColumnElement[bool]:
    """The owner is called so, by the parameter `handle`: in the shop's own language, or in the context's."""
    own = owner.handle == HANDLE
    if not translated:
        return own
    called = select(Translation.owner_id).where(
        Translation.owner_type == literal_column(f"'{owner.__name__}'"),
        Translation.field == literal_column("'handle'"),
        Translation.language == LANGUAGE,
        Translation.value == HANDLE,
    )
    return or_(own, owner.id.in_(called))


def is_published(product: type[Product] = Product) -> ColumnElement[bool]:
    """The product's own part of being on sale.

    Nearly every product is: an index of the status would find them all, and keep lists from walking the index of
    their order. So the status is hidden from it.
    """
    status = func.coalesce(product.status, literal_column("''"))
    return and_(status == literal_column(f"'{ProductStatus.ACTIVE}'"), product.published_at <= NOW)


def is_visible(product: type[Product] = Product) -> ColumnElement[bool]:
    """On sale here: published, with at least one variant that has a price in the context's list."""
    variant, price = aliased(Variant), aliased(Price)
    priced = exists().where(
        variant.product_id == product.id,
        variant.archived_at.is_(None),
        is_price_of(variant, price),
    )
    return and_(is_published(product), priced)


def is_price_of(variant: type[Variant], price: type[Price]) -> ColumnElement[bool]:
    """The price is the variant's in the context's list.

    It is found by its variant, always: a list may hold the price of everything in the shop, and without statistics
    SQLite would take ten rows of it to be a good beginning. So the list is hidden from the index that begins with it.
    """
    return and_(price.variant_id == variant.id, price.price_list_id + literal_column("0", BigInt) == PRICE_LIST)


def is_sellable_product(product: type[Product] = Product) -> ColumnElement[bool]:
    """At least one variant can be bought now."""
    variant, price = aliased(Variant), aliased(Price)
    return exists().where(
        variant.product_id == product.id,
        variant.archived_at.is_(None),
        is_price_of(variant, price),
        is_sellable(variant),
    )


def is_sellable(variant: type[Variant] = Variant) -> ColumnElement[bool]:
    """The room left reaches the smallest quantity that may be bought; an untracked variant always has room."""
    return func.coalesce(room_of(variant), variant.quantity_minimum) >= variant.quantity_minimum


def stock_of(variant: type[Variant] = Variant) -> ColumnElement[int]:
    """Pieces on hand and not reserved at the active locations; NULL for a variant that is not tracked.

    A bundle has as many as its components are enough for.
    """
    return _of_variant(variant, _on_shelf)


def room_of(variant: type[Variant] = Variant) -> ColumnElement[int]:
    """Pieces that may still be sold, backorders included; NULL for a variant that is not tracked."""
    return _of_variant(variant, _to_sell)


Pieces = Callable[[type[Level]], ColumnElement[int]]


def _on_shelf(level: type[Level]) -> ColumnElement[int]:
    return level.on_hand - level.reserved


def _to_sell(level: type[Level]) -> ColumnElement[int]:
    return level.on_hand - level.reserved + level.backorder_limit


def _of_variant(variant: type[Variant], pieces: Pieces) -> ColumnElement[int]:
    """A variant's own pieces; only of one that is a bundle are its components looked for."""
    return case((variant.is_bundle, _of_bundle(variant, pieces)), else_=_over_active(variant.id, pieces))


def _of_bundle(variant: type[Variant], pieces: Pieces) -> ColumnElement[int]:
    """As many bundles as the scarcest of the components is enough for; none, where one is no longer sold at all."""
    part, component, product = aliased(VariantComponent), aliased(Variant), aliased(Product)
    is_gone = or_(component.archived_at.is_not(None), product.status == literal_column(f"'{ProductStatus.ARCHIVED}'"))
    enough_for = _over_active(part.component_id, pieces) // part.quantity
    return (
        select(func.min(case((is_gone, literal_column("0", BigInt)), else_=enough_for)))
        .select_from(part)
        .join(component, component.id == part.component_id)
        .join(product, product.id == component.product_id)
        .where(part.bundle_id == variant.id)
        .correlate(variant)
        .scalar_subquery()
    )


def _over_active(variant_id: Column, pieces: Pieces) -> ColumnElement[int]:
    level, location = aliased(Level), aliased(Location)
    return (
        select(func.sum(case((location.is_active, pieces(level)), else_=literal(0, BigInt))).cast(BigInt))
        .where(level.variant_id == variant_id, location.id == level.location_id)
        .correlate_except(level, location)
        .scalar_subquery()
    )
