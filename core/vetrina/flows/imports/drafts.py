"""From a source's draft to a product of this shop: its prices' lists, its publication, its identity."""

from collections.abc import Sequence
from hashlib import blake2b

import msgspec

from vetrina.flows.catalog.inputs import NewProduct, NewVariant
from vetrina.flows.prices import NewPrice, PriceBook
from vetrina.kernel.errors import Refusal
from vetrina.shop.catalog.ports import MetafieldDraft, PriceDraft, ProductDraft, RowProblem, VariantDraft
from vetrina.shop.catalog.rules import ImageSheet, Text, slug
from vetrina.shop.metafields.rules import Entry
from vetrina.vocabulary import LARGEST_QUANTITY, ProductStatus

WRITING = b"1"
"""Changes when the importer writes the same draft differently: products are then updated by the next run."""


class Sourced(msgspec.Struct, frozen=True):
    """A draft with its identity in the shop, and a digest of what it says here."""

    draft: ProductDraft
    source_key: str
    digest: str


def sourced(draft: ProductDraft, source: str, book: PriceBook) -> Sourced:
    """Name a draft. The digest leaves out where it stood, and changes when a price finds a list it had none in."""
    said = msgspec.json.encode(msgspec.structs.replace(draft, first_row=0))
    lists = sorted({book.list_of(price.currency) for price in known_prices(draft, book)})
    digest = blake2b(said + repr(lists).encode() + WRITING, digest_size=16).hexdigest()
    return Sourced(draft, f"{source}:{draft.source_key}", digest)


def new_product(entry: Sourced, book: PriceBook) -> NewProduct:
    """The product a draft describes. One without any price the shop could take is a draft here too."""
    draft = entry.draft
    is_on_sale = draft.published and bool(known_prices(draft, book))
    return NewProduct(
        title=draft.title,
        handle=slug(draft.handle, "product") if draft.handle else None,
        description_html=draft.description_html,
        vendor=draft.vendor,
        product_type=draft.product_type,
        status=ProductStatus.ACTIVE if is_on_sale else ProductStatus.DRAFT,
        seo_title=draft.seo_title,
        seo_description=draft.seo_description,
        tags=draft.tags,
        variants=tuple(_new_variant(variant, book) for variant in draft.variants),
        images=tuple(ImageSheet(url=image.url, alt=image.alt) for image in draft.images),
        texts=tuple(Text(text.language, text.field, text.value) for text in draft.translations),
        metafields=_entries(draft.metafields),
        source_key=entry.source_key,
        source_digest=entry.digest,
    )


def known_prices(draft: ProductDraft, book: PriceBook) -> list[PriceDraft]:
    """The draft's prices in currencies the shop has a list for."""
    return [price for variant in draft.variants for price in variant.prices if _is_known(price, book)]


def foreign_currencies(draft: ProductDraft, book: PriceBook) -> list[str]:
    """The currency of every price the shop has no list for."""
    prices = [price for variant in draft.variants for price in variant.prices]
    return [price.currency for price in prices if price.currency is not None and not _is_known(price, book)]


def problem_of(draft: ProductDraft, refusal: Refusal) -> RowProblem:
    """A refusal as a problem of the row the product begins in."""
    field = ".".join(refusal.field) if refusal.field else None
    return RowProblem(row=draft.first_row, field=field, code=refusal.code, message=refusal.message)


def _new_variant(variant: VariantDraft, book: PriceBook) -> NewVariant:
    return NewVariant(
        options=variant.options,
        sku=variant.sku,
        barcode=variant.barcode,
        image=variant.image,
        weight=variant.weight,
        length=variant.length,
        width=variant.width,
        height=variant.height,
        requires_shipping=variant.requires_shipping,
        is_taxable=variant.taxable,
        prices=tuple(_new_price(price) for price in variant.prices if _is_known(price, book)),
        stock=variant.stock,
        backorder_limit=LARGEST_QUANTITY if variant.backorder else 0,
        metafields=_entries(variant.metafields),
    )


def _new_price(price: PriceDraft) -> NewPrice:
    compare_at = None if price.compare_at is None else f"{price.compare_at:f}"
    return NewPrice(amount=f"{price.amount:f}", compare_at=compare_at, currency=price.currency)


def _entries(drafts: Sequence[MetafieldDraft]) -> tuple[Entry, ...]:
    return tuple(
        Entry(namespace=draft.namespace, key=draft.key, type=draft.type, value=draft.value) for draft in drafts
    )


def _is_known(price: PriceDraft, book: PriceBook) -> bool:
    return price.currency is None or price.currency in book.first_of
