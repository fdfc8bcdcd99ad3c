"""A fixture's records joined once, so that each product finds its own without looking through the file."""

import msgspec

from vetrina_importers.saleor_fixture import Fixture, all_of, grouped
from vetrina_importers.saleor_records import (
    Attribute,
    AttributeValue,
    Category,
    Channel,
    Collection,
    InCollection,
    Key,
    Media,
    Price,
    ProductListing,
    ProductType,
    ProductValue,
    SelectedBy,
    Stock,
    Variant,
    VariantAssignment,
    VariantMedia,
    VariantValue,
)


class Catalogue(msgspec.Struct):
    """Everything that hangs on a product or a variant, under its key."""

    fixture: Fixture
    types: dict[Key, ProductType]
    channels: dict[Key, Channel]
    categories: dict[Key, Category]
    collections: dict[Key, Collection]
    attributes: dict[Key, Attribute]
    values: dict[Key, AttributeValue]
    media: dict[Key, Media]
    variants: dict[Key, list[tuple[Key, Variant]]]
    listings: dict[Key, list[tuple[Key, ProductListing]]]
    pictures: dict[Key, list[tuple[Key, Media]]]
    memberships: dict[Key, list[tuple[Key, InCollection]]]
    product_values: dict[Key, list[tuple[Key, ProductValue]]]
    prices: dict[Key, list[tuple[Key, Price]]]
    stocks: dict[Key, list[tuple[Key, Stock]]]
    variant_pictures: dict[Key, list[tuple[Key, VariantMedia]]]
    assignments: dict[Key, list[tuple[Key, VariantAssignment]]]
    assigned: dict[Key, list[tuple[Key, VariantValue]]]
    selected_by: dict[Key, list[tuple[Key, SelectedBy]]]


def joined(fixture: Fixture) -> Catalogue:
    """Group the records by what they belong to."""
    return Catalogue(
        fixture=fixture,
        types=all_of(fixture, ProductType),
        channels=all_of(fixture, Channel),
        categories=all_of(fixture, Category),
        collections=all_of(fixture, Collection),
        attributes=all_of(fixture, Attribute),
        values=all_of(fixture, AttributeValue),
        media=all_of(fixture, Media),
        variants=grouped(fixture, Variant, lambda one: one.product),
        listings=grouped(fixture, ProductListing, lambda one: one.product),
        pictures=grouped(fixture, Media, lambda one: one.product),
        memberships=grouped(fixture, InCollection, lambda one: one.product),
        product_values=grouped(fixture, ProductValue, lambda one: one.product),
        prices=grouped(fixture, Price, lambda one: one.variant),
        stocks=grouped(fixture, Stock, lambda one: one.product_variant),
        variant_pictures=grouped(fixture, VariantMedia, lambda one: one.variant),
        assignments=grouped(fixture, VariantAssignment, lambda one: one.variant),
        assigned=grouped(fixture, VariantValue, lambda one: one.assignment),
        selected_by=grouped(fixture, SelectedBy, lambda one: one.product_type),
    )


def product_variants(catalogue: Catalogue, product: Key) -> list[tuple[Key, Variant]]:
    """In the order the shop shows them."""
    return sorted(catalogue.variants.get(product, []), key=lambda pair: pair[1].sort_order or 0)


def value_names(catalogue: Catalogue, variant: Key) -> dict[Key, str]:
    """The variant's value for each attribute."""
    names: dict[Key, str] = {}
    for assignment, _ in catalogue.assignments.get(variant, []):
        for _, chosen in catalogue.assigned.get(assignment, []):
            if (value := catalogue.values.get(chosen.value)) is not None:
                names.setdefault(value.attribute, value.name)
    return names


def option_attributes(catalogue: Catalogue, product_type: Key) -> list[tuple[Key, str]]:
    """The attributes a buyer chooses a variant by, with their names, in the order of the product type."""
    chosen = [one for _, one in catalogue.selected_by.get(product_type, []) if one.variant_selection]
    chosen.sort(key=lambda one: one.sort_order or 0)
    return [(one.attribute, catalogue.attributes.get(one.attribute, Attribute()).name) for one in chosen]


def described_by(catalogue: Catalogue, product: Key) -> list[tuple[Attribute, list[AttributeValue]]]:
    """The product's own attributes with their values."""
    found: dict[Key, list[AttributeValue]] = {}
    for _, one in sorted(catalogue.product_values.get(product, []), key=lambda pair: pair[1].sort_order or 0):
        if (value := catalogue.values.get(one.value)) is not None:
            found.setdefault(value.attribute, []).append(value)
    return [(catalogue.attributes[key], values) for key, values in found.items() if key in catalogue.attributes]


def collection_titles(catalogue: Catalogue, product: Key, category: Key | None) -> tuple[str, ...]:
    """The category, those above it, then the collections."""
    above: list[str] = []
    passed: set[Key] = set()
    # A category above itself would never end.
    while category is not None and category not in passed and (one := catalogue.categories.get(category)):
        passed.add(category)
        above.insert(0, one.name)
        category = one.parent
    members = (catalogue.collections.get(one.collection) for _, one in catalogue.memberships.get(product, []))
    titles = (*above, *(one.name for one in members if one is not None))
    return tuple(dict.fromkeys(title for name in titles if (title := name.strip())))
