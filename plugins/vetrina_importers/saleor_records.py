"""The records of a Saleor fixture that describe products, typed leniently: what is wrong is said per product."""

from typing import TypeAlias

import msgspec

Key: TypeAlias = int | str


class Record(msgspec.Struct):
    """One entry of the fixture; its fields are decoded once its model is known to matter."""

    model: str
    pk: Key
    fields: msgspec.Raw


class Product(msgspec.Struct):
    product_type: Key
    name: str = ""
    slug: str = ""
    category: Key | None = None
    description: object = None
    description_plaintext: str | None = None
    seo_title: str | None = None
    seo_description: str | None = None
    weight: str | None = None


class ProductType(msgspec.Struct):
    name: str = ""
    kind: str = "normal"
    is_shipping_required: bool = True
    weight: str | None = None


class Variant(msgspec.Struct):
    product: Key
    sku: str | None = None
    name: str = ""
    sort_order: int | None = None
    track_inventory: bool = True
    is_preorder: bool = False
    weight: str | None = None


class ProductListing(msgspec.Struct):
    product: Key
    channel: Key
    is_published: bool = False
    published_at: str | None = None


class Price(msgspec.Struct):
    variant: Key
    channel: Key
    currency: str = ""
    price_amount: str | float | int | None = None


class Stock(msgspec.Struct):
    product_variant: Key
    quantity: str | float | int | None = None


class Media(msgspec.Struct):
    product: Key | None = None
    sort_order: int | None = None
    image: str | None = None
    external_url: str | None = None
    alt: str = ""
    type: str = "IMAGE"


class VariantMedia(msgspec.Struct):
    variant: Key
    media: Key


class Channel(msgspec.Struct):
    is_active: bool = True


class Category(msgspec.Struct):
    name: str = ""
    parent: Key | None = None


class Collection(msgspec.Struct):
    name: str = ""


class InCollection(msgspec.Struct):
    collection: Key
    product: Key


class Attribute(msgspec.Struct):
    name: str = ""
    slug: str = ""
    input_type: str = "dropdown"


class AttributeValue(msgspec.Struct):
    attribute: Key
    name: str = ""
    boolean: bool | None = None


class SelectedBy(msgspec.Struct):
    """Which attributes tell the variants of a product type apart."""

    attribute: Key
    product_type: Key
    variant_selection: bool = False
    sort_order: int | None = None


class ProductValue(msgspec.Struct):
    product: Key
    value: Key
    sort_order: int | None = None


class VariantAssignment(msgspec.Struct):
    variant: Key
    assignment: Key


class VariantValue(msgspec.Struct):
    assignment: Key
    value: Key
    sort_order: int | None = None


MODELS: tuple[tuple[str, type[msgspec.Struct]], ...] = (
    ("product.product", Product),
    ("product.producttype", ProductType),
    ("product.productvariant", Variant),
    ("product.productchannellisting", ProductListing),
    ("product.productvariantchannellisting", Price),
    ("product.productmedia", Media),
    ("product.variantmedia", VariantMedia),
    ("product.category", Category),
    ("product.collection", Collection),
    ("product.collectionproduct", InCollection),
    ("warehouse.stock", Stock),
    ("channel.channel", Channel),
    ("attribute.attribute", Attribute),
    ("attribute.attributevalue", AttributeValue),
    ("attribute.attributevariant", SelectedBy),
    ("attribute.assignedproductattributevalue", ProductValue),
    ("attribute.assignedvariantattribute", VariantAssignment),
    ("attribute.assignedvariantattributevalue", VariantValue),
)
