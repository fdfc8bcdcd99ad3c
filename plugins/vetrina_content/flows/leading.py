"""Where an item of a menu leads: an address as people write it, and what it means to the shop."""

from collections.abc import Mapping, Sequence

import msgspec
from sqlalchemy import bindparam, select
from sqlalchemy.orm import aliased

from vetrina.kernel.context import Context
from vetrina.kernel.errors import BadInput
from vetrina.plugin.words import Say
from vetrina.views.catalog.collections import collection_by_handle, collections_by_id
from vetrina.views.catalog.products import product_by_handle, products_by_id
from vetrina_content.flows.sheets import link
from vetrina_content.menus import ItemRow
from vetrina_content.models import ContentEntry
from vetrina_content.policies import policy_id
from vetrina_content.rules import PLACES, POLICIES, RESOURCES, ItemType, Kind, path_of
from vetrina_content.views import entries_by_id


class Led(msgspec.Struct, frozen=True):
    """What an item shows, by its key, or the address it leads to."""

    type: ItemType
    resource_id: int | None = None
    url: str | None = None


async def led_to(ctx: Context, address: str) -> Led:
    """What an address means: /products/lamp, /collections/lamps, /pages/about, /blogs/journal, /blogs/journal/first,
    /policies/privacy-policy, one of the shop's places such as / or /search, or any other address, such as the one of a
    metaobject.

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
        is_entry = room == "pages" and len(names) == 2  # /pages/maker/valdolmo: of a metaobject, which is not ours
        if room in ("products", "collections", "pages", "blogs", "policies") and not is_entry:
            raise BadInput(
                field=("leads_to",),
                problem=Say(f"There is nothing at {given} yet.", it=f"A {given} non c'è ancora nulla."),
            )
        return Led(ItemType.HTTP, url=given)
    return led


async def addresses_of(ctx: Context, items: Sequence[ItemRow]) -> dict[int, str]:
    """The address each item leads to, as people write it; empty where what it showed is gone."""
    keys = {item.id: (RESOURCES.get(ItemType(item.type), ""), item.resource_id or 0) for item in items}
    found = {
        (kind.type_name, row.id): path_of(kind.type_name, row.handle, row.blog_handle or "")
        for kind in Kind
        for row in (await entries_by_id(ctx, kind, _ids(keys, kind.type_name), even_hidden=True)).values()
    }
    for row in (await products_by_id(ctx, _ids(keys, "Product"), even_hidden=True)).values():
        found["Product", row.id] = path_of("Product", row.handle)
    for row in (await collections_by_id(ctx, _ids(keys, "Collection"))).values():
        found["Collection", row.id] = path_of("Collection", row.handle)
    for kind in POLICIES:
        found["ShopPolicy", policy_id(kind)] = path_of("ShopPolicy", kind.replace("_", "-"))
    return {item.id: PLACES.get(ItemType(item.type)) or item.url or found.get(keys[item.id], "") for item in items}


def _ids(keys: Mapping[int, tuple[str, int]], type_name: str) -> list[int]:
    return [key for name, key in keys.values() if name == type_name]


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
