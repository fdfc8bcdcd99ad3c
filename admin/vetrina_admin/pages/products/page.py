"""One product: pictures, variants with prices and stock, texts, where it stands, and what happened to it."""

from collections.abc import Sequence
from typing import Any

import msgspec

from vetrina.graphql import read_cursor, write_cursor
from vetrina.kernel.errors import NotFound
from vetrina.views.catalog.price_lists import price_lists, prices_of
from vetrina.views.catalog.product_desk import LOW
from vetrina.views.catalog.product_histories import (
    TranslatedRow,
    all_metafields_of,
    lowest_prices,
    price_log,
    product_movements,
    shelves_of,
    translated_of,
)
from vetrina.views.catalog.product_sheets import (
    OptionSheetRow,
    ProductSheetRow,
    VariantSheetRow,
    option_sheets_of,
    product_sheets_by_id,
    tags_of,
    variant_sheets_of,
)
from vetrina.views.stock import locations, stock_levels
from vetrina.views.windows import Window
from vetrina_admin.pages.actors import actor_names
from vetrina_admin.pages.answers import Answer, render, see_other
from vetrina_admin.pages.forms import Form
from vetrina_admin.pages.panels import panels
from vetrina_admin.pages.pictures import picture_headers
from vetrina_admin.pages.products.bundles import BundleForm, bundles_shown, save_bundle
from vetrina_admin.pages.products.media import shown_media
from vetrina_admin.pages.visits import Visit

STATUS_TONES = {"active": "good", "draft": "warning", "archived": "neutral"}
VARIANTS = 100
"""On one page."""
LATEST = 20
"""Prices and movements that are shown."""
TEXTS = ("title", "description_html", "seo_title", "seo_description")
"""What of a product itself is translated, beside its address."""


class Coverage(msgspec.Struct, frozen=True):
    """How much of a product's texts is there in a language."""

    language: str
    done: int
    texts: int


async def product_page(visit: Visit) -> Answer:
    """Everything about one product. As many statements for a large one as for a small one."""
    return await _shown(visit)


async def save_components(visit: Visit, form: Form) -> Answer:
    """What one of its variants consists of; what was typed stays where it was refused."""
    refused = await save_bundle(visit, form)
    if refused is not None:
        return await _shown(visit, refused)
    return see_other(visit, f"/admin/products/{visit.number('product')}#bundles-heading")


async def _shown(visit: Visit, typed: BundleForm | None = None) -> Answer:
    db, product_id = visit.ctx.db, visit.number("product")
    product = (await product_sheets_by_id(db, [product_id])).get(product_id)
    if product is None:
        raise NotFound(what="The product")
    pictures = await shown_media(visit, product_id)
    options = (await option_sheets_of(db, [product_id])).get(product_id, [])
    return render(
        visit,
        "products/product.html",
        status=422 if typed else 200,
        headers=picture_headers(each.small for each in pictures),
        product=product,
        pictures=pictures,
        options=options,
        tags=(await tags_of(db, [product_id])).get(product_id, []),
        tones=STATUS_TONES,
        metafields=await all_metafields_of(db, "Product", product_id),
        shelves=await shelves_of(db, product_id),
        coverage=await _coverage(visit, product, options),
        main_panels=await panels("product.main", product_id, visit),
        side_panels=await panels("product.side", product_id, visit),
        **await _variants(visit, product_id, typed),
        **await _histories(visit, product_id),
    )


async def _variants(visit: Visit, product_id: int, typed: BundleForm | None) -> dict[str, Any]:
    """A page of the variants, with what each costs in each list and what lies of it at each location."""
    db, after = visit.ctx.db, visit.query.get("after")
    window = Window(size=VARIANTS, after=read_cursor(after, "after") if after else None)
    found = (await variant_sheets_of(db, [product_id], window)).get(product_id, [])
    variants: Sequence[VariantSheetRow] = [placed.row for placed in found[:VARIANTS]]
    ids = [variant.id for variant in variants]
    prices = await prices_of(db, ids) if visit.may("prices.read") else []
    levels = await stock_levels(db, ids) if visit.may("stock.read") else []
    return {
        "variants": variants,
        "bundles": await bundles_shown(visit, variants, typed),
        "price_lists": await price_lists(db) if visit.may("prices.read") else [],
        "locations": await locations(db) if visit.may("stock.read") else [],
        "prices": {(row.variant_id, row.price_list_id): row for row in prices},
        "lowest": await lowest_prices(db, ids, visit.ctx.now()) if visit.may("prices.read") else {},
        "levels": {(row.variant_id, row.location_id): row for row in levels},
        "low": LOW,
        "first_variants": visit.link(after=None) if after else None,
        "more_variants": visit.link(after=write_cursor(*found[VARIANTS - 1].place)) if len(found) > VARIANTS else None,
    }


async def _histories(visit: Visit, product_id: int) -> dict[str, Any]:
    """The latest prices and movements, as far as this person may see them."""
    db = visit.ctx.db
    prices = await price_log(db, product_id, size=LATEST) if visit.may("prices.read") else None
    moves = await product_movements(db, product_id, size=LATEST) if visit.may("stock.read") else None
    return {
        "price_log": prices,
        "movements": moves,
        "actors": await actor_names(visit, (row.actor for row in (*(prices or ()), *(moves or ())))),
    }


async def _coverage(visit: Visit, product: ProductSheetRow, options: Sequence[OptionSheetRow]) -> list[Coverage]:
    """For each other language the shop speaks, how many of the product's texts are there in it."""
    atlas = await visit.site.markets.atlas()
    spoken = sorted({language for _, language in atlas.languages} - {atlas.profile.language})
    rows = await translated_of(visit.ctx.db, product.id)
    written = [name for name in TEXTS if getattr(product, name)]
    named = _named(options)
    texts = len(written) + len(named) + sum(len(option.values) for option in options if option.name in named)
    return [Coverage(language, min(_done(rows, language, written), texts), texts) for language in spoken]


def _named(options: Sequence[OptionSheetRow]) -> set[str]:
    """The options people see: not the one that stands for none."""
    return {option.name for option in options} - {"Title"} if len(options) == 1 else {option.name for option in options}


def _done(rows: Sequence[TranslatedRow], language: str, written: Sequence[str]) -> int:
    here = [row for row in rows if row.language == language]
    own = sum(row.texts for row in here if row.owner_type == "Product" and row.field in written)
    return own + sum(row.texts for row in here if row.owner_type != "Product" and row.field == "name")
