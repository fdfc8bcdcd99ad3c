"""What pieces cost: by the kilogram or litre, and where many are bought."""

from collections.abc import Sequence
from enum import Enum

import msgspec
import strawberry

from vetrina.graphql import Connection, Info, PageInfo, connect_list, ctx_of, write_cursor
from vetrina.views.catalog.merchandise import CartVariantRow
from vetrina.views.catalog.variants import UnitPrice, VariantRow
from vetrina_storefront.money import MoneyRow, MoneyV2, money

MEASURED_UNITS = "CL CM FLOZ FT FT2 G GAL IN ITEM KG L LB M M2 M3 MG ML MM OZ PT QT UNKNOWN YD"


@strawberry.enum(description="What a unit price measures.")
class UnitPriceMeasurementMeasuredType(Enum):
    AREA = "AREA"
    COUNT = "COUNT"
    LENGTH = "LENGTH"
    UNKNOWN = "UNKNOWN"
    VOLUME = "VOLUME"
    WEIGHT = "WEIGHT"


@strawberry.enum(description="The unit a unit price measures in.")
class UnitPriceMeasurementMeasuredUnit(Enum):
    _ignore_ = ["unit"]
    for unit in MEASURED_UNITS.split():
        vars()[unit] = unit


class PriceBreakRow(msgspec.Struct, frozen=True):
    """What one piece costs where at least so many are bought."""

    minimum_quantity: int
    price: MoneyRow


class UnitMeasureRow(msgspec.Struct, frozen=True):
    """How much a piece holds, and for how much of it the unit price is told."""

    measured_type: UnitPriceMeasurementMeasuredType
    quantity_unit: UnitPriceMeasurementMeasuredUnit
    quantity_value: float
    reference_unit: UnitPriceMeasurementMeasuredUnit
    reference_value: int


def currency_of(row: VariantRow, here: str) -> str:
    """The currency of a variant's price: its cart's, where it is one of a cart's line."""
    return row.currency if isinstance(row, CartVariantRow) else here


async def load_unit_prices(rows: Sequence[VariantRow], info: Info) -> list[MoneyRow | None]:
    """What a kilogram, a litre or the like of each variant costs."""
    here = ctx_of(info).place.currency
    return [money(price.amount, currency_of(row, here)) if (price := row.unit_price) else None for row in rows]


async def load_unit_measures(rows: Sequence[VariantRow], info: Info) -> list[UnitMeasureRow | None]:
    """How much each variant holds, and for how much of it its unit price is told."""
    return [_measured(price) if (price := row.unit_price) else None for row in rows]


async def load_price_breaks(
    rows: Sequence[VariantRow],
    info: Info,
    after: str | None = None,
    before: str | None = None,
    first: int | None = None,
    last: int | None = None,
) -> list[Connection[PriceBreakRow]]:
    """What one piece of each variant costs where more are bought, by rising quantity."""
    here = ctx_of(info).place.currency
    return [
        connect_list(
            [PriceBreakRow(minimum, money(amount, currency_of(row, here))) for minimum, amount in row.breaks or ()],
            lambda one: write_cursor(one.minimum_quantity),
            first=first, last=last, after=after, before=before,
        )
        for row in rows
    ]  # fmt: skip


def _measured(price: UnitPrice) -> UnitMeasureRow:
    measure = price.measure
    return UnitMeasureRow(
        UnitPriceMeasurementMeasuredType[price.kind],
        UnitPriceMeasurementMeasuredUnit[measure.unit],
        measure.quantity / 1000,
        UnitPriceMeasurementMeasuredUnit[measure.reference_unit],
        measure.reference,
    )


@strawberry.type(description="A price from a quantity on.")
class QuantityPriceBreak:
    minimum_quantity: int
    price: MoneyV2


@strawberry.type(description="A price from a quantity on, and its place in a connection.")
class QuantityPriceBreakEdge:
    cursor: str
    node: QuantityPriceBreak


@strawberry.type(description="A page of prices by quantity.")
class QuantityPriceBreakConnection:
    edges: list[QuantityPriceBreakEdge]
    nodes: list[QuantityPriceBreak]
    page_info: PageInfo


@strawberry.type(description="What a unit price measures.")
class UnitPriceMeasurement:
    measured_type: UnitPriceMeasurementMeasuredType | None
    quantity_unit: UnitPriceMeasurementMeasuredUnit | None
    quantity_value: float
    reference_unit: UnitPriceMeasurementMeasuredUnit | None
    reference_value: int
