"""Tables: product, option and value, variant, component, media, collection, tag, translation, search term and word."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from vetrina.kernel.db import Model


class Product(Model):
    """What is sold, in one or several variants. Texts are in the shop's default language."""

    __tablename__ = "catalog_product"

    id: Mapped[int] = mapped_column(primary_key=True)
    handle: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    description_html: Mapped[str]
    vendor: Mapped[str]
    product_type: Mapped[str]
    status: Mapped[str]
    is_gift_card: Mapped[bool]
    seo_title: Mapped[str | None]
    seo_description: Mapped[str | None]
    source_key: Mapped[str | None] = mapped_column(unique=True)
    """Identity in the catalogue it was imported from; makes imports repeatable."""
    source_digest: Mapped[str | None]
    """What the source said when it was last imported, as a digest: an unchanged source changes nothing here."""
    selling_rank: Mapped[int] = mapped_column(server_default=text("0"))
    """Minus the pieces sold lately: in rising order best sellers come first."""
    published_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("status IN ('active', 'draft', 'archived')", name="status_known"),
        Index("ix_catalog_product_on_sale", "status", "published_at", "id"),
        Index("ix_catalog_product_title", "title", "id"),
        Index("ix_catalog_product_vendor", "vendor", "id"),
        Index("ix_catalog_product_product_type", "product_type", "id"),
        Index("ix_catalog_product_created_at", "created_at", "id"),
        Index("ix_catalog_product_updated_at", "updated_at", "id"),
        Index("ix_catalog_product_selling_rank", "selling_rank", "id"),
    )


class ProductTag(Model):
    """A free word on a product, in the order the staff wrote them."""

    __tablename__ = "catalog_product_tag"

    product_id: Mapped[int] = mapped_column(ForeignKey("catalog_product.id", ondelete="CASCADE"), primary_key=True)
    tag: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]

    __table_args__ = (Index("ix_catalog_product_tag_tag", "tag", "product_id"),)


class Option(Model):
    """A way in which a product's variants differ, such as Size; at most three per product."""

    __tablename__ = "catalog_option"

    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("catalog_product.id", ondelete="CASCADE"))
    name: Mapped[str]
    position: Mapped[int]

    __table_args__ = (UniqueConstraint("product_id", "name"), UniqueConstraint("product_id", "position"))


class OptionValue(Model):
    """One choice of an option, such as 500 g."""

    __tablename__ = "catalog_option_value"

    id: Mapped[int] = mapped_column(primary_key=True)
    option_id: Mapped[int] = mapped_column(ForeignKey("catalog_option.id", ondelete="CASCADE"))
    name: Mapped[str]
    position: Mapped[int]
    swatch: Mapped[str | None]
    """A colour as #RRGGBB."""

    __table_args__ = (UniqueConstraint("option_id", "name"),)


class Variant(Model):
    """What a buyer puts in the cart. Weight in grams, lengths in millimetres."""

    __tablename__ = "catalog_variant"

    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("catalog_product.id"))
    title: Mapped[str]
    option_key: Mapped[str]
    """Ids of its option values in option order, joined by dashes: what makes a combination unique."""
    position: Mapped[int]
    sku: Mapped[str | None]
    barcode: Mapped[str | None]
    image_id: Mapped[int | None] = mapped_column(ForeignKey("catalog_media.id"))
    weight: Mapped[int | None]
    length: Mapped[int | None]
    width: Mapped[int | None]
    height: Mapped[int | None]
    measure: Mapped[dict[str, Any] | None]
    """vocabulary.UnitMeasure: how much a piece holds, where its unit price is to be told."""
    requires_shipping: Mapped[bool]
    is_taxable: Mapped[bool]
    tax_class: Mapped[str]
    quantity_minimum: Mapped[int]
    quantity_increment: Mapped[int]
    quantity_maximum: Mapped[int | None]
    is_bundle: Mapped[bool] = mapped_column(server_default=text("false"))
    """Made of other variants, its components: it has no stock but theirs."""
    archived_at: Mapped[datetime | None]
    """Taken off sale for good; kept because carts and orders name it."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("quantity_minimum >= 1 AND quantity_increment >= 1", name="quantity_rule"),
        CheckConstraint("weight IS NULL OR weight >= 0", name="weight"),
        Index("ix_catalog_variant_product_id", "product_id", "position"),
        Index("ix_catalog_variant_sku", "sku"),
        Index(
            "uq_catalog_variant_options",
            "product_id",
            "option_key",
            unique=True,
            postgresql_where=text("archived_at IS NULL"),
            sqlite_where=text("archived_at IS NULL"),
        ),
    )


class VariantComponent(Model):
    """So many pieces of one variant in another that is a bundle. Bundles are not nested."""

    __tablename__ = "catalog_variant_component"

    bundle_id: Mapped[int] = mapped_column(ForeignKey("catalog_variant.id", ondelete="CASCADE"), primary_key=True)
    component_id: Mapped[int] = mapped_column(ForeignKey("catalog_variant.id"), primary_key=True)
    quantity: Mapped[int]
    position: Mapped[int]

    __table_args__ = (
        CheckConstraint("quantity >= 1", name="quantity"),
        CheckConstraint("bundle_id <> component_id", name="not_itself"),
        Index("ix_catalog_variant_component_component_id", "component_id", "bundle_id"),
    )


class VariantValue(Model):
    """Which option values a variant has; what filters and look-ups by options join."""

    __tablename__ = "catalog_variant_value"

    variant_id: Mapped[int] = mapped_column(ForeignKey("catalog_variant.id", ondelete="CASCADE"), primary_key=True)
    value_id: Mapped[int] = mapped_column(ForeignKey("catalog_option_value.id"), primary_key=True)

    __table_args__ = (Index("ix_catalog_variant_value_value_id", "value_id"),)


class Media(Model):
    """Something to look at, by its address: absolute, or relative to the shop's own media."""

    __tablename__ = "catalog_media"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    url: Mapped[str]
    alt: Mapped[str | None]
    width: Mapped[int | None]
    height: Mapped[int | None]
    """Pixels, as it is shown."""
    thumbhash: Mapped[str | None]
    """A picture in some 25 bytes, in base64: what is shown until it has arrived."""
    mime_type: Mapped[str | None]
    size: Mapped[int | None]
    """Bytes."""
    preview_id: Mapped[int | None] = mapped_column(ForeignKey("catalog_media.id"))
    """The picture that stands for what is none."""
    created_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("kind IN ('image', 'video', 'external_video', 'model_3d', 'file')", name="kind_known"),
        Index("ix_catalog_media_url", "url"),
    )


class ProductMedia(Model):
    """What a product shows, in order; the first picture is the featured one."""

    __tablename__ = "catalog_product_media"

    product_id: Mapped[int] = mapped_column(ForeignKey("catalog_product.id", ondelete="CASCADE"), primary_key=True)
    media_id: Mapped[int] = mapped_column(ForeignKey("catalog_media.id"), primary_key=True)
    position: Mapped[int]
    is_picture: Mapped[bool]
    """Whether its kind is image: written here too, so that a product's first picture is found without a join."""


class Collection(Model):
    """Products shown together, in an order the staff chose."""

    __tablename__ = "catalog_collection"

    id: Mapped[int] = mapped_column(primary_key=True)
    handle: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    description_html: Mapped[str]
    seo_title: Mapped[str | None]
    seo_description: Mapped[str | None]
    image_id: Mapped[int | None] = mapped_column(ForeignKey("catalog_media.id"))
    published_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class CollectionProduct(Model):
    """A product's place in a collection."""

    __tablename__ = "catalog_collection_product"

    collection_id: Mapped[int] = mapped_column(
        ForeignKey("catalog_collection.id", ondelete="CASCADE"), primary_key=True
    )
    product_id: Mapped[int] = mapped_column(ForeignKey("catalog_product.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int]

    __table_args__ = (
        Index("ix_catalog_collection_product_order", "collection_id", "position", "product_id"),
        Index("ix_catalog_collection_product_product_id", "product_id"),
    )


class Translation(Model):
    """One text of a product, option, value or collection in another language (ISO 639-1, lower case)."""

    __tablename__ = "catalog_translation"

    owner_type: Mapped[str] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    field: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]

    __table_args__ = (
        Index("ix_catalog_translation_lookup", "owner_type", "language", "owner_id"),
        Index(
            "ix_catalog_translation_handle",
            "owner_type",
            "language",
            "value",
            postgresql_where=text("field = 'handle'"),
            sqlite_where=text("field = 'handle'"),
        ),
    )


class SearchTerm(Model):
    """An inverted index: a product's words, folded (lower case, no accents), with how much each weighs."""

    __tablename__ = "catalog_search_term"

    language: Mapped[str] = mapped_column(primary_key=True)
    term: Mapped[str] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("catalog_product.id", ondelete="CASCADE"), primary_key=True)
    stem: Mapped[str]
    """The word without its ending, in this language: what other forms of it have too."""
    weight: Mapped[int]

    __table_args__ = (
        Index("ix_catalog_search_term_product_id", "product_id"),
        Index("ix_catalog_search_term_stem", "language", "stem", "product_id"),
    )


class SearchWord(Model):
    """A word that some product's index has, or had; each stands here once. What may be meant by a mistyped one."""

    __tablename__ = "catalog_search_word"

    language: Mapped[str] = mapped_column(primary_key=True)
    word: Mapped[str] = mapped_column(primary_key=True)


class SearchPiece(Model):
    """The pieces of those words, by which the ones near a mistyped word are found."""

    __tablename__ = "catalog_search_piece"

    language: Mapped[str] = mapped_column(primary_key=True)
    piece: Mapped[str] = mapped_column(primary_key=True)
    """With the word's length and the piece's place in it, as in 9.2.ti."""
    word: Mapped[str] = mapped_column(primary_key=True)
