"""Create, edit, publish and archive products; arrange variants and collections; translate; keep the search index."""

from vetrina.shop.catalog.service.creation import Created, create
from vetrina.shop.catalog.service.texts import reindex, translate

__all__ = ["Created", "create", "reindex", "translate"]
