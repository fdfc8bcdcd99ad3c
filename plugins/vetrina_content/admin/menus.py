"""Menus and their items: put in order by buttons, led somewhere by an address, said in other languages."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from vetrina.kernel.errors import BadInput, NotFound
from vetrina.plugin import Context, Say
from vetrina.plugin.admin import Asked, Block, Button, Column, Done, Facts, Form, Link, Row, Section, Table
from vetrina_content.admin.forms import ItemEditForm, ItemForm, MenuForm, TitleForm
from vetrina_content.admin.shown import key_in, may, number, other_languages
from vetrina_content.desk import wordings
from vetrina_content.flows import menus, translating
from vetrina_content.flows.leading import addresses_of
from vetrina_content.flows.sheets import TextSheet
from vetrina_content.menus import ItemRow, MenuRow, items_by_id, items_of, menu_list, menus_by_id

COLUMNS = (Column(Say("Title", "Titolo")), Column(Say("Handle", "Handle")), Column(Say("Items", "Voci"), "end"))
ITEMS = (Column(Say("Item", "Voce")), Column(Say("Leads to", "Porta a")))
LANGUAGES = (Column(Say("Language", "Lingua")), Column(Say("Title", "Titolo")))
INDENT = "– "


async def show_all(ctx: Context, asked: Asked) -> Sequence[Block]:
    """All menus: there are few."""
    found = await menu_list(ctx)
    items = await items_of(ctx, [menu.id for menu in found])
    rows = tuple(Row((menu.title, menu.handle, len(items[menu.id])), to=f"menus/{menu.id}") for menu in found)
    empty = Say(
        "There is no menu yet. Front ends ask for main-menu and footer.",
        "Non c'è ancora un menu. I frontend chiedono main-menu e footer.",
    )
    table = Table(COLUMNS, rows, empty)
    form = Form("begin-menu", MenuForm, Say("Make the menu", "Crea il menu"))
    return [table, Section(Say("Make a menu", "Crea un menu"), (form,))] if may(ctx) else [table]


async def begin(ctx: Context, asked: Asked, sent: MenuForm) -> Done:
    """Make a menu."""
    menu_id = await menus.create_menu(ctx, title=sent.title, handle=sent.handle)
    made = Say("The menu is made: now put items in it.", "Il menu è creato: ora aggiungi le voci.")
    return Done(made, to=f"menus/{menu_id}")


async def show(ctx: Context, asked: Asked) -> Sequence[Block]:
    """One menu with its items, as they stand below one another."""
    menu = await _menu(ctx, asked)
    items = (await items_of(ctx, [menu.id]))[menu.id]
    addresses = await addresses_of(ctx, items)
    ends = _ends(items)
    rows = tuple(_row(ctx, item, depth, addresses[item.id], ends) for item, depth in _from_above(items))
    empty = Say("Nothing is in it yet.", "Non c'è ancora nulla.")
    blocks: list[Block] = [
        Facts(((Say("Title", "Titolo"), menu.title), (Say("Handle", "Handle"), menu.handle))),
        Table(ITEMS, rows, empty),
    ]
    if not may(ctx):
        return blocks
    sure = Say("Remove the menu with all its items?", "Rimuovere il menu con tutte le voci?")
    return [
        *blocks,
        Section(Say("Add an item", "Aggiungi una voce"), (Form("add-item", ItemForm, Say("Add", "Aggiungi")),)),
        Button("remove-menu", Say("Remove the menu", "Rimuovi il menu"), tone="bad", confirm=sure),
    ]


async def add(ctx: Context, asked: Asked, sent: ItemForm) -> Done:
    """Put an item in."""
    menu = await _menu(ctx, asked)
    sheet = menus.ItemSheet(title=sent.title, leads_to=sent.leads_to)
    await menus.add_item(ctx, menu.id, sheet, await _above(ctx, menu.id, sent.below))
    return Done(Say("The item stands at the end.", "La voce sta in fondo."))


def moves(*, is_up: bool) -> Callable[[Context, Asked, Mapping[str, str]], Awaitable[Done]]:
    """The button that moves an item up, or down."""

    async def move(ctx: Context, asked: Asked, sent: Mapping[str, str]) -> Done:
        await menus.move_item(ctx, number(sent.get("item", ""), "The item"), is_up=is_up)
        return Done(Say("The item is moved.", "La voce è stata spostata."))

    return move


async def remove_item(ctx: Context, asked: Asked, sent: Mapping[str, str]) -> Done:
    """Remove an item with all below it."""
    await menus.remove_item(ctx, number(sent.get("item", ""), "The item"))
    return Done(Say("The item is removed.", "La voce è stata rimossa."))


async def remove(ctx: Context, asked: Asked, sent: Mapping[str, str]) -> Done:
    """Remove the menu."""
    await menus.remove_menu(ctx, key_in(asked, "The menu"))
    return Done(Say("The menu is removed.", "Il menu è stato rimosso."), to="menus")


async def show_item(ctx: Context, asked: Asked) -> Sequence[Block]:
    """One item: what it says, where it leads, what it says in other languages."""
    item = await _item(ctx, asked)
    menu = (await menus_by_id(ctx, [item.menu_id]))[item.menu_id]
    blocks: list[Block] = [Facts(((Say("Menu", "Menu"), Link(menu.title, f"menus/{menu.id}")),))]
    if not may(ctx):
        return blocks
    values = {"title": item.title, "leads_to": (await addresses_of(ctx, [item]))[item.id]}
    blocks.append(Section(item.title, (Form("change-item", ItemEditForm, Say("Save", "Salva"), values),)))
    known = await wordings(ctx.db, "item", [item.id])
    rows = tuple(
        Row((language, known[item.id, language].title if (item.id, language) in known else None),
            to=f"items/{item.id}/in/{language}")
        for language in await other_languages(ctx)
    )  # fmt: skip
    if rows:
        blocks.append(Section(Say("Translations", "Traduzioni"), (Table(LANGUAGES, rows, ""),)))
    return blocks


async def show_item_text(ctx: Context, asked: Asked) -> Sequence[Block]:
    """What an item says in another language."""
    item, language = await _item(ctx, asked), asked.parts.get("language", "")
    known = (await wordings(ctx.db, "item", [item.id])).get((item.id, language))
    form = Form("translate", TitleForm, Say("Save", "Salva"), {"title": (known.title if known else None) or ""})
    facts = Facts(((Say("Language", "Lingua"), language), (Say("Item", "Voce"), Link(item.title, f"items/{item.id}"))))
    return [facts, form] if may(ctx) else [facts]


async def change_item(ctx: Context, asked: Asked, sent: ItemEditForm) -> Done:
    """Let it say or lead to something else."""
    item = await _item(ctx, asked)
    sheet = menus.ItemSheet(title=sent.title, leads_to=sent.leads_to, tags=tuple(item.tags))
    await menus.edit_item(ctx, item.id, sheet)
    return Done(Say("The item is saved.", "La voce è stata salvata."), to=f"menus/{item.menu_id}")


async def translate_item(ctx: Context, asked: Asked, sent: TitleForm) -> Done:
    """Say it in another language."""
    item = await _item(ctx, asked)
    text = TextSheet(title=sent.title)
    await translating.translate_other(ctx, "item", item.id, asked.parts.get("language", ""), text)
    return Done(Say("The translation is saved.", "La traduzione è stata salvata."), to=f"items/{item.id}")


async def _menu(ctx: Context, asked: Asked) -> MenuRow:
    key = key_in(asked, "The menu")
    found = (await menus_by_id(ctx, [key])).get(key)
    if found is None:
        raise NotFound(what="The menu")
    return found


async def _item(ctx: Context, asked: Asked) -> ItemRow:
    key = key_in(asked, "The item")
    found = (await items_by_id(ctx, [key])).get(key)
    if found is None:
        raise NotFound(what="The item")
    return found


async def _above(ctx: Context, menu_id: int, title: str) -> int | None:
    """The item of that title, below which another is to stand."""
    wanted = " ".join(title.split()).lower()
    if not wanted:
        return None
    items = (await items_of(ctx, [menu_id]))[menu_id]
    found = next((item.id for item in items if item.title.lower() == wanted), None)
    if found is None:
        problem = Say("No item of this menu is called so.", "Nessuna voce di questo menu si chiama così.")
        raise BadInput(field=("below",), problem=problem)
    return found


def _row(ctx: Context, item: ItemRow, depth: int, address: str, ends: tuple[set[int], set[int]]) -> Row:
    values = {"item": str(item.id)}
    sure = Say("Remove the item with all below it?", "Rimuovere la voce con tutte quelle sotto?")
    buttons = (
        *([] if item.id in ends[0] else [Button("up", Say("Up", "Su"), values)]),
        *([] if item.id in ends[1] else [Button("down", Say("Down", "Giù"), values)]),
        Button("remove-item", Say("Remove", "Rimuovi"), values, "bad", sure),
    )
    return Row((INDENT * depth + item.title, address), to=f"items/{item.id}", buttons=buttons if may(ctx) else ())


def _ends(items: Sequence[ItemRow]) -> tuple[set[int], set[int]]:
    """The first and the last of each level: they move no further."""
    first: dict[int | None, int] = {}
    last: dict[int | None, int] = {}
    for item in items:
        first.setdefault(item.parent_id, item.id)
        last[item.parent_id] = item.id
    return set(first.values()), set(last.values())


def _from_above(items: Sequence[ItemRow], parent_id: int | None = None, depth: int = 0) -> list[tuple[ItemRow, int]]:
    """Items as they are read from above, each with its level."""
    found: list[tuple[ItemRow, int]] = []
    for item in items:
        if item.parent_id == parent_id:
            found += [(item, depth), *_from_above(items, item.id, depth + 1)]
    return found
