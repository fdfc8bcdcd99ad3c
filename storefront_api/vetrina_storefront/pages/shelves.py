"""The catalogue: GET / with a grid of products, and the country it is looked at from."""

import msgspec
from litestar import get, post
from litestar.response import Redirect

from vetrina.flows.cart.identity import Identity, update_buyer_identity
from vetrina.plugin.pages.forms import read_form
from vetrina.views.catalog.cards import cards_of
from vetrina.views.catalog.collection_products import products_of_collections
from vetrina.views.catalog.collections import CollectionOrder, CollectionRow, collection_by_handle, collection_list
from vetrina.views.catalog.product_facts import stock_of_products
from vetrina.views.catalog.products import (
    ProductOrder,
    ProductRow,
    product_list,
)
from vetrina.views.catalog.variants import VariantOrder, variants_of
from vetrina.views.media import MediaRow
from vetrina.views.windows import Placed, Window
from vetrina_storefront.pages.answers import Page, answer, see_other
from vetrina_storefront.pages.links import NoSuchPage
from vetrina_storefront.pages.places import countries_of, is_text, product_path
from vetrina_storefront.pages.visits import COUNTRY, Asked, Here, Visit, visit_shelves
from vetrina_storefront.versions import VERSIONS

ON_A_PAGE = 24
MOST_COLLECTIONS = 20
ADDRESSES = (
    ("/graphql", "home.api_graphql"),
    *((f"/api/{version}/graphql.json", "home.api_dated") for version in VERSIONS),
    ("/admin/graphql", "home.api_admin"),
    ("/healthz", "home.api_health"),
)


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """A product on the grid. Amounts in minor units; `variant_id` where there is nothing to choose."""

    path: str
    title: str
    image: MediaRow | None
    price: int
    is_range: bool
    compare_at: int | None
    is_available: bool
    variant_id: int | None
    quantity: int


@get("/")
async def home(request: Asked, site: Here) -> Page:
    """A page of the catalogue, of one collection if ?collection= says so."""
    visit = await visit_shelves(site, request)
    collection = await _collection(visit)
    found = await _products(visit, collection)
    shown = found[:ON_A_PAGE]
    listed = await collection_list(visit.ctx, CollectionOrder.ID, Window(size=MOST_COLLECTIONS))
    within = f"collection={collection.handle}" if collection else ""
    after = "-".join(str(part) for part in shown[-1].place) if len(found) > len(shown) else None
    return answer(
        visit,
        "home.html",
        errors=[],
        notices=[],
        description=visit.atlas.profile.description,
        collection=collection,
        collections=[placed.row for placed in listed[:MOST_COLLECTIONS]],
        cards=await _cards(visit, [placed.row for placed in shown]),
        is_first="after" not in visit.query,
        first_path=f"/?{within}" if within else "/",
        next_path=f"/?{within}{'&' if within else ''}after={after}" if after else None,
        has_explorer=site.settings.explorer,
        addresses=ADDRESSES,
        countries=countries_of(visit),
    )


@post("/country")
async def choose_country(request: Asked, site: Here) -> Redirect:
    """Shop for another country, with the cart there is."""
    visit = await visit_shelves(site, request)
    form = await read_form(request, site.shop, visit.owner)
    country = form.get("country")
    if country in dict(visit.atlas.countries):
        visit.keep(COUNTRY, country)
        if visit.cart:
            await update_buyer_identity(visit.ctx, visit.cart.key, Identity(country=country))
    return see_other(visit, "/")


async def _collection(visit: Visit) -> CollectionRow | None:
    handle = visit.query.get("collection")
    if not handle:
        return None
    collection = await collection_by_handle(visit.ctx, handle) if is_text(handle) else None
    if collection is None:
        raise NoSuchPage
    return collection


async def _products(visit: Visit, collection: CollectionRow | None) -> list[Placed[ProductRow]]:
    """One product more than a page shows, where there are more. Raises BadInput for an `after` that is no place."""
    after = visit.query.get("after")
    window = Window(size=ON_A_PAGE, after=tuple(_number(part) for part in after.split("-")) if after else None)
    if collection is None:
        return await product_list(visit.ctx, ProductOrder.ID, window)
    found = await products_of_collections(visit.ctx, [collection.id], ProductOrder.MANUAL, window)
    return found.get(collection.id, [])


async def _cards(visit: Visit, products: list[ProductRow]) -> list[Card]:
    ctx, ids = visit.ctx, [product.id for product in products]
    if not ids:
        return []
    shown, stock = await cards_of(ctx, ids), await stock_of_products(ctx, ids)
    variants = await variants_of(ctx, ids, VariantOrder.POSITION, Window(size=1))
    cards: list[Card] = []
    for product in products:
        price, first = shown[product.id].prices, variants[product.id]
        assert price is not None, "a listed product has a price here"
        only = first[0].row if len(first) == 1 else None
        cards.append(
            Card(
                path=product_path(product.handle),
                title=product.title,
                image=shown[product.id].picture,
                price=price.least,
                is_range=price.least != price.most,
                compare_at=only.compare_at if only and only.compare_at and only.compare_at > only.amount else None,
                is_available=bool(stock[product.id].sellable),
                variant_id=only.id if only else None,
                quantity=only.quantity_minimum if only else 1,
            )
        )
    return cards


def _number(part: str) -> int | str:
    return int(part) if part.isdecimal() and len(part) < 19 else part
