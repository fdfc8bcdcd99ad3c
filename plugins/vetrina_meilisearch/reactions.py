"""What changes a product's document: the product is marked, in one short transaction, and a job sends it."""

from typing import Any

from vetrina.events import ProductArchived, ProductChanged, ProductCreated
from vetrina.plugin import Context, React
from vetrina_meilisearch.flows import mark


async def hear_created(ctx: Context, event: ProductCreated) -> None:
    await mark(ctx, event.product_id)


async def hear_changed(ctx: Context, event: ProductChanged) -> None:
    await mark(ctx, event.product_id)


async def hear_archived(ctx: Context, event: ProductArchived) -> None:
    await mark(ctx, event.product_id)


def reactions() -> list[React[Any]]:
    """One for each event."""
    return [
        React(ProductCreated, hear_created),
        React(ProductChanged, hear_changed),
        React(ProductArchived, hear_archived),
    ]
