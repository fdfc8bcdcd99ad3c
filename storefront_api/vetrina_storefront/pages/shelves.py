"""The catalogue: GET / with a grid of products, GET /products/{handle}, and the forms that fill a cart."""

from typing import Any
from urllib.parse import quote

import msgspec
from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect

from vetrina.flows.cart import NewCart, create_cart
from vetrina.flows.cart_fitting import LineInput
from vetrina.flows.cart_lines import add_lines
from vetrina.views.collections import CollectionOrder, CollectionRow, collection_by_handle, collection_list
from vetrina.views.media import MediaOrder, MediaRow, featured_media, media_of
from vetrina.views.options import chosen_of, options_of
from vetrina.views.product_facts import price_ranges, stock_of_products
from vetrina.views.products import (
    ProductOrder,
    ProductRow,
    product_by_handle,
    product_list,
    products_of_collections,
)
from vetrina.views.variants import VariantOrder, VariantRow, variants_of
from vetrina.views.windows import Placed, Window
from vetrina.vocabulary import LARGEST_QUANTITY
from vetrina_storefront.pages.amounts import amount_text, country_name
from vetrina_storefront.pages.answers import Page, answer, see_other
from vetrina_storefront.pages.forms import Form, read_form
from vetrina_storefront.pages.links import NoSuchPage, cart_path
from vetrina_storefront.pages.refusals import PageError, beside, told, told_of_quantity
from vetrina_storefront.pages.visits import CART, COUNTRY, Asked, Here, Visit, visit_shelves
from vetrina_storefront.versions import VERSIONS

ON_A_PAGE = 24
MOST_COLLECTIONS = 20
MOST_VARIANTS = 250
MOST_PICTURES = 7
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


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """A variant that can be chosen, called by its option values."""

    id: int
    title: str
    amount: int
    compare_at: int | None
    is_available: bool
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
        countries=_countries(visit),
    )


@get("/products/{handle:str}")
async def product_page(request: Asked, site: Here, handle: FromPath[str]) -> Page:
    visit = await visit_shelves(site, request)
    return await _show_product(visit, await _product(visit, handle), Form({}), [])


@post("/products/{handle:str}")
async def add_to_cart(request: Asked, site: Here, handle: FromPath[str]) -> Page | Redirect:
    """Put a variant into the cart this browser keeps, or into a new one, and go there."""
    visit = await visit_shelves(site, request)
    form = await read_form(request, site.shop, visit.cart.key if visit.cart else "")
    product = await _product(visit, handle)
    quantity = _quantity(form.get("quantity"))
    variant = form.get("variant")
    if quantity is None or not variant.isdecimal() or len(variant) > 18:
        field = "quantity" if quantity is None else "variant"
        return await _show_product(visit, product, form, [told_of_quantity(visit.say, field)])
    line = LineInput(variant_id=int(variant), quantity=quantity)
    if visit.cart:
        outcome = await add_lines(visit.ctx, visit.cart.key, [line])
    else:
        outcome = await create_cart(visit.ctx, NewCart(lines=(line,)))
    if outcome.errors or not outcome.cart:
        return await _show_product(visit, product, form, [told(visit.say, problem) for problem in outcome.errors])
    if any(caution.target == "ProductVariant" for caution in outcome.warnings):
        return await _show_product(visit, product, form, [told(visit.say, caution) for caution in outcome.warnings])
    visit.keep(CART, outcome.cart.key)
    notice = "clipped" if outcome.warnings else "added"
    return see_other(visit, cart_path(site.shop, outcome.cart.key, notice=notice))


@post("/country")
async def choose_country(request: Asked, site: Here) -> Redirect:
    """Shop for another country. A cart begun for one keeps its country until its address says otherwise."""
    visit = await visit_shelves(site, request)
    form = await read_form(request, site.shop, visit.cart.key if visit.cart else "")
    if form.get("country") in dict(visit.atlas.countries):
        visit.keep(COUNTRY, form.get("country"))
    return see_other(visit, "/")


async def _show_product(visit: Visit, product: ProductRow, form: Form, errors: list[PageError]) -> Page:
    ctx = visit.ctx
    offers = await _offers(visit, product)
    options = (await options_of(ctx, [product.id]))[product.id]
    images = (await media_of(ctx, [product.id], MediaOrder.POSITION, Window(size=MOST_PICTURES))).get(product.id, [])
    chosen = next((offer for offer in offers if str(offer.id) == form.get("variant")), None)
    chosen = chosen or next((offer for offer in offers if offer.is_available), offers[0])
    price, compare_at = _price(visit, offers)
    return answer(
        visit,
        "product.html",
        status=422 if errors else 200,
        errors=errors,
        wrong=beside(errors),
        notices=[],
        product=product,
        path=visit.path,
        images=[placed.row for placed in images],
        variants=offers,
        chosen=chosen.id,
        option_names=" / ".join(option.name for option in options),
        quantity=form.get("quantity") or chosen.quantity,
        can_buy=any(offer.is_available for offer in offers),
        price=price,
        compare_at=compare_at,
        countries=_countries(visit),
    )


async def _collection(visit: Visit) -> CollectionRow | None:
    handle = visit.query.get("collection")
    if not handle:
        return None
    collection = await collection_by_handle(visit.ctx, handle) if _is_text(handle) else None
    if collection is None:
        raise NoSuchPage
    return collection


async def _product(visit: Visit, handle: str) -> ProductRow:
    product = await product_by_handle(visit.ctx, handle) if _is_text(handle) else None
    if product is None:
        raise NoSuchPage
    return product


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
    prices, stock, images = (
        await price_ranges(ctx, ids),
        await stock_of_products(ctx, ids),
        await featured_media(ctx, ids),
    )
    variants = await variants_of(ctx, ids, VariantOrder.POSITION, Window(size=1))
    cards: list[Card] = []
    for product in products:
        price, first = prices[product.id], variants[product.id]
        only = first[0].row if len(first) == 1 else None
        cards.append(
            Card(
                path=product_path(product.handle),
                title=product.title,
                image=images.get(product.id),
                price=price.least,
                is_range=price.least != price.most,
                compare_at=only.compare_at if only and only.compare_at and only.compare_at > only.amount else None,
                is_available=bool(stock[product.id].sellable),
                variant_id=only.id if only else None,
                quantity=only.quantity_minimum if only else 1,
            )
        )
    return cards


async def _offers(visit: Visit, product: ProductRow) -> list[Offer]:
    """The product's variants in order; a visible product has at least one."""
    found = await variants_of(visit.ctx, [product.id], VariantOrder.POSITION, Window(size=MOST_VARIANTS))
    variants: list[VariantRow] = [placed.row for placed in found.get(product.id, [])]
    if not variants:
        raise NoSuchPage
    names = await chosen_of(visit.ctx, [variant.id for variant in variants])
    return [
        Offer(
            id=variant.id,
            title=" / ".join(chosen.value for chosen in names[variant.id]),
            amount=variant.amount,
            compare_at=variant.compare_at,
            is_available=variant.available_for_sale,
            quantity=variant.quantity_minimum,
        )
        for variant in variants
    ]


def _price(visit: Visit, offers: list[Offer]) -> tuple[str, str | None]:
    """What a product costs, and for a single price also what it cost before."""

    def text(amount: int) -> str:
        return amount_text(amount, visit.ctx.place.currency, visit.language, visit.country)

    amounts = {offer.amount for offer in offers}
    if len(amounts) > 1:
        return f"{text(min(amounts))} - {text(max(amounts))}".replace(" - ", "\u2009\u2013\u2009"), None
    before = offers[0].compare_at
    return text(offers[0].amount), text(before) if before and before > offers[0].amount else None


def product_path(handle: str) -> str:
    """Where a product's page is."""
    return f"/products/{quote(handle, safe='')}"


def _countries(visit: Visit) -> list[tuple[str, str, str]]:
    """Code, name and currency of every country the shop sells to, by name."""
    currencies: dict[int, Any] = {market.id: market.currency for market in visit.atlas.markets}
    countries = [
        (code, country_name(code, visit.language), currencies[market_id]) for code, market_id in visit.atlas.countries
    ]
    return sorted(countries, key=lambda entry: entry[1])


def _quantity(typed: str) -> int | None:
    digits = typed.strip()
    return int(digits) if digits.isdecimal() and len(digits) < 8 and 0 < int(digits) <= LARGEST_QUANTITY else None


def _number(part: str) -> int | str:
    return int(part) if part.isdecimal() and len(part) < 19 else part


def _is_text(value: str) -> bool:
    """Whether the database can compare it with anything."""
    return len(value) <= 255 and "\0" not in value and value.isprintable()
