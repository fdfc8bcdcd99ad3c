"""What promotions are about: collections, products and variants by their names, and what a buyer did before."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import bindparam, func, select

from vetrina.kernel.db import Reads, id_in, text_in
from vetrina.shop.catalog.models import Collection, CollectionProduct, Product, Variant
from vetrina.shop.customers.models import Customer
from vetrina.shop.orders.models import Order
from vetrina.vocabulary import OrderState


class NamedRow(msgspec.Struct, frozen=True):
    """A product by its handle, or a variant by its sku, with its title; the name is empty where there is no sku."""

    id: int
    name: str
    title: str


class CollectionNameRow(msgspec.Struct, frozen=True):
    """A collection as the staff chooses it, published or not."""

    id: int
    handle: str
    title: str


async def memberships(
    reads: Reads, product_ids: Sequence[int], collection_ids: Sequence[int]
) -> dict[int, frozenset[int]]:
    """In which of these collections each of the products is; products that are in none are left out."""
    found: dict[int, set[int]] = {}
    params = {"products": list(product_ids), "collections": list(collection_ids)}
    for product_id, collection_id in await reads.fetch(_MEMBERS, params):
        found.setdefault(product_id, set()).add(collection_id)
    return {product_id: frozenset(inside) for product_id, inside in found.items()}


async def collection_names(reads: Reads, size: int) -> list[CollectionNameRow]:
    """Collections by title, at most so many."""
    return await reads.rows(CollectionNameRow, _NAMES, {"size": size})


async def products_called(reads: Reads, handles: Sequence[str]) -> dict[str, int]:
    """Products by their handles, published or not; what is not there is left out."""
    return dict[str, int](await reads.fetch(_BY_HANDLE, {"names": list(handles)}))


async def variants_called(reads: Reads, skus: Sequence[str]) -> dict[str, list[int]]:
    """Variants that are not archived by their skus, which several may share."""
    found: dict[str, list[int]] = {}
    for sku, variant_id in await reads.fetch(_BY_SKU, {"names": list(skus)}):
        found.setdefault(sku, []).append(variant_id)
    return found


async def product_names(reads: Reads, product_ids: Sequence[int]) -> list[NamedRow]:
    """Products by their handles, in the order of their ids."""
    return await reads.rows(NamedRow, _PRODUCTS, {"ids": list(product_ids)})


async def variant_names(reads: Reads, variant_ids: Sequence[int]) -> list[NamedRow]:
    """Variants by their skus, in the order of their ids."""
    return await reads.rows(NamedRow, _VARIANTS, {"ids": list(variant_ids)})


async def has_ordered(reads: Reads, email: str) -> bool:
    """Whether somebody with that address has an order that was not cancelled, here or taken over from elsewhere."""
    return await reads.value(_ORDERED, {"email": email.strip().lower()}) is not None


async def email_of(reads: Reads, customer_id: int) -> str | None:
    """A customer's address, in lower case."""
    return await reads.value(_EMAIL, {"customer": customer_id})


_MEMBERS = select(CollectionProduct.product_id, CollectionProduct.collection_id).where(
    id_in(CollectionProduct.product_id, "products"), id_in(CollectionProduct.collection_id, "collections")
)
_NAMES = (
    select(Collection.id, Collection.handle, Collection.title)
    .order_by(Collection.title, Collection.id)
    .limit(bindparam("size"))
)
_BY_HANDLE = select(Product.handle, Product.id).where(text_in(Product.handle, "names"))
_BY_SKU = (
    select(Variant.sku, Variant.id)
    .where(text_in(Variant.sku, "names"), Variant.archived_at.is_(None))
    .order_by(Variant.id)
)
_PRODUCTS = (
    select(Product.id, Product.handle.label("name"), Product.title).where(id_in(Product.id, "ids")).order_by(Product.id)
)
_VARIANTS = (
    select(Variant.id, func.coalesce(Variant.sku, "").label("name"), Variant.title)
    .where(id_in(Variant.id, "ids"))
    .order_by(Variant.id)
)
_ORDERED = (
    select(Order.id)
    .join(Customer, Customer.id == Order.customer_id)
    .where(Customer.email == bindparam("email"), Order.state != OrderState.CANCELLED)
    .limit(1)
)
_EMAIL = select(Customer.email).where(Customer.id == bindparam("customer"))
