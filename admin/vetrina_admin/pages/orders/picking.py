"""Goods for an order: searched by title or SKU, shown with picture, price and stock there, picked with a quantity."""

import contextlib

import msgspec

from vetrina.flows.quoting.asking import place_of
from vetrina.kernel.context import Context
from vetrina.kernel.errors import BadInput
from vetrina.plugin.words import LANGUAGES
from vetrina.views.catalog.merchandise import MerchandiseRow, merchandise
from vetrina.views.catalog.product_desk import ProductDeskOrder, product_desk
from vetrina.views.catalog.product_sheets import variant_sheets_of
from vetrina.views.catalog.product_wishes import product_words
from vetrina.views.catalog.variants import variants_by_id
from vetrina.views.orders.placed import OrderView
from vetrina.views.windows import Window
from vetrina_admin.pages.forms import Form
from vetrina_admin.pages.listings import LONGEST_SEARCH
from vetrina_admin.pages.pictures import THUMB, small_path
from vetrina_admin.pages.visits import Visit

PREFIX = "add-"
"""Fields that say how many of a variant are added begin so."""
PICK = "pick-"
MOST_PRODUCTS = 12
MOST_FOUND = 15
"""Variants that a search shows."""
MOST_PICKED = 50
Pieces = tuple[tuple[int, int], ...]


class Good(msgspec.Struct, frozen=True):
    """A variant as it may be added: what it is, where its picture is, and how many are wanted."""

    row: MerchandiseRow
    picture: str
    wanted: int = 0


class Picker(msgspec.Struct, frozen=True, kw_only=True):
    """What was searched for and found, and what is picked. Prices in minor units of `currency`."""

    text: str
    currency: str
    found: tuple[Good, ...] = ()
    picked: tuple[Good, ...] = ()
    has_more: bool = False
    just: int = 0
    """The variant that was just picked: its quantity is what one types next."""

    @property
    def pictures(self) -> list[str]:
        return [good.picture for good in (*self.found, *self.picked)]


def is_searching(form: Form) -> bool:
    """Whether somebody looks for goods or picks one, and wishes for nothing else yet.

    Enter in a field searches where other words stand in the search's.
    """
    wish = form.get("do")
    return wish == "find" or wish.startswith(PICK) or (wish == "enter" and form.get("find") != form.get("found"))


def with_pick(form: Form) -> Form:
    """The form with the good that was just picked among its fields, once at least."""
    key = _picked(form)
    if not key:
        return form
    before = form.get(f"{PREFIX}{key}").strip()
    count = int(before) if before.isascii() and before.isdecimal() and len(before) < 8 else 0
    return msgspec.structs.replace(form, fields={**form.fields, f"{PREFIX}{key}": [str(count + 1)]})


async def picker(visit: Visit, order: OrderView, form: Form, picked: Pieces) -> Picker:
    """What the form searches for on sale where the order was made, and what it has picked already."""
    wanted = form.get("find")[:LONGEST_SEARCH] if is_searching(form) else ""
    text = "".join(letter for letter in wanted if letter.isprintable()).strip()
    chosen = dict(picked[:MOST_PICKED])
    place = await place_of(visit.ctx, order.country, order.language, visit.ctx.db)
    there = msgspec.structs.replace(visit.ctx, place=place)
    found = await _found(there, text) if text else []
    rows = {row.variant_id: row for row in await merchandise(visit.ctx.db, [*chosen, *found], place)}
    on_sale = await variants_by_id(there, found) if found else {}
    goods = [Good(rows[key], _picture(rows[key])) for key in found if key in on_sale and key in rows]
    goods.sort(key=lambda good: _rank(good.row, text.casefold()))
    return Picker(
        text=text,
        currency=place.currency,
        found=tuple(goods[:MOST_FOUND]),
        picked=tuple(Good(rows[key], _picture(rows[key]), count) for key, count in chosen.items() if key in rows),
        has_more=len(goods) > MOST_FOUND,
        just=_picked(form),
    )


def _picked(form: Form) -> int:
    """The variant that was just picked; 0 for none."""
    key = form.get("do").removeprefix(PICK)
    is_key = form.get("do").startswith(PICK) and key.isascii() and key.isdecimal() and len(key) < 19
    return int(key) if is_key else 0


def _rank(row: MerchandiseRow, text: str) -> int:
    """What is called so comes first, then what begins so, then what has it in its title."""
    sku, title = (row.sku or "").casefold(), f"{row.product_title} {row.variant_title}".casefold()
    ways = (sku == text, sku.startswith(text) or title.startswith(text), text in title)
    return ways.index(True) if any(ways) else len(ways)


async def _found(there: Context, text: str) -> list[int]:
    """Variants of the products that the words mean, by the products' titles; nothing for what cannot be read."""
    with contextlib.suppress(BadInput):
        matching = product_words(there, text, LANGUAGES)
        products = await product_desk(there, ProductDeskOrder.TITLE, Window(size=MOST_PRODUCTS), matching)
        ids = [placed.row.id for placed in products[:MOST_PRODUCTS]]
        sheets = await variant_sheets_of(there.db, ids, Window(size=MOST_FOUND)) if ids else {}
        return [placed.row.id for key in ids for placed in sheets.get(key, [])]
    return []


def _picture(row: MerchandiseRow) -> str:
    return small_path(row.image_url, THUMB)
