"""What decides whether a promotion is for a cart: the collections of its products, and what its buyer did before."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import bindparam, select

from vetrina.kernel.db import Reads, id_in
from vetrina.shop.catalog.models import Collection, CollectionProduct
from vetrina.shop.customers.models import Customer
from vetrina.shop.orders.models import Order
from vetrina.vocabulary import OrderState


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
_ORDERED = (
    select(Order.id)
    .join(Customer, Customer.id == Order.customer_id)
    .where(Customer.email == bindparam("email"), Order.state != OrderState.CANCELLED)
    .limit(1)
)
_EMAIL = select(Customer.email).where(Customer.id == bindparam("customer"))
