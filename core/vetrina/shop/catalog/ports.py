"""CatalogueFormat: a reader of somebody else's catalogue, and the neutral drafts it yields; SearchIndex: a finder."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import ClassVar, Protocol

import msgspec

from vetrina.kernel.context import Context
from vetrina.kernel.registry import Policy
from vetrina.vocabulary import RowProblem


class PriceDraft(msgspec.Struct, frozen=True, kw_only=True):
    """One price as the source wrote it. Amounts are in major units, exactly as read."""

    currency: str | None
    """ISO 4217 code, or None where the source names none: the importing shop's own currency is meant."""
    amount: Decimal
    compare_at: Decimal | None = None


class ImageDraft(msgspec.Struct, frozen=True, kw_only=True):
    """A picture by its address or file name in the source; the importer stores it as given and fetches nothing."""

    url: str
    alt: str | None = None


class MetafieldDraft(msgspec.Struct, frozen=True, kw_only=True):
    """A typed extra value: type is one of the contract's metafield types, such as number_decimal."""

    namespace: str
    key: str
    type: str
    value: str


class TranslationDraft(msgspec.Struct, frozen=True, kw_only=True):
    """A text of the product in another language: field is title, description_html, seo_title or seo_description."""

    language: str
    """ISO 639-1 code in lower case."""
    field: str
    value: str


class VariantDraft(msgspec.Struct, frozen=True, kw_only=True):
    """One sellable variant. Weight in grams, lengths in millimetres."""

    options: tuple[tuple[str, str], ...] = ()
    """Pairs of option name and value, in the product's option order; empty for a product without options."""
    sku: str | None = None
    barcode: str | None = None
    prices: tuple[PriceDraft, ...] = ()
    stock: int | None = None
    """Pieces on hand, or None where the source does not track stock."""
    backorder: bool = False
    weight: int | None = None
    length: int | None = None
    width: int | None = None
    height: int | None = None
    image: str | None = None
    """The url of one of the product's images."""
    requires_shipping: bool = True
    taxable: bool = True
    metafields: tuple[MetafieldDraft, ...] = ()


class ProductDraft(msgspec.Struct, frozen=True, kw_only=True):
    """A whole product as one source describes it, before the shop's own checks."""

    source_key: str
    """Stable identity within the source: what makes a second run update instead of add."""
    first_row: int
    """Where the product begins in the source, counted as a person sees it: a CSV header is row 1."""
    title: str
    variants: tuple[VariantDraft, ...]
    handle: str | None = None
    description_html: str = ""
    vendor: str = ""
    product_type: str = ""
    tags: tuple[str, ...] = ()
    collections: tuple[str, ...] = ()
    """Titles of the collections it belongs to."""
    published: bool = True
    seo_title: str | None = None
    seo_description: str | None = None
    images: tuple[ImageDraft, ...] = ()
    metafields: tuple[MetafieldDraft, ...] = ()
    translations: tuple[TranslationDraft, ...] = ()


class CatalogueFormat(Protocol):
    """Reads one kind of catalogue file. Failure policy: required; a reader that raises stops its import."""

    policy: ClassVar[Policy] = Policy("required", 3_600.0)
    title: str

    def recognises(self, path: Path) -> bool:
        """Tell from the file's beginning (or its folder's files) whether this reader understands it."""
        ...

    def read(self, path: Path) -> Iterator[ProductDraft | RowProblem]:
        """Yield each product once, or the problem that kept it out; memory stays bounded by one product."""
        ...


class SoughtProducts(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody looks for. All words are wanted; with `is_open` the last may be the beginning of one."""

    words: str
    languages: tuple[str, ...]
    """ISO 639-1: the buyer's, then the shop's own if it is another one. Texts are looked for in both."""
    is_open: bool
    most: int
    """How many ids are wanted at most."""


class FoundProducts(msgspec.Struct, frozen=True, kw_only=True):
    """Ids of products, best first. They need not be on sale: the core leaves out what is not, here and now."""

    ids: tuple[int, ...]


class SearchIndex(Protocol):
    """Finds products by words in an index of its own, instead of the embedded one.

    Failure policy: optional. If it raises, is too slow or finds nothing that is on sale here, the embedded index
    answers: an outage empties no shop. What the core filters, sorts and counts stays the core's: an index finds words.
    """

    policy: ClassVar[Policy] = Policy("optional", 0.8)

    async def find(self, ctx: Context, sought: SoughtProducts) -> FoundProducts: ...
