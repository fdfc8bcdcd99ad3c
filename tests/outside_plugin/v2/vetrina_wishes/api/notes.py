"""Why people want a product."""

from collections.abc import Sequence
from typing import Any

import strawberry
from sqlalchemy import bindparam, select, update
from vetrina_wishes.models import WishesWish

from vetrina.graphql import Info, batch, ctx_of, int_key_of, root
from vetrina.kernel import texts
from vetrina.kernel.context import Context
from vetrina.kernel.db import id_in, table_of
from vetrina.plugin import GraphQLFields, GraphQLRoots

WISH = table_of(WishesWish)
LONGEST = 500


async def explain(ctx: Context, product_id: int, email: str, note: str) -> bool:
    """Write down why; whether that person had wished for it. Raises BadInput."""
    told = texts.text(note, field=("note",), limit=LONGEST)
    async with ctx.tx() as session:
        return await session.execute(_EXPLAIN, {"product": product_id, "who": email.lower(), "told": told}) == 1


async def load_notes(parents: Sequence[Any], info: Info) -> list[list[str] | None]:
    """What people said, the latest first."""
    found: dict[int, list[str]] = {}
    for product_id, note in await ctx_of(info).db.fetch(_NOTES, {"products": [parent.id for parent in parents]}):
        found.setdefault(product_id, []).append(note)
    return [found.get(parent.id) for parent in parents]


@strawberry.type
class WishesNotesOnProduct:
    wishes_notes: list[str] | None = batch(load_notes, description="Why people would like to have it.")


@strawberry.type
class WishesNotesMutation:
    @root(description="Say why somebody would like to have a product; false where nothing was wished for.")
    async def wishes_explain(self, info: Info, product_id: strawberry.ID, email: str, note: str) -> bool:
        return await explain(ctx_of(info), int_key_of(product_id, "Product", field=("productId",)), email, note)


def contributions() -> list[GraphQLFields | GraphQLRoots]:
    """A field on Product and a mutation."""
    return [
        GraphQLFields("storefront", on="Product", fields=WishesNotesOnProduct),
        GraphQLRoots("storefront", mutation=WishesNotesMutation),
    ]


_EXPLAIN = (
    update(WISH)
    .where(WISH.c.product_id == bindparam("product"), WISH.c.email == bindparam("who"))
    .values(note=bindparam("told"))
)
_NOTES = (
    select(WISH.c.product_id, WISH.c.note)
    .where(id_in(WISH.c.product_id, "products"), WISH.c.note.is_not(None))
    .order_by(WISH.c.id.desc())
)
