"""Write whole new products, many at once: every row is drawn first, then each table is filled in one round trip."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from vetrina.kernel.db import Model, Session
from vetrina.shop.catalog.models import (
    Media,
    Option,
    OptionValue,
    Product,
    ProductMedia,
    ProductTag,
    Translation,
    Variant,
    VariantValue,
)
from vetrina.shop.catalog.rules import ImageSheet, OptionSheet, ProductSheet, Text, VariantSheet, slug, variant_title
from vetrina.shop.catalog.service.files import measure_known
from vetrina.shop.catalog.service.handles import free_handles
from vetrina.shop.catalog.service.texts import reindex
from vetrina.vocabulary import MediaKind, ProductStatus


class Created(msgspec.Struct, frozen=True):
    """What a new product is called now; variants in the order of its sheet."""

    product_id: int
    handle: str
    variant_ids: tuple[int, ...]


Drawn = dict[type[Model], list[dict[str, Any]]]
"""Rows by table, not yet written."""

FILLING = (Media, Product, ProductTag, ProductMedia, Option, OptionValue, Variant, VariantValue, Translation)
"""Tables in an order in which every row finds those it names."""


async def create(session: Session, sheets: Sequence[ProductSheet], *, language: str, at: datetime) -> list[Created]:
    """Write checked sheets as products, with search terms; a handle that is taken gets a number."""
    wanted = [sheet.handle or slug(sheet.title, "product") for sheet in sheets]
    handles = await free_handles(session, Product, wanted)
    product_ids = await session.take_ids(Product, len(sheets))
    created: list[Created] = []
    drawn = empty()
    keys = await take_keys(session, sheets)
    for product_id, handle, sheet in zip(product_ids, handles, sheets, strict=True):
        drawn[Product].append(_product_row(product_id, handle, sheet, at))
        draw_tags(drawn, product_id, sheet.tags)
        draw_texts(drawn, "Product", product_id, sheet.texts)
        media = draw_media(drawn, keys, product_id, sheet.images, at)
        values = draw_options(drawn, keys, product_id, sheet.options)
        variant_ids = draw_variants(drawn, keys, product_id, sheet.variants, values, media, at=at)
        created.append(Created(product_id, handle, variant_ids))
    await measure_known(session, drawn[Media])
    await fill(session, drawn)
    await reindex(session, product_ids, language)
    return created


class Keys(msgspec.Struct):
    """Keys taken beforehand, handed out one after the other."""

    media: list[int]
    options: list[int]
    values: list[int]
    variants: list[int]


async def take_keys(session: Session, sheets: Sequence[ProductSheet]) -> Keys:
    """As many keys as the sheets need, lowest last so that they are popped in order."""

    async def take(model: type[Model], count: int) -> list[int]:
        return (await session.take_ids(model, count))[::-1] if count else []

    return Keys(
        media=await take(Media, sum(len(sheet.images) for sheet in sheets)),
        options=await take(Option, sum(len(sheet.options) for sheet in sheets)),
        values=await take(OptionValue, sum(len(option.values) for sheet in sheets for option in sheet.options)),
        variants=await take(Variant, sum(len(sheet.variants) for sheet in sheets)),
    )


def empty() -> Drawn:
    """No rows yet, for any table."""
    return {model: [] for model in FILLING}


async def fill(session: Session, drawn: Drawn) -> None:
    """Write what was drawn, each table at once."""
    for model in FILLING:
        await session.add_many(model, drawn[model])


def draw_tags(drawn: Drawn, product_id: int, tags: Sequence[str]) -> None:
    """The product's tags in their order."""
    drawn[ProductTag] += [
        {"product_id": product_id, "tag": tag, "position": position} for position, tag in enumerate(tags)
    ]


def draw_texts(drawn: Drawn, owner_type: str, owner_id: int, texts: Sequence[Text]) -> None:
    """The owner's texts in other languages; an empty one is none."""
    drawn[Translation] += [
        {
            "owner_type": owner_type,
            "owner_id": owner_id,
            "language": text.language,
            "field": text.field,
            "value": text.value,
        }
        for text in texts
        if text.value
    ]


def draw_media(drawn: Drawn, keys: Keys, product_id: int, images: Sequence[ImageSheet], at: datetime) -> dict[str, int]:
    """The product's pictures in their order. Returns their keys by address."""
    media = {image.url: keys.media.pop() for image in images}
    drawn[Media] += [media_row(media[image.url], image, at) for image in images]
    drawn[ProductMedia] += [
        {"product_id": product_id, "media_id": media_id, "position": position, "is_picture": True}
        for position, media_id in enumerate(media.values())
    ]
    return media


def media_row(media_id: int, image: ImageSheet, at: datetime) -> dict[str, Any]:
    """A picture as its table holds it."""
    return {
        "id": media_id,
        "kind": MediaKind.IMAGE.value,
        "url": image.url,
        "alt": image.alt,
        "width": image.width,
        "height": image.height,
        "thumbhash": None,
        "mime_type": None,
        "size": None,
        "preview_id": None,
        "created_at": at,
    }


def draw_options(
    drawn: Drawn, keys: Keys, product_id: int, options: Sequence[OptionSheet]
) -> dict[tuple[str, str], int]:
    """The product's options and values. Returns the values' keys by option and value name."""
    values: dict[tuple[str, str], int] = {}
    for position, option in enumerate(options):
        option_id = keys.options.pop()
        drawn[Option].append({"id": option_id, "product_id": product_id, "name": option.name, "position": position})
        draw_texts(drawn, "ProductOption", option_id, option.texts)
        for place, value in enumerate(option.values):
            value_id = values[option.name, value.name] = keys.values.pop()
            drawn[OptionValue].append(
                {"id": value_id, "option_id": option_id, "name": value.name, "position": place, "swatch": value.swatch}
            )
            draw_texts(drawn, "ProductOptionValue", value_id, value.texts)
    return values


def draw_variants(
    drawn: Drawn,
    keys: Keys,
    product_id: int,
    variants: Sequence[VariantSheet],
    values: dict[tuple[str, str], int],
    media: dict[str, int],
    *,
    at: datetime,
    position: int = 0,
) -> tuple[int, ...]:
    """Variants with their values, from a position on. Returns their keys."""
    variant_ids = tuple(keys.variants.pop() for _ in variants)
    for place, (variant_id, variant) in enumerate(zip(variant_ids, variants, strict=True), start=position):
        value_ids = [values[pair] for pair in variant.options]
        drawn[Variant].append(
            {
                "id": variant_id,
                "product_id": product_id,
                "title": variant_title(variant.options),
                "option_key": "-".join(map(str, value_ids)),
                "position": place,
                "image_id": media[variant.image] if variant.image else None,
                "archived_at": None,
                "created_at": at,
                "updated_at": at,
                **variant_values(variant),
            }
        )
        drawn[VariantValue] += [{"variant_id": variant_id, "value_id": value_id} for value_id in value_ids]
    return variant_ids


def variant_values(variant: VariantSheet) -> dict[str, Any]:
    """What a variant's row takes from its sheet as it is."""
    return {
        "sku": variant.sku,
        "barcode": variant.barcode,
        "weight": variant.weight,
        "length": variant.length,
        "width": variant.width,
        "height": variant.height,
        "measure": msgspec.to_builtins(variant.measure),
        "requires_shipping": variant.requires_shipping,
        "is_taxable": variant.is_taxable,
        "tax_class": variant.tax_class,
        "quantity_minimum": variant.quantity_minimum,
        "quantity_increment": variant.quantity_increment,
        "quantity_maximum": variant.quantity_maximum,
    }


def _product_row(product_id: int, handle: str, sheet: ProductSheet, at: datetime) -> dict[str, Any]:
    return {
        "id": product_id,
        "handle": handle,
        "title": sheet.title,
        "description_html": sheet.description_html,
        "vendor": sheet.vendor,
        "product_type": sheet.product_type,
        "status": sheet.status.value,
        "is_gift_card": sheet.is_gift_card,
        "seo_title": sheet.seo_title,
        "seo_description": sheet.seo_description,
        "source_key": sheet.source_key,
        "source_digest": sheet.source_digest,
        "published_at": at if sheet.status is ProductStatus.ACTIVE else None,
        "created_at": at,
        "updated_at": at,
    }
