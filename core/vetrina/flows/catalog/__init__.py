"""Everything the staff do to the catalogue: products, variants, options, collections."""

from vetrina.flows.catalog.bundles import BundleHasStock, set_components
from vetrina.flows.catalog.collections import (
    create_collection,
    edit_collection,
    put_in_collection,
    take_from_collection,
)
from vetrina.flows.catalog.inputs import NewProduct, NewVariant
from vetrina.flows.catalog.products import (
    archive_product,
    create_product,
    edit_product,
    publish_product,
    unpublish_product,
)
from vetrina.flows.catalog.variants import add_variants, archive_variant, arrange_variants, edit_option, edit_variant
from vetrina.flows.prices import NewPrice
from vetrina.shop.catalog.rules import (
    MOST_COMPONENTS,
    CollectionChanges,
    CollectionSheet,
    Component,
    ComponentIsBundle,
    GiftCardInBundle,
    HandleTaken,
    ImageSheet,
    LastVariant,
    OptionChanges,
    OptionSheet,
    ProductChanges,
    ProductIsArchived,
    Text,
    ValueChanges,
    ValueSheet,
    VariantChanges,
    VariantIsComponent,
)
from vetrina.shop.catalog.service import Arranged, Created, CreatedCollection
from vetrina.shop.metafields.rules import Entry

__all__ = [
    "MOST_COMPONENTS",
    "Arranged",
    "BundleHasStock",
    "CollectionChanges",
    "CollectionSheet",
    "Component",
    "ComponentIsBundle",
    "Created",
    "CreatedCollection",
    "Entry",
    "GiftCardInBundle",
    "HandleTaken",
    "ImageSheet",
    "LastVariant",
    "NewPrice",
    "NewProduct",
    "NewVariant",
    "OptionChanges",
    "OptionSheet",
    "ProductChanges",
    "ProductIsArchived",
    "Text",
    "ValueChanges",
    "ValueSheet",
    "VariantChanges",
    "VariantIsComponent",
    "add_variants",
    "archive_product",
    "archive_variant",
    "arrange_variants",
    "create_collection",
    "create_product",
    "edit_collection",
    "edit_option",
    "edit_product",
    "edit_variant",
    "publish_product",
    "put_in_collection",
    "set_components",
    "take_from_collection",
    "unpublish_product",
]
