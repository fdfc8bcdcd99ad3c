"""Products: list, find, create, edit, publish, archive."""

from collections.abc import Awaitable, Callable, Mapping
from enum import Enum
from typing import Any

import strawberry

from vetrina.flows.catalog import (
    archive_product,
    create_product,
    edit_product,
    publish_product,
    unpublish_product,
)
from vetrina.graphql import IdArgument, Info, UserError, answer, connection_of, ctx_of, int_key_of, root, window_args
from vetrina.graphql.scalars import DateTime
from vetrina.kernel import texts
from vetrina.kernel.context import Context
from vetrina.kernel.errors import BadInput
from vetrina.views.catalog.product_desk import ProductDeskOrder, products_matching
from vetrina.views.catalog.product_sheets import (
    product_sheet_by_handle,
    product_sheets_by_id,
    variant_sheets_by_id,
)
from vetrina.views.catalog.product_wishes import product_words
from vetrina_admin.api.inputs import ProductCreateInput, ProductUpdateInput, new_product, product_changes
from vetrina_admin.api.products import Product, ProductConnection, ProductStatus, ProductVariant
from vetrina_admin.api.wishes import ProductFiltersInput, products_wished


@strawberry.enum(description="In which order products are listed.")
class ProductSortKeys(Enum):
    CREATED_AT = "created_at"
    ID = "id"
    PRICE = "price"
    STOCK = "stock"
    TITLE = "title"
    UPDATED_AT = "updated_at"
    VENDOR = "vendor"


_HIDDEN = {"stock": "stock.read", "price": "prices.read"}
"""What it takes to sort by what not everybody sees."""


@strawberry.type
class CatalogQuery:
    @root(
        permission="catalog.read",
        description="Products of every status. query is looked for in title, handle, vendor and SKU, and among the "
        "words of the shop's search in its syntax; status is a shorter way to one of the filters.",
    )
    async def products(
        self,
        info: Info,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
        reverse: bool = False,
        sort_key: ProductSortKeys = ProductSortKeys.ID,
        status: ProductStatus | None = None,
        query: str | None = None,
        filters: ProductFiltersInput | None = None,
    ) -> ProductConnection:
        window, ctx = window_args(first, after, last, before, reverse), ctx_of(info)
        if sort_key.value in _HIDDEN:
            ctx.require(_HIDDEN[sort_key.value])
        matching = product_words(ctx, query, (ctx.place.language, ctx.place.default_language)) & products_wished(
            ctx, filters, status
        )
        rows = await products_matching(ctx, ProductDeskOrder(sort_key.value), window, matching)
        found: Any = connection_of(rows, window)
        return found

    @root(permission="catalog.read", description="A product by its id or its handle.")
    async def product(
        self,
        info: Info,
        id: strawberry.ID | None = None,  # noqa: A002
        handle: str | None = None,
    ) -> Product | None:
        if (id is None) == (handle is None):
            raise BadInput(field=("id",), problem="Give either id or handle.")
        found: Any = None
        if handle is not None:
            found = await product_sheet_by_handle(ctx_of(info).db, texts.line(handle, field=("handle",)))
        elif id is not None:
            key = int_key_of(id, "Product", field=("id",))
            found = (await product_sheets_by_id(ctx_of(info).db, [key])).get(key)
        return found

    @root(permission="catalog.read", description="A variant by its id.")
    async def variant(self, info: Info, variant_id: IdArgument) -> ProductVariant | None:
        key = int_key_of(variant_id, "ProductVariant", field=("id",))
        found: Any = (await variant_sheets_by_id(ctx_of(info).db, [key])).get(key)
        return found


@strawberry.type(description="The new product.")
class ProductCreatePayload:
    product: Product | None
    user_errors: list[UserError]


@strawberry.type(description="The product as it is now.")
class ProductUpdatePayload:
    product: Product | None
    user_errors: list[UserError]


@strawberry.type(description="The product as it is now.")
class ProductPublishPayload:
    product: Product | None
    user_errors: list[UserError]


@strawberry.type(description="The product as it is now.")
class ProductUnpublishPayload:
    product: Product | None
    user_errors: list[UserError]


@strawberry.type(description="The product as it is now.")
class ProductArchivePayload:
    product: Product | None
    user_errors: list[UserError]


@strawberry.type
class CatalogMutation:
    @root(
        permission="catalog.write",
        description="Create a product whole or not at all. Prices need prices.write too, stock needs stock.write.",
    )
    async def product_create(self, info: Info, input: ProductCreateInput) -> ProductCreatePayload:  # noqa: A002
        async def change(ctx: Context) -> Mapping[str, Any]:
            return await _shown(ctx, (await create_product(ctx, new_product(input))).product_id)

        return await answer(ProductCreatePayload, change(ctx_of(info)), within=("input",))

    @root(permission="catalog.write", description="Change a product's texts, tags and pictures.")
    async def product_update(
        self,
        info: Info,
        product_id: IdArgument,
        input: ProductUpdateInput,  # noqa: A002
    ) -> ProductUpdatePayload:
        ctx, changes = ctx_of(info), product_changes(input)
        change = _on(ctx, product_id, lambda key: edit_product(ctx, key, changes))
        return await answer(ProductUpdatePayload, change, within=("input",))

    @root(permission="catalog.write", description="Put a product on sale, now or from a time on.")
    async def product_publish(
        self, info: Info, product_id: IdArgument, at: DateTime | None = None
    ) -> ProductPublishPayload:
        ctx = ctx_of(info)
        change = _on(ctx, product_id, lambda key: publish_product(ctx, key, at))
        return await answer(ProductPublishPayload, change)

    @root(permission="catalog.write", description="Take a product off sale; it becomes a draft.")
    async def product_unpublish(self, info: Info, product_id: IdArgument) -> ProductUnpublishPayload:
        ctx = ctx_of(info)
        return await answer(ProductUnpublishPayload, _on(ctx, product_id, lambda key: unpublish_product(ctx, key)))

    @root(permission="catalog.write", description="Take a product off sale for good.")
    async def product_archive(self, info: Info, product_id: IdArgument) -> ProductArchivePayload:
        ctx = ctx_of(info)
        return await answer(ProductArchivePayload, _on(ctx, product_id, lambda key: archive_product(ctx, key)))


async def _on(ctx: Context, product_id: str, flow: Callable[[int], Awaitable[None]]) -> Mapping[str, Any]:
    """Let a flow change a product that an id names, and show it."""
    key = int_key_of(product_id, "Product", field=("id",))
    await flow(key)
    return await _shown(ctx, key)


async def _shown(ctx: Context, product_id: int) -> Mapping[str, Any]:
    return {"product": (await product_sheets_by_id(ctx.db, [product_id])).get(product_id)}
