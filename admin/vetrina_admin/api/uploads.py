"""POST /admin/media: a file as the body, with a token; whatever its headers say, its content decides what it is.

The answer's `address` is how inputs such as ImageInput.url name the file, `url` where everybody finds it.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from litestar import Request, Response, post
from litestar.handlers import HTTPRouteHandler

from vetrina.flows.media import LARGEST_FILE, Added, upload_media, upload_to_product
from vetrina.graphql import gid, int_key_of
from vetrina.graphql.http import Headers
from vetrina.kernel.context import Actor, Context
from vetrina.views.media import any_media_by_id
from vetrina_admin.api.media import public_address

PATH = "/admin/media"
LARGEST_BODY = LARGEST_FILE + 1
"""Bytes; the flow says what is too large for its kind."""


def upload_route(
    admit: Callable[[Headers], Awaitable[Actor]], make_context: Callable[[Actor], Awaitable[Context]]
) -> HTTPRouteHandler:
    """The handler. No cookie opens it, so no page of somebody else's can send what its visitor does not know of."""

    @post(PATH, status_code=201, request_max_body_size=LARGEST_BODY)
    async def upload(request: Request[Any, Any, Any]) -> Response[dict[str, Any]]:
        ctx = await make_context(await admit(Headers(dict(request.scope["headers"]))))
        ctx.require("catalog.write")  # before the body is read
        product, alt = request.query_params.get("productId"), request.query_params.get("alt")
        product_id = int_key_of(product, "Product", field=("productId",)) if product else None
        content = await request.body()
        if product_id is None:
            added = await upload_media(ctx, content, alt)
        else:
            added = await upload_to_product(ctx, product_id, content, alt)
        return Response(await _told(ctx, added), status_code=201, headers={"cache-control": "no-store"})

    return upload


async def _told(ctx: Context, added: Added) -> dict[str, Any]:
    row = (await any_media_by_id(ctx, [added.media_id]))[added.media_id]
    return {
        "id": gid(row.type_name, row.id),
        "address": row.address,
        "url": public_address(row.address, ctx.shop.base_url),
        "alt": row.alt,
        "width": row.width,
        "height": row.height,
        "isNew": added.is_new,
    }
