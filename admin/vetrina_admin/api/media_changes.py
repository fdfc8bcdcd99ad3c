"""What is done to a product's media. Files come by POST /admin/media: see uploads.py."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import strawberry

from vetrina.flows.media import (
    add_external_video,
    arrange_media,
    describe_media,
    remove_media,
    show_media,
)
from vetrina.graphql import IdArgument, Info, UserError, answer, ctx_of, int_key_of, root
from vetrina.graphql.scalars import URL
from vetrina.kernel.context import Context
from vetrina.views.catalog.product_sheets import product_sheets_by_id
from vetrina.views.media import any_media_by_id
from vetrina_admin.api.media import MOST, Medium, medium_key
from vetrina_admin.api.products import Product


@strawberry.type(description="The product as it is now.")
class ProductMediaAddPayload:
    product: Product | None
    user_errors: list[UserError]


@strawberry.type(description="The product as it is now.")
class ProductMediaArrangePayload:
    product: Product | None
    user_errors: list[UserError]


@strawberry.type(description="The product as it is now.")
class ProductMediaRemovePayload:
    product: Product | None
    user_errors: list[UserError]


@strawberry.type(description="The product as it is now.")
class ProductVideoAddPayload:
    product: Product | None
    user_errors: list[UserError]


@strawberry.type(description="The medium as it is now.")
class MediumUpdatePayload:
    medium: Medium | None
    user_errors: list[UserError]


@strawberry.type
class MediaMutation:
    @root(permission="catalog.write", description="Show media that were uploaded, behind what the product shows.")
    async def product_media_add(
        self, info: Info, product_id: IdArgument, media_ids: list[strawberry.ID]
    ) -> ProductMediaAddPayload:
        ctx = ctx_of(info)
        change = _on(ctx, product_id, lambda key: show_media(ctx, key, _keys(media_ids)))
        return await answer(ProductMediaAddPayload, change)

    @root(permission="catalog.write", description="Put a product's media in this order: all of them, each once.")
    async def product_media_arrange(
        self, info: Info, product_id: IdArgument, media_ids: list[strawberry.ID]
    ) -> ProductMediaArrangePayload:
        ctx = ctx_of(info)
        change = _on(ctx, product_id, lambda key: arrange_media(ctx, key, _keys(media_ids)))
        return await answer(ProductMediaArrangePayload, change)

    @root(permission="catalog.write", description="Show some of a product's media no longer; their files stay.")
    async def product_media_remove(
        self, info: Info, product_id: IdArgument, media_ids: list[strawberry.ID]
    ) -> ProductMediaRemovePayload:
        ctx = ctx_of(info)
        change = _on(ctx, product_id, lambda key: remove_media(ctx, key, _keys(media_ids)))
        return await answer(ProductMediaRemovePayload, change)

    @root(permission="catalog.write", description="Show a video that is on YouTube or Vimeo.")
    async def product_video_add(
        self, info: Info, product_id: IdArgument, url: URL, alt: str | None = None
    ) -> ProductVideoAddPayload:
        ctx = ctx_of(info)
        change = _on(ctx, product_id, lambda key: add_external_video(ctx, key, url, alt))
        return await answer(ProductVideoAddPayload, change)

    @root(
        permission="catalog.write",
        description="Say what a medium shows, an empty text says nothing, and which picture stands for what is none. "
        "What is left out stays.",
    )
    async def medium_update(
        self,
        info: Info,
        medium_id: IdArgument,
        alt: str | None = None,
        preview_id: strawberry.ID | None = None,
    ) -> MediumUpdatePayload:
        async def change(ctx: Context) -> Mapping[str, Any]:
            key = medium_key(medium_id, "id")
            preview = medium_key(preview_id, "previewId") if preview_id is not None else None
            await describe_media(ctx, key, alt, preview)
            return {"medium": (await any_media_by_id(ctx, [key])).get(key)}

        return await answer(MediumUpdatePayload, change(ctx_of(info)))


def _keys(ids: Sequence[str]) -> list[int]:
    return [medium_key(value, "mediaIds", str(index)) for index, value in enumerate(ids[: MOST + 1])]


async def _on(ctx: Context, product_id: str, flow: Callable[[int], Awaitable[object]]) -> Mapping[str, Any]:
    key = int_key_of(product_id, "Product", field=("id",))
    await flow(key)
    return {"product": (await product_sheets_by_id(ctx.db, [key])).get(key)}
