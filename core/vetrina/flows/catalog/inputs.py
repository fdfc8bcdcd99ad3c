"""What comes in: a product with its prices, stock and metafields, checked whole before anything is written."""

from collections.abc import Sequence

import msgspec

from vetrina.flows.prices import NewPrice, PriceBook, breaks_of, minor_units
from vetrina.kernel.errors import BadInput
from vetrina.shop.catalog.rules import ProductSheet, VariantSheet, checked_product
from vetrina.shop.metafields.rules import Declared, Entry, checked_entry
from vetrina.vocabulary import LARGEST_QUANTITY


class NewVariant(VariantSheet, frozen=True, kw_only=True):
    """A variant with what it costs and how many there are."""

    prices: tuple[NewPrice, ...] = ()
    stock: int | None = None
    """Pieces on hand at the first location, or None for a variant whose stock is not counted."""
    backorder_limit: int = 0
    """How many may be sold beyond what is there."""
    metafields: tuple[Entry, ...] = ()


class NewProduct(ProductSheet, frozen=True, kw_only=True):
    """A product to create, whole. Amounts are decimal texts in major units."""

    variants: tuple[NewVariant, ...] = (NewVariant(),)
    metafields: tuple[Entry, ...] = ()


class Amounts(msgspec.Struct, frozen=True):
    """A price in minor units of its list's currency."""

    price_list_id: int
    amount: int
    compare_at: int | None
    breaks: list[list[int]] | None = None


class Prepared(msgspec.Struct, frozen=True):
    """A product that has passed every check: what is left is to write it."""

    product: NewProduct
    prices: tuple[tuple[Amounts, ...], ...]
    """By variant, in the product's order."""


def prepare(new: NewProduct, book: PriceBook, declared: Declared) -> Prepared:
    """Check a new product whole, metafields by what plugins have declared of them.

    Raises BadInput or NoSuchPriceList, naming the field.
    """
    product = checked_product(new)
    variants = tuple(checked_extras(variant, index, declared) for index, variant in enumerate(product.variants))
    metafields = checked_metafields(product.metafields, "Product", declared)
    return Prepared(
        product=msgspec.structs.replace(product, variants=variants, metafields=metafields),
        prices=tuple(checked_prices(book, variant.prices, index) for index, variant in enumerate(variants)),
    )


def checked_prices(book: PriceBook, prices: tuple[NewPrice, ...], index: int) -> tuple[Amounts, ...]:
    """A variant's prices by list. Raises BadInput for two in one list."""
    found: dict[int, Amounts] = {}
    for at, price in enumerate(prices):
        path = ("variants", str(index), "prices", str(at))
        list_id = book.list_of(price.currency)
        if list_id in found:
            raise BadInput(
                field=path,
                problem=f"Two prices in {book.currencies[list_id]} are given.",
                reason="currency_twice",
                currency=book.currencies[list_id],
            )
        amount = minor_units(book, list_id, price.amount, (*path, "amount"))
        compare_at = price.compare_at
        found[list_id] = Amounts(
            list_id,
            amount,
            None if compare_at is None else minor_units(book, list_id, compare_at, (*path, "compare_at")),
            breaks_of(book, list_id, price.amount, price.breaks, path) or None,
        )
    return tuple(found.values())


def checked_metafields(
    entries: Sequence[Entry], owner_type: str, declared: Declared, path: tuple[str, ...] = ()
) -> tuple[Entry, ...]:
    """Metafields of one owner as they will be stored. Raises BadInput."""
    return tuple(
        checked_entry(entry, (*path, "metafields", str(at)), owner_type, declared) for at, entry in enumerate(entries)
    )


def checked_extras(variant: NewVariant, index: int, declared: Declared) -> NewVariant:
    """Stock and metafields of a variant as they will be stored. Raises BadInput."""
    path = ("variants", str(index))
    for name in ("stock", "backorder_limit"):
        number = getattr(variant, name)
        if number is not None and not 0 <= number <= LARGEST_QUANTITY:
            raise BadInput(
                field=(*path, name),
                problem=f"A quantity is between 0 and {LARGEST_QUANTITY}.",
                reason="range",
                least=0,
                most=LARGEST_QUANTITY,
            )
    return msgspec.structs.replace(
        variant, metafields=checked_metafields(variant.metafields, "ProductVariant", declared, path)
    )
