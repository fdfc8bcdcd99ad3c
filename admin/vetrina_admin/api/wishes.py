"""What lists of orders and products are filtered by, and how it becomes what the views take."""

from decimal import Decimal as Exact
from decimal import InvalidOperation
from enum import Enum
from typing import Any

import strawberry

from vetrina.graphql import int_key_of
from vetrina.graphql.scalars import DateTime, Decimal
from vetrina.kernel import texts
from vetrina.kernel.context import Context
from vetrina.kernel.errors import BadInput
from vetrina.kernel.money import LARGEST
from vetrina.views.catalog.product_wishes import ProductWishes, StockState, product_wishes
from vetrina.views.finding.filters import PriceSpan
from vetrina.views.finding.matching import Matching
from vetrina.views.orders.queries import OrderFilters, order_filters
from vetrina_admin.api.order_types import OrderFinancialStatus, OrderFulfillmentStatus
from vetrina_admin.api.products import ProductStatus


@strawberry.enum(description="Whether an order stands.")
class OrderState(Enum):
    PLACED = "placed"
    CANCELLED = "cancelled"


@strawberry.enum(description="IN: something can be had. LOW: a variant has at most 5 pieces. OUT: nothing is left.")
class ProductStockState(Enum):
    IN = "in"
    LOW = "low"
    OUT = "out"


@strawberry.input(description="Several values of one kind widen, different kinds narrow.")
class OrderFiltersInput:
    financial_status: list[OrderFinancialStatus] | None = None
    fulfillment_status: list[OrderFulfillmentStatus] | None = None
    state: OrderState | None = None
    market_ids: list[strawberry.ID] | None = None
    country_codes: list[str] | None = strawberry.field(default=None, description="ISO 3166-1.")
    placed_since: DateTime | None = None
    placed_before: DateTime | None = None
    total_least: Decimal | None = strawberry.field(default=None, description="Major units of the order's currency.")
    total_most: Decimal | None = None


@strawberry.input(description="Several values of one kind widen, different kinds narrow.")
class ProductFiltersInput:
    status: list[ProductStatus] | None = None
    vendors: list[str] | None = None
    product_types: list[str] | None = None
    tags: list[str] | None = None
    collection_ids: list[strawberry.ID] | None = None
    stock: ProductStockState | None = strawberry.field(default=None, description="Needs stock.read.")
    price_least: Decimal | None = strawberry.field(
        default=None, description="Major units in the default market's list; needs prices.read."
    )
    price_most: Decimal | None = None


def orders_wished(given: OrderFiltersInput | None) -> Matching:
    """The filters as conditions on orders. Raises BadInput naming the field."""
    if given is None:
        return order_filters(OrderFilters())
    return order_filters(
        OrderFilters(
            financial=_values(given.financial_status),
            fulfilment=_values(given.fulfillment_status),
            states=() if given.state is None else (given.state.value,),
            market_ids=_keys(given.market_ids, "Market", "marketIds"),
            countries=tuple(code.upper() for code in _texts(given.country_codes, "countryCodes")),
            since=given.placed_since,
            before=given.placed_before,
            least=_amount(given.total_least, "totalLeast"),
            most=_amount(given.total_most, "totalMost"),
        )
    )


def products_wished(ctx: Context, given: ProductFiltersInput | None, status: ProductStatus | None) -> Matching:
    """The filters as conditions on products. Raises BadInput naming the field, and NotAllowed for what is hidden."""
    statuses = () if status is None else (status.value,)
    alone = product_wishes(ctx, ProductWishes(statuses=statuses))
    if given is None:
        return alone
    if given.stock is not None:
        ctx.require("stock.read")
    least, most = _amount(given.price_least, "priceLeast"), _amount(given.price_most, "priceMost")
    if least is not None or most is not None:
        ctx.require("prices.read")
    wishes = ProductWishes(
        statuses=_both(_values(given.status), statuses),
        vendors=_texts(given.vendors, "vendors"),
        types=_texts(given.product_types, "productTypes"),
        tags=_texts(given.tags, "tags"),
        collection_ids=_keys(given.collection_ids, "Collection", "collectionIds"),
        stock=None if given.stock is None else StockState(given.stock.value),
        prices=() if least is most is None else (PriceSpan(float(least or 0), None if most is None else float(most)),),
    )
    return product_wishes(ctx, wishes)


def _both(wanted: tuple[str, ...], alone: tuple[str, ...]) -> tuple[str, ...]:
    """What both the filter and the older argument allow; a status no product has, where they contradict each other."""
    if wanted and alone:
        return tuple(status for status in wanted if status in alone) or ("",)
    return wanted or alone


def _values(given: list[Any] | None) -> tuple[str, ...]:
    return tuple(each.value for each in given or ())


def _texts(given: list[str] | None, name: str) -> tuple[str, ...]:
    return tuple(texts.line(each, field=("filters", name)) for each in given or ())


def _keys(given: list[strawberry.ID] | None, type_name: str, name: str) -> tuple[int, ...]:
    return tuple(int_key_of(each, type_name, field=("filters", name)) for each in given or ())


def _amount(given: str | None, name: str) -> Exact | None:
    if given is None:
        return None
    try:
        amount = Exact(given)
    except InvalidOperation:
        amount = Exact("NaN")
    if not amount.is_finite() or abs(amount) > LARGEST:
        raise BadInput(field=("filters", name), problem="This is not an amount, such as 12.50.")
    return amount
