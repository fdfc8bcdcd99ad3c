"""ProductCreated, ProductChanged, ProductArchived."""

from typing import ClassVar

from vetrina.kernel.messages.outbox import Event


class ProductEvent(Event, frozen=True, kw_only=True):
    """What all events of a product carry."""

    noun: ClassVar[str] = "product"
    subject_field: ClassVar[str] = "product_id"

    product_id: int
    handle: str


class ProductCreated(ProductEvent, frozen=True, kw_only=True):
    """A product entered the catalogue, on sale or as a draft."""


class ProductChanged(ProductEvent, frozen=True, kw_only=True):
    """A product's texts, variants, prices or publication changed."""


class ProductArchived(ProductEvent, frozen=True, kw_only=True):
    """A product was taken off sale for good."""
