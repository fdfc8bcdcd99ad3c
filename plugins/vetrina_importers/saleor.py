"""The Django fixture of a Saleor shop: products, variants and their listings per channel, joined from flat records."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import msgspec

from vetrina.ports import (
    CatalogueFormat,
    ImageDraft,
    MetafieldDraft,
    PriceDraft,
    ProductDraft,
    RowProblem,
    VariantDraft,
)
from vetrina_importers.calendar_days import utc_today
from vetrina_importers.checks import is_priced, metafield, settled
from vetrina_importers.editorjs import blocks_html
from vetrina_importers.markup import paragraphs
from vetrina_importers.quantities import Cell, amount, pieces, weight
from vetrina_importers.saleor_catalogue import (
    Catalogue,
    collection_titles,
    described_by,
    joined,
    option_attributes,
    product_variants,
    value_names,
)
from vetrina_importers.saleor_fixture import Fixture, all_of, line_of, load
from vetrina_importers.saleor_records import (
    Attribute,
    AttributeValue,
    Key,
    Media,
    Price,
    Product,
    ProductType,
    Stock,
    Variant,
)

FILE = "populatedb_data.json"
# One JSON document cannot be read in pieces: its size is what bounds the memory.
SIZE_LIMIT = 128 << 20
HEAD = 256 << 10
_PRODUCT_RECORD = re.compile(rb'"model"\s*:\s*"product\.(?:product|producttype|category|productvariant)"')


class SaleorFixture(CatalogueFormat):
    """Rows are the lines of the file on which a record begins."""

    title = "Saleor fixture"

    def __init__(self, today: Callable[[], date] = utc_today) -> None:
        self._today = today

    def recognises(self, path: Path) -> bool:
        try:
            with _fixture(path).open("rb") as file:
                head = file.read(HEAD)
        except OSError:
            return False
        return head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"[") and _PRODUCT_RECORD.search(head) is not None

    def read(self, path: Path) -> Iterator[ProductDraft | RowProblem]:
        fixture = _fixture(path)
        if fixture.stat().st_size > SIZE_LIMIT:
            message = f"The file is larger than {SIZE_LIMIT >> 20} MB; export the products in several files."
            yield RowProblem(row=1, field=None, code="FILE_TOO_LARGE", message=message)
            return
        try:
            for found in load(fixture.read_bytes().removeprefix(b"\xef\xbb\xbf")):
                yield from _all_drafts(found, self._today()) if isinstance(found, Fixture) else [found]
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            message = "The file is not a fixture: a JSON list of records is needed."
            yield RowProblem(row=1, field=None, code="JSON_INVALID", message=message)


def _fixture(path: Path) -> Path:
    return path / FILE if path.is_dir() else path


def _all_drafts(fixture: Fixture, today: date) -> Iterator[ProductDraft | RowProblem]:
    catalogue = joined(fixture)
    products = all_of(fixture, Product)
    slugs: dict[str, list[Key]] = {}
    for key, product in products.items():
        slugs.setdefault(product.slug.casefold(), []).append(key)
    for key, product in products.items():
        row = line_of(fixture, Product, key)
        if product.slug and len(slugs[product.slug.casefold()]) > 1:
            message = f"Two products are called {product.slug[:80]}; rename one."
            yield RowProblem(row=row, field="slug", code="HANDLE_REPEATED", message=message)
        else:
            yield from _drafts(catalogue, key, product, row, today)
    for key, variant in all_of(fixture, Variant).items():
        if variant.product not in products:
            message = f"The product {str(variant.product)[:80]} of this variant is not in the file."
            yield RowProblem(
                row=line_of(fixture, Variant, key), field="product", code="PRODUCT_MISSING", message=message
            )


def _drafts(
    catalogue: Catalogue, key: Key, product: Product, row: int, today: date
) -> Iterator[ProductDraft | RowProblem]:
    fixture = catalogue.fixture
    pairs = product_variants(catalogue, key)
    problems = [*fixture.of_product.get(key, ()), *(one for at, _ in pairs for one in fixture.of_variant.get(at, ()))]
    kind = catalogue.types.get(product.product_type, ProductType())
    is_gift_card = kind.kind == "gift_card"
    variants = tuple(_variant(catalogue, at, variant, product, kind, problems) for at, variant in pairs)
    described = described_by(catalogue, key)
    brands = (value.name for attribute, values in described if attribute.slug == "brand" for value in values)
    draft = ProductDraft(
        source_key=str(key),
        first_row=row,
        title=product.name.strip(),
        variants=_named(variants, [variant.name for _, variant in pairs]),
        handle=product.slug or None,
        description_html=blocks_html(product.description) or paragraphs(product.description_plaintext or ""),
        vendor=next(brands, ""),
        product_type=kind.name,
        tags=("gift-card",) if is_gift_card else (),
        collections=collection_titles(catalogue, key, product.category),
        # Sold as an ordinary product a gift card takes money and gives no code: a person publishes it, knowingly.
        published=_is_published(catalogue, key, today) and is_priced(variants) and not is_gift_card,
        seo_title=product.seo_title or None,
        seo_description=product.seo_description or None,
        images=_images(catalogue, key),
        metafields=tuple(_metafield(*pair) for pair in described if pair[0].slug != "brand"),
    )
    yield from settled(draft, [line_of(fixture, Variant, at) for at, _ in pairs], problems)


def _named(variants: tuple[VariantDraft, ...], names: list[str]) -> tuple[VariantDraft, ...]:
    """Variants no attribute tells apart are told apart by their names, as the shop itself shows them."""
    if len(variants) < 2 or any(variant.options for variant in variants):
        return variants
    named = zip(variants, names, strict=True)
    return tuple(msgspec.structs.replace(variant, options=(("Variant", name),)) for variant, name in named)


def _variant(
    catalogue: Catalogue, key: Key, variant: Variant, product: Product, kind: ProductType, problems: list[RowProblem]
) -> VariantDraft:
    values = value_names(catalogue, key)
    attributes = option_attributes(catalogue, product.product_type)
    row = line_of(catalogue.fixture, Variant, key)
    number, _, unit = (variant.weight or product.weight or kind.weight or "").partition(":")
    return VariantDraft(
        options=tuple((name, values.get(attribute, "")) for attribute, name in attributes),
        sku=variant.sku or None,
        prices=_prices(catalogue, key, problems),
        stock=_stock(catalogue, key, problems) if variant.track_inventory else None,
        backorder=variant.is_preorder,
        weight=weight(Cell(text=number, row=row, field="weight"), unit or "kg", problems),
        image=_variant_image(catalogue, key),
        requires_shipping=kind.is_shipping_required,
    )


def _prices(catalogue: Catalogue, key: Key, problems: list[RowProblem]) -> tuple[PriceDraft, ...]:
    """One per currency. Where two channels share a currency, the one created first has the say."""
    prices: dict[str, PriceDraft] = {}
    for at, price in sorted(catalogue.prices.get(key, []), key=lambda pair: str(pair[1].channel).zfill(20)):
        row = line_of(catalogue.fixture, Price, at)
        written = "" if price.price_amount is None else str(price.price_amount)
        value = amount(Cell(text=written, row=row, field="price_amount"), problems)
        if not (price.currency.isascii() and price.currency.isalpha() and len(price.currency) == 3):
            message = "The price needs the three letters of a currency, as in EUR."
            problems.append(RowProblem(row=row, field="currency", code="CURRENCY_INVALID", message=message))
        elif value is not None:
            prices.setdefault(price.currency.upper(), PriceDraft(currency=price.currency.upper(), amount=value))
    return tuple(prices.values())


def _stock(catalogue: Catalogue, key: Key, problems: list[RowProblem]) -> int:
    """The pieces in all warehouses; tracked but in none is 0."""
    counted = 0
    for at, stock in catalogue.stocks.get(key, []):
        written = "" if stock.quantity is None else str(stock.quantity)
        place = Cell(text=written, row=line_of(catalogue.fixture, Stock, at), field="quantity")
        counted += pieces(place, problems) or 0
    return counted


def _is_published(catalogue: Catalogue, key: Key, today: date) -> bool:
    """Published in one open channel is published: the draft knows no channels."""
    for _, listing in catalogue.listings.get(key, []):
        channel = catalogue.channels.get(listing.channel)
        is_open = channel is None or channel.is_active
        if is_open and listing.is_published and (listing.published_at or "")[:10] <= today.isoformat():
            return True
    return False


def _images(catalogue: Catalogue, key: Key) -> tuple[ImageDraft, ...]:
    pictures = sorted(catalogue.pictures.get(key, []), key=lambda pair: pair[1].sort_order or 0)
    found = {url: ImageDraft(url=url, alt=one.alt or None) for _, one in pictures if (url := _url(one))}
    return tuple(found.values())


def _url(media: Media) -> str:
    """A film's page is no picture."""
    return (media.image or media.external_url or "") if media.type == "IMAGE" else ""


def _variant_image(catalogue: Catalogue, key: Key) -> str | None:
    chosen = (catalogue.media.get(one.media) for _, one in catalogue.variant_pictures.get(key, []))
    return next((url for media in chosen if media is not None and (url := _url(media))), None)


def _metafield(attribute: Attribute, values: list[AttributeValue]) -> MetafieldDraft:
    key = attribute.slug.replace("-", "_")
    if attribute.input_type == "boolean" and values[0].boolean is not None:
        written = "true" if values[0].boolean else "false"
        return MetafieldDraft(namespace="attributes", key=key, type="boolean", value=written)
    if len(values) > 1:
        names = json.dumps([value.name for value in values], ensure_ascii=False)
        return MetafieldDraft(namespace="attributes", key=key, type="list.single_line_text_field", value=names)
    return metafield("attributes", key, values[0].name)
