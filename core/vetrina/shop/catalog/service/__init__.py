"""Create, edit, publish and archive products; arrange variants and collections; translate; keep the search index."""

from vetrina.shop.catalog.service.arrangement import Arranged, arrange
from vetrina.shop.catalog.service.bundles import components_of, set_components
from vetrina.shop.catalog.service.collections import (
    CollectionEdit,
    CreatedCollection,
    append,
    create_collection,
    edit_collection,
    put_products,
    take_out,
    titled,
)
from vetrina.shop.catalog.service.creation import Created, create
from vetrina.shop.catalog.service.gallery import (
    Medium,
    NewMedium,
    add_medium,
    arrange_gallery,
    describe,
    gallery_of,
    media_named,
    show,
)
from vetrina.shop.catalog.service.options import edit_option
from vetrina.shop.catalog.service.products import (
    Edit,
    archive,
    count_sold,
    edit,
    editable,
    locked,
    publish,
    set_columns,
    unpublish,
)
from vetrina.shop.catalog.service.texts import reindex, translate
from vetrina.shop.catalog.service.variants import add_variants, archive_variant, edit_variant

__all__ = [
    "Arranged",
    "CollectionEdit",
    "Created",
    "CreatedCollection",
    "Edit",
    "Medium",
    "NewMedium",
    "add_medium",
    "add_variants",
    "append",
    "archive",
    "archive_variant",
    "arrange",
    "arrange_gallery",
    "components_of",
    "count_sold",
    "create",
    "create_collection",
    "describe",
    "edit",
    "edit_collection",
    "edit_option",
    "edit_variant",
    "editable",
    "gallery_of",
    "locked",
    "media_named",
    "publish",
    "put_products",
    "reindex",
    "set_columns",
    "set_components",
    "show",
    "take_out",
    "titled",
    "translate",
    "unpublish",
]
