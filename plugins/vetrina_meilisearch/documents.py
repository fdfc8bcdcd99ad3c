"""Products as Meilisearch keeps them, and which of their fields are looked in, the weightiest first."""

from collections.abc import Iterable, Sequence
from typing import Any

from vetrina.views.catalog.search_documents import SearchDocument

MOST_HITS = 1_000
"""Results the server ranks for one question; the core asks for no more."""


def document(product: SearchDocument) -> dict[str, Any]:
    """A product's document: a field for each text in each language, such as title_it."""
    written: dict[str, Any] = {
        "id": product.id,
        "codes": product.codes,
        "vendor": product.vendor,
        "product_type": product.product_type,
        "tags": product.tags,
        "values": product.values,
    }
    for language, texts in product.texts.items():
        written |= {f"title_{language}": texts.title, f"description_{language}": texts.description}
    return written


def searched_fields(languages: Iterable[str]) -> list[str]:
    """Where words are looked for, in the order of their weight."""
    spoken = list(languages)
    return [
        *(f"title_{language}" for language in spoken),
        "codes",
        "vendor",
        "product_type",
        "tags",
        "values",
        *(f"description_{language}" for language in spoken),
    ]


def index_settings(languages: Sequence[str]) -> dict[str, Any]:
    """How an index is set up: the same slips of the finger are forgiven as in the shop's own."""
    return {
        "searchableAttributes": searched_fields(languages),
        "displayedAttributes": ["id"],
        "pagination": {"maxTotalHits": MOST_HITS},
        "typoTolerance": {"minWordSizeForTypos": {"oneTypo": 4, "twoTypos": 8}, "disableOnAttributes": ["codes"]},
    }
