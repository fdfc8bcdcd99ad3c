"""StockRanOut, StockReturned."""

from typing import ClassVar

from vetrina.kernel.messages.outbox import Event


class StockEvent(Event, frozen=True, kw_only=True):
    """What events of a variant's stock carry."""

    noun: ClassVar[str] = "variant"
    subject_field: ClassVar[str] = "variant_id"

    variant_id: int
    location_id: int


class StockRanOut(StockEvent, frozen=True, kw_only=True):
    """The last available piece at a location was reserved or taken away."""


class StockReturned(StockEvent, frozen=True, kw_only=True):
    """A location has the variant again after having none."""
