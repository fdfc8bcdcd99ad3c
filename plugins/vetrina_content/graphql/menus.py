"""Menu, MenuItem and what an item shows, as the contract has them."""

from collections.abc import Sequence
from typing import Any

import strawberry

from vetrina.graphql import Info, batch, ctx_of, gid, implements, once, optional, published, read_from, union_of
from vetrina.graphql.scalars import URL
from vetrina.views.nodes import nodes_by_key
from vetrina_content.menus import ItemRow, MenuRow, items_of
from vetrina_content.rules import PLACES, RESOURCES, ItemType, path_of

MenuItemType = strawberry.enum(ItemType, name="MenuItemType", description="Where an item of a menu leads.")
MenuItemResource = union_of(
    "MenuItemResource",
    published("Article"),
    published("Blog"),
    published("Collection"),
    published("Page"),
    published("Product"),
    published("ShopPolicy"),
    description="What an item of a menu shows.",
)


async def load_first_items(rows: Sequence[MenuRow], info: Info) -> list[list[ItemRow]]:
    """Each menu's first level."""
    found = await _items(info, [row.id for row in rows])
    return [[item for item in found[row.id] if item.parent_id is None] for row in rows]


async def load_items_below(rows: Sequence[ItemRow], info: Info) -> list[list[ItemRow]]:
    """What stands below each item."""
    found = await _items(info, sorted({row.menu_id for row in rows}))
    return [[item for item in found[row.menu_id] if item.parent_id == row.id] for row in rows]


async def load_counts(rows: Sequence[MenuRow], info: Info) -> list[int]:
    """How many items each menu has, of all levels."""
    found = await _items(info, [row.id for row in rows])
    return [len(found[row.id]) for row in rows]


async def load_resources(rows: Sequence[ItemRow], info: Info) -> list[Any]:
    """What each item shows, if a buyer may see it."""
    found = await _resources(rows, info)
    return [found.get(_key(row)) for row in rows]


async def load_resource_ids(rows: Sequence[ItemRow], info: Info) -> list[str | None]:
    """The id of what each item shows."""
    keys = [_key(row) for row in rows]
    return [gid(*key) if key is not None else None for key in keys]


async def load_urls(rows: Sequence[ItemRow], info: Info) -> list[str | None]:
    """Where each item leads; nowhere while what it shows cannot be seen."""
    base_url = ctx_of(info).shop.base_url
    found = await _resources(rows, info)
    return [_url(row, found.get(_key(row)), base_url) for row in rows]


async def load_types(rows: Sequence[ItemRow], info: Info) -> list[ItemType]:
    """The kind of each item."""
    return [ItemType(row.type) for row in rows]


@implements("Node")
@strawberry.type(description="An item of a menu.")
class MenuItem:
    items: "list[MenuItem]" = batch(load_items_below)
    resource: object = batch(load_resources, graphql_type=optional(MenuItemResource))
    resource_id: strawberry.ID | None = batch(load_resource_ids)
    tags: list[str]
    title: str
    type: MenuItemType = batch(load_types)  # pyright: ignore[reportInvalidTypeForm]
    url: URL | None = batch(load_urls)

    is_type_of = read_from(ItemRow)


@implements("Node")
@strawberry.type(description="A menu of the shop.")
class Menu:
    handle: str
    items: list[MenuItem] = batch(load_first_items)
    items_count: int = batch(load_counts)
    title: str

    is_type_of = read_from(MenuRow)


async def _items(info: Info, menu_ids: Sequence[int]) -> dict[int, list[ItemRow]]:
    """All levels are read at once: a menu is small, and mostly wanted whole."""
    return await once(info, ("content menus", *menu_ids), lambda: items_of(ctx_of(info), menu_ids))


async def _resources(rows: Sequence[ItemRow], info: Info) -> dict[Any, Any]:
    """What the items of these rows' menus show, read together for all levels."""
    menu_ids = sorted({row.menu_id for row in rows})
    items = await _items(info, menu_ids)
    keys = [key for menu_id in menu_ids for key in map(_key, items[menu_id]) if key is not None]
    return await once(info, ("content resources", *menu_ids), lambda: nodes_by_key(ctx_of(info), keys))


def _key(row: ItemRow) -> Any:
    kind = RESOURCES.get(ItemType(row.type))
    return (kind, str(row.resource_id)) if kind is not None and row.resource_id is not None else None


def _url(row: ItemRow, resource: Any, base_url: str) -> str | None:
    kind = ItemType(row.type)
    if kind in PLACES:
        return base_url + PLACES[kind]
    if row.url is not None:
        return base_url + row.url if row.url.startswith("/") else row.url
    if resource is None:
        return None
    return base_url + path_of(resource.type_name, resource.handle, getattr(resource, "blog_handle", None) or "")
