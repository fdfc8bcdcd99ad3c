"""What is written on a product's or a collection's sheet: values as they come in, before anything is stored."""

import msgspec
from msgspec import UNSET, UnsetType

from vetrina.vocabulary import ProductStatus, UnitMeasure


class Text(msgspec.Struct, frozen=True):
    """One text in another language than the shop's. Field: title, description_html, name, handle, seo_title or
    seo_description."""

    language: str
    field: str
    value: str


class ImageSheet(msgspec.Struct, frozen=True, kw_only=True):
    """A picture by its address: absolute, or relative to the shop's own media. Sizes in pixels."""

    url: str
    alt: str | None = None
    width: int | None = None
    height: int | None = None


class ValueSheet(msgspec.Struct, frozen=True, kw_only=True):
    """One choice of an option; its swatch is a colour as #RRGGBB."""

    name: str
    swatch: str | None = None
    texts: tuple[Text, ...] = ()


class OptionSheet(msgspec.Struct, frozen=True, kw_only=True):
    """A way in which variants differ, with its choices in the order they are offered."""

    name: str
    values: tuple[ValueSheet, ...] = ()
    texts: tuple[Text, ...] = ()


class VariantSheet(msgspec.Struct, frozen=True, kw_only=True):
    """One sellable variant. Weight in grams, lengths in millimetres."""

    options: tuple[tuple[str, str], ...] = ()
    """Pairs of option name and value; one pair for each option of the product."""
    sku: str | None = None
    barcode: str | None = None
    image: str | None = None
    """The url of one of the product's images."""
    weight: int | None = None
    length: int | None = None
    width: int | None = None
    height: int | None = None
    measure: UnitMeasure | None = None
    """How much a piece holds, where its unit price is to be told."""
    requires_shipping: bool = True
    is_taxable: bool = True
    tax_class: str = "standard"
    quantity_minimum: int = 1
    quantity_increment: int = 1
    quantity_maximum: int | None = None


class ProductSheet(msgspec.Struct, frozen=True, kw_only=True):
    """A whole product. Options left out are read off the variants, in the order they appear."""

    title: str
    handle: str | None = None
    """Made from the title when left out."""
    description_html: str = ""
    vendor: str = ""
    product_type: str = ""
    status: ProductStatus = ProductStatus.ACTIVE
    """Active products are on sale at once."""
    is_gift_card: bool = False
    seo_title: str | None = None
    seo_description: str | None = None
    tags: tuple[str, ...] = ()
    options: tuple[OptionSheet, ...] = ()
    variants: tuple[VariantSheet, ...] = (VariantSheet(),)
    images: tuple[ImageSheet, ...] = ()
    texts: tuple[Text, ...] = ()
    source_key: str | None = None
    source_digest: str | None = None


class ProductChanges(msgspec.Struct, frozen=True, kw_only=True):
    """What to write anew on a product; what is left out stays."""

    title: str | UnsetType = UNSET
    handle: str | UnsetType = UNSET
    description_html: str | UnsetType = UNSET
    vendor: str | UnsetType = UNSET
    product_type: str | UnsetType = UNSET
    is_gift_card: bool | UnsetType = UNSET
    seo_title: str | UnsetType | None = UNSET
    seo_description: str | UnsetType | None = UNSET
    tags: tuple[str, ...] | UnsetType = UNSET
    images: tuple[ImageSheet, ...] | UnsetType = UNSET
    texts: tuple[Text, ...] = ()
    """Texts to set; an empty value takes the translation away."""


class VariantChanges(msgspec.Struct, frozen=True, kw_only=True):
    """What to write anew on a variant; what is left out stays."""

    sku: str | UnsetType | None = UNSET
    barcode: str | UnsetType | None = UNSET
    image: str | UnsetType | None = UNSET
    weight: int | UnsetType | None = UNSET
    length: int | UnsetType | None = UNSET
    width: int | UnsetType | None = UNSET
    height: int | UnsetType | None = UNSET
    measure: UnitMeasure | UnsetType | None = UNSET
    requires_shipping: bool | UnsetType = UNSET
    is_taxable: bool | UnsetType = UNSET
    tax_class: str | UnsetType = UNSET
    quantity_minimum: int | UnsetType = UNSET
    quantity_increment: int | UnsetType = UNSET
    quantity_maximum: int | UnsetType | None = UNSET


class ValueChanges(msgspec.Struct, frozen=True, kw_only=True):
    """What to write anew on an option's value; None stays. An empty swatch takes it away."""

    id: int
    name: str | None = None
    swatch: str | None = None
    texts: tuple[Text, ...] = ()


class OptionChanges(msgspec.Struct, frozen=True, kw_only=True):
    """What to write anew on an option; None stays."""

    name: str | None = None
    values: tuple[ValueChanges, ...] = ()
    texts: tuple[Text, ...] = ()


class CollectionSheet(msgspec.Struct, frozen=True, kw_only=True):
    """Products shown together."""

    title: str
    handle: str | None = None
    description_html: str = ""
    seo_title: str | None = None
    seo_description: str | None = None
    image: ImageSheet | None = None
    is_published: bool = True
    texts: tuple[Text, ...] = ()


class CollectionChanges(msgspec.Struct, frozen=True, kw_only=True):
    """What to write anew on a collection; what is left out stays."""

    title: str | UnsetType = UNSET
    handle: str | UnsetType = UNSET
    description_html: str | UnsetType = UNSET
    seo_title: str | UnsetType | None = UNSET
    seo_description: str | UnsetType | None = UNSET
    image: ImageSheet | UnsetType | None = UNSET
    is_published: bool | UnsetType = UNSET
    texts: tuple[Text, ...] = ()
