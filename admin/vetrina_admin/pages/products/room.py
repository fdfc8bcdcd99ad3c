"""Products: the list, with search, filters and CSV; one product is in products_page."""

from collections.abc import AsyncIterator, Iterable, Sequence

import msgspec

from vetrina.views.catalog.product_desk import MOST_COUNTED, ProductDeskOrder, ProductDeskRow, desk_count, product_desk
from vetrina.views.catalog.product_wishes import (
    DeskChoices,
    ProductWishes,
    StockState,
    desk_choices,
    product_wishes,
    product_words,
)
from vetrina.views.finding.filters import PriceSpan
from vetrina.views.finding.matching import Matching
from vetrina.vocabulary import ProductStatus
from vetrina_admin.pages.answers import Answer, render
from vetrina_admin.pages.listings import amount_of, chosen, counted, listed, meant, searched, window_of
from vetrina_admin.pages.pictures import THUMB, picture_headers, small_path
from vetrina_admin.pages.products import media as product_media
from vetrina_admin.pages.products.page import STATUS_TONES, product_page, save_components
from vetrina_admin.pages.screens import Room, action, page
from vetrina_admin.pages.spreadsheets import Cell, amount, in_batches, spreadsheet
from vetrina_admin.pages.visits import Visit

SORTS = {
    "title": (ProductDeskOrder.TITLE, False),
    "title_down": (ProductDeskOrder.TITLE, True),
    "updated": (ProductDeskOrder.UPDATED_AT, True),
    "updated_up": (ProductDeskOrder.UPDATED_AT, False),
    "created": (ProductDeskOrder.CREATED_AT, True),
    "created_up": (ProductDeskOrder.CREATED_AT, False),
    "stock_up": (ProductDeskOrder.STOCK, False),
    "stock_down": (ProductDeskOrder.STOCK, True),
    "price_up": (ProductDeskOrder.PRICE, False),
    "price_down": (ProductDeskOrder.PRICE, True),
}
"""Ways to sort: by what, and whether the highest comes first. Some need the permission to see what they sort by."""
NEEDED = {"stock": "stock.read", "price": "prices.read"}
"""What it takes to see a product's stock and prices, and so to sort and filter by them."""


class Asked(msgspec.Struct, frozen=True):
    """A list of products as its address wishes it. `filters` is how many are set beside the words.

    Where the words cannot be read in the search syntax, nothing matches.
    """

    sort: str
    matching: Matching
    filters: int
    is_readable: bool

    @property
    def order(self) -> ProductDeskOrder:
        return SORTS[self.sort][0]

    @property
    def reverse(self) -> bool:
        return SORTS[self.sort][1]


async def product_list(visit: Visit) -> Answer:
    """Products that match, a page of them; or all of them as CSV, where the address says so."""
    choices = await desk_choices(visit.ctx.db)
    wish = await _asked(visit, choices)
    if visit.query.get("as") == "csv":
        return spreadsheet(visit, "products", _titles(visit), _sheet(visit, wish))
    window = window_of(visit, reverse=wish.reverse)
    found = listed(visit, await product_desk(visit.ctx, wish.order, window, wish.matching), window)
    count = await desk_count(visit.ctx, wish.matching)
    pictures = {row.id: small_path(row.picture, THUMB) for row in found.rows}
    return render(
        visit,
        "products/list.html",
        headers=picture_headers(pictures.values()),
        listed=found,
        pictures=pictures,
        count=counted(visit, count, MOST_COUNTED, "products.count", "products.count_many"),
        is_filtered=bool(wish.filters or searched(visit)),
        asked=wish,
        q=searched(visit),
        sorts=_sorts(visit),
        choices=_offered(visit, choices),
        tones=STATUS_TONES,
        file=visit.link(**{"as": "csv", "after": None, "before": None}),
    )


def _sees(visit: Visit, what: str) -> bool:
    return visit.may(NEEDED[what])


def _sorts(visit: Visit) -> list[str]:
    """The ways to sort that this person may."""
    hidden = tuple(what for what in NEEDED if not _sees(visit, what))
    return [name for name in SORTS if not name.startswith(hidden)] if hidden else list(SORTS)


async def _asked(visit: Visit, choices: DeskChoices) -> Asked:
    """What the visit's query asks for; what is no choice says nothing."""

    def one(name: str, known: Sequence[str]) -> tuple[str, ...]:
        value = chosen(visit, name, known)
        return (value,) if value else ()

    collections = one("collection", [str(key) for key, _ in choices.collections])
    stock = chosen(visit, "stock", tuple(StockState)) if _sees(visit, "stock") else ""
    wishes = ProductWishes(
        statuses=one("status", tuple(ProductStatus)),
        vendors=one("vendor", choices.vendors),
        types=one("type", choices.types),
        tags=one("tag", choices.tags),
        collection_ids=tuple(map(int, collections)),
        stock=StockState(stock) if stock else None,
        prices=_prices(visit),
    )
    atlas = await visit.site.markets.atlas()
    languages = tuple(sorted({atlas.profile.language, *(language for _, language in atlas.languages)}))
    words, is_readable = meant(lambda: product_words(visit.ctx, searched(visit), languages))
    matching = words & product_wishes(visit.ctx, wishes)
    is_set = sum(getattr(wishes, name) not in (None, ()) for name in wishes.__struct_fields__)
    return Asked(chosen(visit, "sort", _sorts(visit)) or "title", matching, is_set, is_readable)


def _prices(visit: Visit) -> tuple[PriceSpan, ...]:
    least, most = amount_of(visit, "least"), amount_of(visit, "most")
    if not _sees(visit, "price") or (least is None and most is None):
        return ()
    return (PriceSpan(float(least or 0), None if most is None else float(most)),)


def _offered(visit: Visit, choices: DeskChoices) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """The filters that are chosen from a list: name, label, and pairs of value and text."""
    say = visit.say
    stock = [("stock", say("products.stock"), [(str(each), say(f"products.stock_{each}")) for each in StockState])]
    return [
        ("status", say("products.status"), [(str(each), say(f"products.status_{each}")) for each in ProductStatus]),
        *(stock if _sees(visit, "stock") else []),
        ("vendor", say("products.vendor"), [(name, name) for name in choices.vendors]),
        ("type", say("products.type"), [(name, name) for name in choices.types]),
        ("tag", say("products.tag"), [(name, name) for name in choices.tags]),
        ("collection", say("products.collection"), [(str(key), title) for key, title in choices.collections]),
    ]


def _titles(visit: Visit) -> list[str]:
    stock = ["Stock", "Variants sold out"] if _sees(visit, "stock") else []
    prices = ["Currency", "Lowest price", "Highest price"] if _sees(visit, "price") else []
    known = ["Id", "Handle", "Title", "Status", "Vendor", "Type", "Variants"]
    return [*known, *stock, *prices, "Published at", "Created at", "Updated at"]


async def _sheet(visit: Visit, wish: Asked) -> AsyncIterator[Iterable[Sequence[Cell]]]:
    batches = in_batches(
        lambda window: product_desk(visit.ctx, wish.order, window, wish.matching), reverse=wish.reverse
    )
    async for rows in batches:
        yield [_line(visit, row) for row in rows]


def _line(visit: Visit, row: ProductDeskRow) -> list[Cell]:
    currency = visit.ctx.place.currency
    prices: list[Cell] = [currency, *("" if each is None else amount(each, currency) for each in (row.least, row.most))]
    return [
        row.id,
        row.handle,
        row.title,
        row.status,
        row.vendor,
        row.product_type,
        row.variants,
        *([row.stock, row.sold_out] if _sees(visit, "stock") else []),
        *(prices if _sees(visit, "price") else []),
        row.published_at,
        row.created_at,
        row.updated_at,
    ]


ROOM = Room(
    name="products",
    path="/products",
    can="catalog.read",
    icon="package",
    group="catalogue",
    screens=(
        page("/products", "catalog.read", product_list),
        page("/products/{product:int}", "catalog.read", product_page),
        action("/products/{product:int}/bundle", "catalog.write", save_components),
        *product_media.SCREENS,
    ),
)
