"""Menus: made, named, removed; their items put in, moved up and down, and led somewhere by an address."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import bindparam, delete, func, select, update

from vetrina.flows.auditing import audited
from vetrina.flows.catalog import HandleTaken
from vetrina.flows.wording import check_handle, slug
from vetrina.kernel import texts
from vetrina.kernel.context import Context, once
from vetrina.kernel.db import Session, id_in, table_of
from vetrina.kernel.errors import NotFound, Refusal
from vetrina.plugin.words import Say
from vetrina_content.flows.entries import in_one_hand
from vetrina_content.flows.leading import led_to
from vetrina_content.flows.sheets import WRITE
from vetrina_content.models import ContentItem, ContentMenu, ContentText
from vetrina_content.rules import DEEPEST, LONGEST_TAG, MOST_ITEMS, MOST_TAGS

MOST_MENUS = 100
MENUS_FULL = Say(f"A shop has at most {MOST_MENUS} menus.", it=f"Un negozio ha al massimo {MOST_MENUS} menu.")
ITEMS_FULL = Say(f"A menu has at most {MOST_ITEMS} items.", it=f"Un menu ha al massimo {MOST_ITEMS} voci.")
TOO_DEEP = Say(f"A menu has at most {DEEPEST} levels.", it=f"Un menu ha al massimo {DEEPEST} livelli.")


class MenuFull(Refusal):
    """Nobody finds his way through more."""

    code = "MENU_FULL"
    text = "{problem}"


class ItemSheet(msgspec.Struct, frozen=True, kw_only=True):
    """An item as somebody writes it; `leads_to` as in led_to."""

    title: str
    leads_to: str
    tags: tuple[str, ...] = ()


class _Place(msgspec.Struct, frozen=True):
    """An item among the others."""

    id: int
    menu_id: int
    parent_id: int | None
    position: int


@once
async def create_menu(ctx: Context, *, title: str, handle: str = "") -> int:
    """Make a menu without items; its id. Needs content.write. Raises BadInput, HandleTaken, MenuFull."""
    ctx.require(WRITE)
    named = texts.line(title, field=("title",), limit=120, required=True)
    called = check_handle(handle.strip() or slug(named, "menu"))
    async with in_one_hand(called), ctx.tx() as session:
        if await session.value(_COUNT_MENUS) >= MOST_MENUS:
            raise MenuFull(problem=MENUS_FULL)
        if await session.value(_MENU_CALLED, {"handle_": called}) is not None:
            raise HandleTaken(field=("handle",), handle=called)
        menu_id = await session.insert(ContentMenu, handle=called, title=named)
        after = {"title": named, "handle": called}
        await audited(ctx, session, "content_menu.created", f"content_menu:{menu_id}", after=after)
        session.outcome = menu_id
    return menu_id


@once
async def rename_menu(ctx: Context, menu_id: int, *, title: str) -> None:
    """Give a menu another title; front ends know it by its handle. Needs content.write. Raises NotFound, BadInput."""
    ctx.require(WRITE)
    named = texts.line(title, field=("title",), limit=120, required=True)
    async with ctx.tx() as session:
        if not await session.execute(_RENAME, {"key": menu_id, "title_": named}):
            raise NotFound(field=("id",), what="The menu")
        await audited(ctx, session, "content_menu.renamed", f"content_menu:{menu_id}", after={"title": named})


@once
async def remove_menu(ctx: Context, menu_id: int) -> None:
    """Remove a menu with its items. Needs content.write. Raises NotFound."""
    ctx.require(WRITE)
    async with ctx.tx() as session:
        places = await session.rows(_Place, _PLACES, {"menu": menu_id})
        await _forget(session, places)
        if not await session.execute(_FORGET_MENU, {"key": menu_id}):
            raise NotFound(field=("id",), what="The menu")
        await audited(ctx, session, "content_menu.removed", f"content_menu:{menu_id}")


@once
async def add_item(ctx: Context, menu_id: int, sheet: ItemSheet, parent_id: int | None = None) -> int:
    """Put an item at the end of a menu, or below one of its items; its id. Needs content.write.

    Raises NotFound, BadInput, MenuFull.
    """
    ctx.require(WRITE)
    columns = await _columns(ctx, sheet)
    async with ctx.tx() as session:
        if await session.value(_MENU, {"key": menu_id}) is None:
            raise NotFound(field=("menu_id",), what="The menu")
        places = {place.id: place for place in await session.rows(_Place, _PLACES, {"menu": menu_id})}
        if len(places) >= MOST_ITEMS:
            raise MenuFull(problem=ITEMS_FULL)
        if parent_id is not None and parent_id not in places:
            raise NotFound(field=("parent_id",), what="The item above")
        if _depth(places, parent_id) >= DEEPEST:
            raise MenuFull(field=("parent_id",), problem=TOO_DEEP)
        position = max((place.position for place in places.values()), default=0) + 1
        item_id = await session.insert(ContentItem, menu_id=menu_id, parent_id=parent_id, position=position, **columns)
        await _told(ctx, session, item_id, "added", sheet)
        session.outcome = item_id
    return item_id


@once
async def edit_item(ctx: Context, item_id: int, sheet: ItemSheet) -> None:
    """Let an item say or lead to something else. Needs content.write. Raises NotFound, BadInput."""
    ctx.require(WRITE)
    columns = await _columns(ctx, sheet)
    async with ctx.tx() as session:
        values = {"key": item_id, **{f"{name}_": value for name, value in columns.items()}}
        if not await session.execute(_EDIT, values):
            raise NotFound(field=("id",), what="The item")
        await _told(ctx, session, item_id, "edited", sheet)


@once
async def move_item(ctx: Context, item_id: int, *, is_up: bool) -> None:
    """Let an item change places with the one before or after it on its level; at an end it stays.

    Needs content.write. Raises NotFound.
    """
    ctx.require(WRITE)
    async with ctx.tx() as session:
        place = await _found(session, item_id)
        level = [one for one in await session.rows(_Place, _PLACES, {"menu": place.menu_id})
                 if one.parent_id == place.parent_id]  # fmt: skip
        at = [one.id for one in level].index(item_id)
        other = at - 1 if is_up else at + 1
        if 0 <= other < len(level):
            await session.execute(_MOVE, {"key": item_id, "position_": level[other].position})
            await session.execute(_MOVE, {"key": level[other].id, "position_": place.position})


@once
async def remove_item(ctx: Context, item_id: int) -> None:
    """Remove an item with all below it. Needs content.write. Raises NotFound."""
    ctx.require(WRITE)
    async with ctx.tx() as session:
        place = await _found(session, item_id)
        places = await session.rows(_Place, _PLACES, {"menu": place.menu_id})
        gone = [place]
        for known in gone:
            gone += [one for one in places if one.parent_id == known.id]
        await _forget(session, gone)
        await audited(ctx, session, "content_item.removed", f"content_item:{item_id}")


async def _columns(ctx: Context, sheet: ItemSheet) -> dict[str, object]:
    led = await led_to(ctx, sheet.leads_to)
    tags = [texts.line(tag, field=("tags",), limit=LONGEST_TAG) for tag in sheet.tags[:MOST_TAGS]]
    return {
        "title": texts.line(sheet.title, field=("title",), required=True),
        "type": led.type.value,
        "resource_id": led.resource_id,
        "url": led.url,
        "tags": [tag for tag in tags if tag],
    }


def _depth(places: dict[int, _Place], parent_id: int | None) -> int:
    depth = 0
    while parent_id is not None and depth <= DEEPEST:
        depth, parent_id = depth + 1, places[parent_id].parent_id
    return depth


async def _found(session: Session, item_id: int) -> _Place:
    found = await session.one(_Place, _ITEM, {"key": item_id})
    if found is None:
        raise NotFound(field=("id",), what="The item")
    return found


async def _forget(session: Session, places: Sequence[_Place]) -> None:
    """Those below first: each row names the one above it."""
    for place in reversed(_from_above(places)):
        await session.execute(_FORGET, {"key": place.id})
    await session.execute(_FORGET_TEXTS, {"ids": [place.id for place in places]})


def _from_above(places: Sequence[_Place]) -> list[_Place]:
    ordered = [place for place in places if place.parent_id not in {one.id for one in places}]
    for known in ordered:
        ordered += [one for one in places if one.parent_id == known.id]
    return ordered


async def _told(ctx: Context, session: Session, item_id: int, verb: str, sheet: ItemSheet) -> None:
    after = {"title": sheet.title[:255], "leads_to": sheet.leads_to[:255]}
    await audited(ctx, session, f"content_item.{verb}", f"content_item:{item_id}", after=after)


_MENUS, _ITEMS, _TEXTS = table_of(ContentMenu), table_of(ContentItem), table_of(ContentText)
_COUNT_MENUS = select(func.count()).select_from(_MENUS)
_MENU = select(_MENUS.c.id).where(_MENUS.c.id == bindparam("key"))
_MENU_CALLED = select(_MENUS.c.id).where(_MENUS.c.handle == bindparam("handle_"))
_RENAME = update(_MENUS).where(_MENUS.c.id == bindparam("key")).values(title=bindparam("title_"))
_FORGET_MENU = delete(_MENUS).where(_MENUS.c.id == bindparam("key"))
_PLACE = tuple(_ITEMS.c[name] for name in _Place.__struct_fields__)
_PLACES = select(*_PLACE).where(_ITEMS.c.menu_id == bindparam("menu")).order_by(_ITEMS.c.position, _ITEMS.c.id)
_ITEM = select(*_PLACE).where(_ITEMS.c.id == bindparam("key"))
_EDIT = (
    update(_ITEMS)
    .where(_ITEMS.c.id == bindparam("key"))
    .values({name: bindparam(f"{name}_") for name in ("title", "type", "resource_id", "url", "tags")})
)
_MOVE = update(_ITEMS).where(_ITEMS.c.id == bindparam("key")).values(position=bindparam("position_"))
_FORGET = delete(_ITEMS).where(_ITEMS.c.id == bindparam("key"))
_FORGET_TEXTS = delete(_TEXTS).where(_TEXTS.c.owner == "item", id_in(_TEXTS.c.owner_id, "ids"))
