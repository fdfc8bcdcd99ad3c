"""What comes in about products, and how it becomes what the flows take."""

from typing import Any

import strawberry
from msgspec import UNSET, UnsetType

from vetrina.flows.catalog import (
    ImageSheet,
    NewPrice,
    NewProduct,
    NewVariant,
    OptionSheet,
    ProductChanges,
    ValueSheet,
)
from vetrina.graphql.scalars import HTML, URL, Decimal
from vetrina.vocabulary import ProductStatus as Status
from vetrina_admin.api.products import ProductStatus


@strawberry.input(description="A picture by its address.")
class ImageInput:
    url: URL
    alt: str | None = None


@strawberry.input(description="One choice of an option.")
class OptionValueInput:
    name: str
    swatch: str | None = strawberry.field(default=None, description="A colour as #RRGGBB.")


@strawberry.input(description="A way in which the product's variants differ.")
class OptionInput:
    name: str
    values: list[OptionValueInput]


@strawberry.input(description="What a variant has of an option.")
class ChosenOptionInput:
    name: str
    value: str


@strawberry.input(description="A price in major units, such as 12.50.")
class PriceInput:
    amount: Decimal
    compare_at: Decimal | None = None
    currency_code: str | None = strawberry.field(
        default=None, description="ISO 4217: which list is meant. The default market's if left out."
    )


@strawberry.input(description="One sellable variant.")
class VariantInput:
    options: list[ChosenOptionInput] = strawberry.field(default_factory=list)
    prices: list[PriceInput] = strawberry.field(default_factory=list)
    stock: int | None = strawberry.field(
        default=None, description="Pieces on hand at the first location; none: the stock is not counted."
    )
    sku: str | None = None
    barcode: str | None = None
    weight: int | None = strawberry.field(default=None, description="In grams.")
    requires_shipping: bool = True
    is_taxable: bool = True


@strawberry.input(description="A product to create, whole.")
class ProductCreateInput:
    title: str
    handle: str | None = strawberry.field(default=None, description="Made from the title if left out.")
    description_html: HTML = HTML("")
    vendor: str = ""
    product_type: str = ""
    status: ProductStatus = strawberry.field(
        default=ProductStatus.DRAFT, description="Active products are on sale at once."
    )
    seo_title: str | None = None
    seo_description: str | None = None
    tags: list[str] = strawberry.field(default_factory=list)
    images: list[ImageInput] = strawberry.field(default_factory=list)
    options: list[OptionInput] = strawberry.field(default_factory=list)
    variants: list[VariantInput] = strawberry.field(
        default_factory=list, description="One without options if left out."
    )


@strawberry.input(description="What to write anew on a product; what is left out stays.")
class ProductUpdateInput:
    title: str | None = strawberry.UNSET
    handle: str | None = strawberry.UNSET
    description_html: HTML | None = strawberry.UNSET
    vendor: str | None = strawberry.UNSET
    product_type: str | None = strawberry.UNSET
    seo_title: str | None = strawberry.UNSET
    seo_description: str | None = strawberry.UNSET
    tags: list[str] | None = strawberry.UNSET
    images: list[ImageInput] | None = strawberry.UNSET


def new_product(given: ProductCreateInput) -> NewProduct:
    """The input as create_product takes it."""
    return NewProduct(
        title=given.title,
        handle=given.handle,
        description_html=given.description_html,
        vendor=given.vendor,
        product_type=given.product_type,
        status=Status(given.status.value),
        seo_title=given.seo_title,
        seo_description=given.seo_description,
        tags=tuple(given.tags),
        images=_images(given.images),
        options=tuple(
            OptionSheet(
                name=option.name,
                values=tuple(ValueSheet(name=value.name, swatch=value.swatch) for value in option.values),
            )
            for option in given.options
        ),
        variants=tuple(map(_variant, given.variants)) or (NewVariant(),),
    )


def product_changes(given: ProductUpdateInput) -> ProductChanges:
    """The input as edit_product takes it: left out stays, null empties."""
    tags, images = _kept(given.tags), _kept(given.images)
    return ProductChanges(
        title=_text(given.title),
        handle=_text(given.handle),
        description_html=_text(given.description_html),
        vendor=_text(given.vendor),
        product_type=_text(given.product_type),
        seo_title=_kept(given.seo_title),
        seo_description=_kept(given.seo_description),
        tags=UNSET if tags is UNSET else tuple(tags or ()),
        images=UNSET if images is UNSET else _images(images or ()),
    )


def _variant(given: VariantInput) -> NewVariant:
    return NewVariant(
        options=tuple((option.name, option.value) for option in given.options),
        prices=tuple(
            NewPrice(amount=price.amount, compare_at=price.compare_at, currency=price.currency_code)
            for price in given.prices
        ),
        stock=given.stock,
        sku=given.sku,
        barcode=given.barcode,
        weight=given.weight,
        requires_shipping=given.requires_shipping,
        is_taxable=given.is_taxable,
    )


def _images(given: Any) -> tuple[ImageSheet, ...]:
    return tuple(ImageSheet(url=image.url, alt=image.alt) for image in given)


def _kept(value: Any) -> Any:
    """What the wire leaves out, in the words of the flows."""
    return UNSET if value is strawberry.UNSET else value


def _text(value: str | None) -> str | UnsetType:
    """A text that cannot be missing: null empties it."""
    kept = _kept(value)
    return "" if kept is None else kept
