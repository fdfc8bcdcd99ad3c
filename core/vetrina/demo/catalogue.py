"""The demo shop's catalogue: products, collections and option words read from the shelves beside this module."""

import tomllib
from collections.abc import Iterator, Mapping
from decimal import Decimal
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

import msgspec

from vetrina.ports import (
    ImageDraft,
    MetafieldDraft,
    PriceDraft,
    ProductDraft,
    TranslationDraft,
    VariantDraft,
)

TRANSLATED_LANGUAGE: Final = "it"

METAFIELD_TYPES: Final[tuple[tuple[str, str], ...]] = (
    ("food.ingredients", "multi_line_text_field"),
    ("food.allergens", "list.single_line_text_field"),
    ("food.origin", "single_line_text_field"),
    ("food.energy_kcal", "number_integer"),
    ("food.storage", "single_line_text_field"),
    ("food.cooking_minutes", "number_integer"),
    ("food.alcohol_percent", "number_decimal"),
    ("care.washing", "single_line_text_field"),
    ("make.material", "single_line_text_field"),
    ("make.made_in", "single_line_text_field"),
)
"""The contract's type of every metafield; energy is in kcal per 100 g, for liquids per 100 ml."""


class CollectionDraft(msgspec.Struct, frozen=True, kw_only=True):
    """One collection of the demo shop; translations name the fields title and description_html."""

    handle: str
    title: str
    description_html: str
    translations: tuple[TranslationDraft, ...]
    picture: str
    """Relative address, as with a product's images: demo/<name>.svg, under the shop's media."""


class OptionTranslation(msgspec.Struct, frozen=True, kw_only=True):
    """An option name and its values in another language; it holds for every product that uses the name."""

    language: str
    """ISO 639-1 code in lower case."""
    name: str
    translated_name: str
    values: tuple[tuple[str, str], ...]
    """Pairs of a value as the drafts write it and its translation."""


def products() -> Iterator[ProductDraft]:
    """Every product in shelf order; prices in major units, weights in grams, first_row counted over all shelves."""
    shelves = _shelves()
    titles = {shelf.collection.handle: shelf.collection.en.title for shelf in shelves}
    row = 0
    for shelf in shelves:
        for product in shelf.products:
            row += 1
            homes = (shelf.collection.handle, *product.also)
            yield _product(product, tuple(titles[home] for home in homes), row)


def bundles() -> Mapping[str, Mapping[str, int]]:
    """What each bundle of the shelves consists of: how many of each, by SKU."""
    variants = (variant for shelf in _shelves() for product in shelf.products for variant in product.variants)
    return {variant.sku: variant.components for variant in variants if variant.components}


def collections() -> tuple[CollectionDraft, ...]:
    """Every collection in shelf order, one for each shelf."""
    return tuple(_collection(shelf.collection) for shelf in _shelves())


def option_translations() -> tuple[OptionTranslation, ...]:
    """The words of every option, one entry for each option name."""
    words = msgspec.convert(tomllib.loads((_folder() / "words.toml").read_text("utf-8")), _Words)
    return tuple(
        OptionTranslation(
            language=TRANSLATED_LANGUAGE,
            name=name,
            translated_name=option.it,
            values=tuple(option.values.items()),
        )
        for name, option in words.options.items()
    )


class _Text(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    title: str
    description_html: str
    seo_title: str | None = None
    seo_description: str | None = None


class _Picture(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    alt: str


class _Variant(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    sku: str
    barcode: str
    price: dict[str, Decimal]
    weight: int
    stock: int | None = None
    components: dict[str, int] = {}
    """Of a bundle: how many of each, by SKU. Its stock is theirs."""
    options: tuple[str, ...] = ()
    compare_at: dict[str, Decimal] = {}
    backorder: bool = False
    picture: str | None = None


class _Product(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    handle: str
    vendor: str
    product_type: str
    tags: tuple[str, ...]
    pictures: tuple[_Picture, ...]
    variants: tuple[_Variant, ...]
    en: _Text
    it: _Text
    metafields: dict[str, dict[str, str | int | float | list[str]]]
    options: tuple[str, ...] = ()
    also: tuple[str, ...] = ()


class _Collection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    handle: str
    picture: str
    en: _Text
    it: _Text


class _Shelf(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    collection: _Collection
    products: tuple[_Product, ...]


class _Option(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    it: str
    values: dict[str, str]


class _Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    options: dict[str, _Option]


def _folder() -> Traversable:
    return files("vetrina.demo") / "shelves"


def _shelves() -> tuple[_Shelf, ...]:
    pages = sorted((page for page in _folder().iterdir() if page.name[:1].isdigit()), key=lambda page: page.name)
    return tuple(msgspec.convert(tomllib.loads(page.read_text("utf-8")), _Shelf) for page in pages)


def _product(product: _Product, homes: tuple[str, ...], row: int) -> ProductDraft:
    return ProductDraft(
        source_key=f"demo:{product.handle}",
        first_row=row,
        title=product.en.title,
        variants=tuple(_variant(variant, product.options) for variant in product.variants),
        handle=product.handle,
        description_html=product.en.description_html,
        vendor=product.vendor,
        product_type=product.product_type,
        tags=product.tags,
        collections=homes,
        seo_title=product.en.seo_title,
        seo_description=product.en.seo_description,
        images=tuple(ImageDraft(url=_address(picture.name), alt=picture.alt) for picture in product.pictures),
        metafields=tuple(_metafields(product.metafields)),
        translations=_translations(product.it),
    )


def _variant(variant: _Variant, names: tuple[str, ...]) -> VariantDraft:
    return VariantDraft(
        options=tuple(zip(names, variant.options, strict=True)),
        sku=variant.sku,
        barcode=variant.barcode,
        prices=tuple(
            PriceDraft(currency=currency, amount=amount, compare_at=variant.compare_at.get(currency))
            for currency, amount in variant.price.items()
        ),
        stock=variant.stock,
        backorder=variant.backorder,
        weight=variant.weight,
        image=_address(variant.picture) if variant.picture else None,
    )


def _metafields(spaces: Mapping[str, Mapping[str, str | int | float | list[str]]]) -> Iterator[MetafieldDraft]:
    types: dict[str, str] = dict(METAFIELD_TYPES)
    for namespace, fields in spaces.items():
        for key, value in fields.items():
            text = msgspec.json.encode(value).decode() if isinstance(value, list) else str(value)
            yield MetafieldDraft(namespace=namespace, key=key, type=types[f"{namespace}.{key}"], value=text)


def _collection(collection: _Collection) -> CollectionDraft:
    return CollectionDraft(
        handle=collection.handle,
        title=collection.en.title,
        description_html=collection.en.description_html,
        translations=_translations(collection.it),
        picture=_address(collection.picture),
    )


def _translations(text: _Text) -> tuple[TranslationDraft, ...]:
    wording = (
        ("title", text.title),
        ("description_html", text.description_html),
        ("seo_title", text.seo_title),
        ("seo_description", text.seo_description),
    )
    return tuple(TranslationDraft(language=TRANSLATED_LANGUAGE, field=f, value=v) for f, v in wording if v is not None)


def _address(picture: str) -> str:
    return f"demo/{picture}.svg"
