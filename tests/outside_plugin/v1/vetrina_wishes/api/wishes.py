"""How many want a product, what is wanted most, and to wish for something."""

from collections.abc import Sequence
from typing import Any, Protocol

import msgspec
import strawberry

from vetrina.graphql import Info, batch, ctx_of, gid, int_key_of, root
from vetrina.kernel.errors import Refusal
from vetrina.plugin import GraphQLFields, GraphQLRoots
from vetrina_wishes import views, wishing

MOST = 50


class Keyed(Protocol):
    """A product, as far as it is of interest here."""

    @property
    def id(self) -> int: ...


class WantedRow(msgspec.Struct, frozen=True):
    product_id: str
    count: int


class UserErrorRow(msgspec.Struct, frozen=True):
    code: str
    field: list[str] | None
    message: str


@strawberry.type(description="A product and how many want it.")
class WishesWanted:
    product_id: strawberry.ID
    count: int


@strawberry.type(description="Why a wish was not written down.")
class WishesUserError:
    code: str
    field: list[str] | None
    message: str


@strawberry.type(description="How many want the product now.")
class WishesAddPayload:
    count: int | None
    user_errors: list[WishesUserError]


async def load_counts(parents: Sequence[Keyed], info: Info) -> list[int | None]:
    """Null for products that cannot be wished for."""
    found = await views.counts(ctx_of(info).db, [parent.id for parent in parents])
    return [found.get(parent.id) for parent in parents]


@strawberry.type
class WishesOnProduct:
    wishes_count: int | None = batch(load_counts, description="How many people would like to have it.")


@strawberry.type
class WishesQuery:
    @root(description="What is wanted most.")
    async def wishes_most_wanted(self, info: Info, first: int = 10) -> list[WishesWanted] | None:
        found = await views.most_wanted(ctx_of(info).db, max(0, min(first, MOST)))
        rows: Any = [WantedRow(gid("Product", product_id), count) for product_id, count in found]
        return rows


@strawberry.type
class WishesMutation:
    @root(description="Say that somebody would like to have a product.")
    async def wishes_add(self, info: Info, product_id: strawberry.ID, email: str) -> WishesAddPayload:
        count: int | None = None
        errors: Any = []
        try:
            key = int_key_of(product_id, "Product", field=("productId",))
            await wishing.wish(ctx_of(info), key, email)
            count = (await views.counts(ctx_of(info).db, [key]))[key]
        except Refusal as refusal:
            path = list(refusal.field) if refusal.field is not None else None
            errors = [UserErrorRow(refusal.code, path, refusal.message)]
        return WishesAddPayload(count=count, user_errors=errors)


def contributions() -> list[GraphQLFields | GraphQLRoots]:
    """A field on Product, a query and a mutation."""
    return [
        GraphQLFields("storefront", on="Product", fields=WishesOnProduct),
        GraphQLRoots("storefront", query=WishesQuery, mutation=WishesMutation),
    ]
