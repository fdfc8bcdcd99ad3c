"""A product: GET /products/{handle}, and the form that puts it into a cart."""

import msgspec
from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect

from vetrina.flows.cart.carts import NewCart, create_cart
from vetrina.flows.cart.fitting import LineInput
from vetrina.flows.cart.lines import add_lines
from vetrina.plugin.pages.amounts import amount_text
from vetrina.plugin.pages.forms import Form, read_form, whole_number
from vetrina.plugin.pages.refusals import PageError, beside, told, told_of_quantity
from vetrina.views.catalog.options import chosen_of, options_of
from vetrina.views.catalog.products import ProductRow, product_by_handle
from vetrina.views.catalog.variants import VariantOrder, VariantRow, variants_of
from vetrina.views.media import MediaOrder, media_of
from vetrina.views.windows import Window
from vetrina_storefront.pages.answers import Page, answer, see_other
from vetrina_storefront.pages.links import NoSuchPage, cart_path
from vetrina_storefront.pages.places import countries_of, is_text
from vetrina_storefront.pages.visits import CART, Asked, Here, Visit, visit_shelves

MOST_VARIANTS = 250
MOST_PICTURES = 7


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """A variant that can be chosen, called by its option values."""

    id: int
    title: str
    amount: int
    compare_at: int | None
    is_available: bool
    quantity: int


@get("/products/{handle:str}")
async def product_page(request: Asked, site: Here, handle: FromPath[str]) -> Page:
    visit = await visit_shelves(site, request)
    return await _show_product(visit, await _product(visit, handle), Form({}), [])


@post("/products/{handle:str}")
async def add_to_cart(request: Asked, site: Here, handle: FromPath[str]) -> Page | Redirect:
    """Put a variant into the cart this browser keeps, or into a new one, and go there."""
    visit = await visit_shelves(site, request)
    form = await read_form(request, site.shop, visit.owner)
    product = await _product(visit, handle)
    quantity = whole_number(form.get("quantity")) or None
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
    return see_other(visit, cart_path(site.shop, outcome.cart.key, step="cart", notice=notice))


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
        countries=countries_of(visit),
    )


async def _product(visit: Visit, handle: str) -> ProductRow:
    product = await product_by_handle(visit.ctx, handle) if is_text(handle) else None
    if product is None:
        raise NoSuchPage
    return product


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
