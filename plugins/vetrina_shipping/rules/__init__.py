"""What delivery costs, where it goes, and when it arrives; pure."""

from vetrina_shipping.rules.areas import Area, Span, Spot
from vetrina_shipping.rules.tables import Basis, PriceTable, Step
from vetrina_shipping.rules.terms import (
    Book,
    Closing,
    FreeRule,
    Kind,
    LiveRates,
    Method,
    Place,
    Point,
    Surcharge,
    Zone,
)

__all__ = [
    "Area",
    "Basis",
    "Book",
    "Closing",
    "FreeRule",
    "Kind",
    "LiveRates",
    "Method",
    "Place",
    "Point",
    "PriceTable",
    "Span",
    "Spot",
    "Step",
    "Surcharge",
    "Zone",
]
