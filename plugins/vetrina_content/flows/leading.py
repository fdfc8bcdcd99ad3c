"""Where an item of a menu leads: an address as people write it, and what it means to the shop."""

import msgspec
from sqlalchemy import bindparam, select
from sqlalchemy.orm import aliased

from vetrina.kernel.context import Context
from vetrina.kernel.errors import BadInput
from vetrina.views.collections import collection_by_handle
from vetrina.views.products import product_by_handle
from vetrina_content.flows.sheets import link
from vetrina_content.models import ContentEntry
from vetrina_content.policies import policy_id
from vetrina_content.rules import PLACES, POLICIES, ItemType, Kind


class Led(msgspec.Struct, frozen=True):
    """What an item shows, by its key, or the address it leads to."""

    type: ItemType
    resource_id: int | None = None
    url: str | None = None


async def led_to(ctx: Context, address: str) -> Led:
    """What an address means: /products/lamp, /collections/lamps, /pages/about, /blogs/journal, /blogs/journal/first,
    /policies/privacy-policy, one of the shop's places such as / or /search, or any https:// address.

    Raises BadInput for what is not there.
    """
    given = link(address, "leads_to").removeprefix(ctx.shop.base_url) or "/"
    if not given.startswith("/"):
        return Led(ItemType.HTTP, url=given)
    place = next((kind for kind, path in PLACES.items() if path == given), None)
    if place is not None:
        return Led(place)
    room, *names = given.strip("/").split("/")
    led = await _resource(ctx, room, names) if names and "?" not in given and "#" not in given else None
    if led is None:
        if room in ("products", "collections", "pages", "blogs", "policies"):
            raise BadInput(field=("leads_to",), problem=f"There is nothing at {given} yet.")
        return Led(ItemType.HTTP, url=given)
    return led


async def _resource(ctx: Context, room: str, names: list[str]) -> Led | None:
    match room, names:
        case "products", [handle]:
            product = await product_by_handle(ctx, handle)
            return Led(ItemType.PRODUCT, product.id) if product else None
        case "collections", [handle]:
            collection = await collection_by_handle(ctx, handle)
            return Led(ItemType.COLLECTION, collection.id) if collection else None
        case "pages" | "blogs", [handle]:
            kind = Kind.PAGE if room == "pages" else Kind.BLOG
            key = await ctx.db.value(_ENTRY, {"kind": kind.value, "handle": handle})
            return Led(ItemType[kind.name], key) if key else None
        case "blogs", [blog, handle]:
            key = await ctx.db.value(_ARTICLE, {"blog": blog, "handle": handle})
            return Led(ItemType.ARTICLE, key) if key else None
        case "policies", [handle] if handle.replace("-", "_") in POLICIES:
            return Led(ItemType.SHOP_POLICY, policy_id(handle.replace("-", "_")))
        case _:
            return None


_BLOG = aliased(ContentEntry)
_ENTRY = select(ContentEntry.id).where(
    ContentEntry.kind == bindparam("kind"), ContentEntry.scope == 0, ContentEntry.handle == bindparam("handle")
)
_ARTICLE = (
    select(ContentEntry.id)
    .join(_BLOG, _BLOG.id == ContentEntry.scope)
    .where(_BLOG.handle == bindparam("blog"), ContentEntry.handle == bindparam("handle"))
)
"""Drafts are found too: a menu may be ready before what it leads to."""
