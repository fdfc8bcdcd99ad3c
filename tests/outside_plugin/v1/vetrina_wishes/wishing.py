"""What is done: a product may be wished for, somebody wishes for it, what is old is forgotten."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, delete, select

from vetrina.events import ProductCreated
from vetrina.kernel import texts
from vetrina.kernel.context import Context, once
from vetrina.kernel.errors import BadInput, NotFound
from vetrina.plugin import Job
from vetrina_wishes.models import WishesList, WishesWish


async def open_list(ctx: Context, event: ProductCreated) -> None:
    """From now on the product may be wished for."""
    async with ctx.tx() as session:
        await session.add_if_absent(WishesList, product_id=event.product_id, opened_at=ctx.now())


@once
async def wish(ctx: Context, product_id: int, email: str) -> None:
    """Write down who would like to have a product; twice is once. Raises NotFound, BadInput."""
    address = texts.line(email, field=("email",), required=True).lower()
    if "@" not in address:
        raise BadInput(field=("email",), problem="This is no e-mail address.")
    async with ctx.tx() as session:
        if await session.value(_LIST, {"product": product_id}) is None:
            raise NotFound(what="The product", field=("productId",))
        await session.add_if_absent(WishesWish, product_id=product_id, email=address, at=ctx.now())


def forgetting(keep_days: int) -> Job:
    """Every day, wishes older than that are forgotten."""

    async def forget(ctx: Context, payload: Mapping[str, Any]) -> None:
        async with ctx.tx() as session:
            await session.execute(_FORGET, {"before": ctx.now() - timedelta(days=keep_days)})

    return Job(name="wishes.forget-old", run=forget, every=timedelta(days=1))


_LIST = select(WishesList.product_id).where(WishesList.product_id == bindparam("product"))
_FORGET = delete(WishesWish).where(WishesWish.at < bindparam("before"))
