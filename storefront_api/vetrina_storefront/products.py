"""Product: what is sold, in one or several variants."""

import strawberry

from vetrina.graphql import batch, read_from
from vetrina.graphql.scalars import HTML, DateTime
from vetrina.views.catalog.products import ProductRow
from vetrina_storefront.choosing import (
    load_adjacent,
    load_availability,
    load_existence,
    load_selected_or_first,
    load_selected_variant,
)
from vetrina_storefront.images import Image, ImageConnection
from vetrina_storefront.interfaces import Node, OnlineStorePublishable, Trackable, load_nothing
from vetrina_storefront.later import later
from vetrina_storefront.media import MediaConnection
from vetrina_storefront.metafields import HasMetafields
from vetrina_storefront.money import MoneyV2
from vetrina_storefront.options import ProductOption
from vetrina_storefront.product_loaders import (
    CountPrecision,
    load_available,
    load_collections,
    load_compare_at_ranges,
    load_featured,
    load_images,
    load_inventory,
    load_media,
    load_options,
    load_price_ranges,
    load_published,
    load_tags,
    load_variant_counts,
    load_variants,
)
from vetrina_storefront.selling_plans import SellingPlanGroupConnection, load_empty
from vetrina_storefront.seo import Seo, load_descriptions, load_seo
from vetrina_storefront.taxonomy import TaxonomyCategory
from vetrina_storefront.variants import (
    ProductVariant,
    ProductVariantConnection,
    load_no,
)


@strawberry.type(description="So many, and how exactly.")
class Count:
    count: int
    precision: CountPrecision


@strawberry.type(description="The least and the most a product's variants cost.")
class ProductPriceRange:
    max_variant_price: MoneyV2
    min_variant_price: MoneyV2


@strawberry.type(description="What is sold, in one or several variants.")
class Product(HasMetafields, Node, OnlineStorePublishable, Trackable):
    adjacent_variants: list[ProductVariant] = batch(load_adjacent)
    available_for_sale: bool = batch(load_available)
    category: TaxonomyCategory | None = batch(load_nothing)
    collections: object = batch(load_collections, graphql_type=later("CollectionConnection", "collections"))
    compare_at_price_range: ProductPriceRange = batch(load_compare_at_ranges)
    created_at: DateTime
    description: str = batch(load_descriptions)
    description_html: HTML
    encoded_variant_availability: str | None = batch(load_availability)
    encoded_variant_existence: str | None = batch(load_existence)
    featured_image: Image | None = batch(load_featured)
    handle: str
    images: ImageConnection = batch(load_images)
    is_gift_card: bool
    media: MediaConnection = batch(load_media)
    options: list[ProductOption] = batch(load_options)
    price_range: ProductPriceRange = batch(load_price_ranges)
    product_type: str
    published_at: DateTime = batch(load_published)
    requires_selling_plan: bool = batch(load_no)
    selected_or_first_available_variant: ProductVariant | None = batch(load_selected_or_first)
    selling_plan_groups: SellingPlanGroupConnection = batch(load_empty)
    seo: Seo = batch(load_seo)
    tags: list[str] = batch(load_tags)
    title: str
    total_inventory: int | None = batch(load_inventory)
    updated_at: DateTime
    variant_by_selected_options: ProductVariant | None = batch(load_selected_variant)
    variants: ProductVariantConnection = batch(load_variants)
    variants_count: Count | None = batch(load_variant_counts)
    vendor: str

    is_type_of = read_from(ProductRow)
