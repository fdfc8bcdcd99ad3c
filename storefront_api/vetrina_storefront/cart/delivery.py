"""How a cart travels: its delivery groups with their options, and the addresses it may go to."""

from collections.abc import Iterator, Sequence
from enum import Enum
from typing import Annotated, Any

import msgspec
import strawberry

from vetrina.flows.quoting import CartQuote, DeliveryGroup, GroupOption, undelivered
from vetrina.graphql import Connection, Info, PageInfo, batch, connect_list, gid, read_from, write_cursor
from vetrina.ports import DeliveryOption, PickupPoint
from vetrina.views.carts import CartAddressRow, CartRow
from vetrina.views.locations import MILLIONTHS
from vetrina_storefront.addresses import (
    MailingAddress,
    MailingAddressRow,
    load_areas,
    load_formatted,
    load_unknown,
    mailing_address,
)
from vetrina_storefront.cart.lines import BaseCartLineConnection, connected_lines
from vetrina_storefront.cart.rows import AnyLine, addresses_of, line_gid, line_view, lines_of, quote_of
from vetrina_storefront.money import MoneyRow, MoneyV2, money


@strawberry.enum(description="How something reaches the buyer.")
class DeliveryMethodType(Enum):
    LOCAL = "LOCAL"
    NONE = "NONE"
    PICKUP_POINT = "PICKUP_POINT"
    PICK_UP = "PICK_UP"
    RETAIL = "RETAIL"
    SHIPPING = "SHIPPING"


@strawberry.enum(description="Why lines travel together.")
class CartDeliveryGroupType(Enum):
    ONE_TIME_PURCHASE = "ONE_TIME_PURCHASE"
    SUBSCRIPTION = "SUBSCRIPTION"


class OpenHoursRow(msgspec.Struct, frozen=True):
    """When a place is open on one day."""

    closes: str
    day: int
    opens: str


class PickupPointRow(msgspec.Struct, frozen=True):
    """A place to collect at."""

    address: MailingAddressRow | None
    distance: int | None
    hours: tuple[OpenHoursRow, ...]
    id: str
    latitude: float | None
    longitude: float | None
    name: str


class PromiseRow(msgspec.Struct, frozen=True):
    """The days of a promise."""

    earliest: str
    latest: str


class DeliveryProblemRow(msgspec.Struct, frozen=True):
    """Why a group cannot be delivered."""

    code: str
    line_id: str | None
    message: str


class OptionRow(msgspec.Struct, frozen=True):
    """A way to deliver a group, with its price."""

    code: str | None
    delivery_method_type: DeliveryMethodType
    description: str | None
    estimated_cost: MoneyRow
    handle: str
    title: str
    vetrina_is_estimate: bool
    vetrina_pickup_point: PickupPointRow | None
    vetrina_promise: PromiseRow | None


class GroupView(msgspec.Struct, frozen=True):
    """A delivery group and its cart."""

    cart: CartRow
    group: DeliveryGroup
    currency: str
    problems: tuple[DeliveryProblemRow, ...] = ()


class DeliveryView(msgspec.Struct, frozen=True):
    """The delivery of a cart, as a parent of its addresses."""

    cart: CartRow


class SelectableRow(msgspec.Struct, frozen=True):
    """An address a cart may go to."""

    address: MailingAddressRow
    id: str
    one_time_use: bool
    selected: bool


async def load_group_ids(rows: Sequence[GroupView], info: Info) -> list[str]:
    return [gid("CartDeliveryGroup", row.group.key) for row in rows]


async def load_group_lines(
    rows: Sequence[GroupView],
    info: Info,
    after: str | None = None,
    before: str | None = None,
    first: int | None = None,
    last: int | None = None,
    reverse: bool | None = False,
) -> list[Connection[AnyLine]]:
    """The lines that travel together."""
    page = {"after": after, "before": before, "first": first, "last": last, "reverse": reverse}
    found = list[Connection[AnyLine]]()
    for row in rows:
        kept = [line_view(row.cart, line) for line in await lines_of(info, row.cart) if line.id in row.group.line_ids]
        found.append(connected_lines(kept, **page))
    return found


async def load_group_addresses(rows: Sequence[GroupView], info: Info) -> list[MailingAddressRow | None]:
    """Where each group goes; only a country while the buyer has named no address."""
    return [mailing_address(f"{row.cart.key}-{row.group.key}", row.group.address) for row in rows]


async def load_options(rows: Sequence[GroupView], info: Info) -> list[list[OptionRow]]:
    return [[_option(option, row.currency) for option in row.group.options] for row in rows]


async def load_selected(rows: Sequence[GroupView], info: Info) -> list[OptionRow | None]:
    return [_option(row.group.selected, row.currency) if row.group.selected else None for row in rows]


async def load_problems(rows: Sequence[GroupView], info: Info) -> list[tuple[DeliveryProblemRow, ...]]:
    """Why nobody delivers a group whose address is known; nothing while somebody does."""
    return [row.problems for row in rows]


async def load_group_types(rows: Sequence[GroupView], info: Info) -> list[CartDeliveryGroupType]:
    return [CartDeliveryGroupType.ONE_TIME_PURCHASE] * len(rows)


async def load_groups(
    rows: Sequence[CartRow],
    info: Info,
    after: str | None = None,
    before: str | None = None,
    first: int | None = None,
    last: int | None = None,
    reverse: bool | None = False,
    with_carrier_rates: bool | None = False,
) -> list[Connection[GroupView]]:
    """The groups of each cart. Rates are always up to date, whether carriers' are asked for or not."""
    page: dict[str, Any] = {"after": after, "before": before, "first": first, "last": last, "reverse": reverse}
    found = list[Connection[GroupView]]()
    for row in rows:
        quote = await quote_of(info, row)
        views = [
            GroupView(row, group, quote.quote.currency, tuple(_problems(row, group, quote))) for group in quote.groups
        ]
        found.append(connect_list(views, lambda view: write_cursor(view.group.key), **page))
    return found


async def load_deliveries(rows: Sequence[CartRow], info: Info) -> list[DeliveryView]:
    return [DeliveryView(row) for row in rows]


async def load_selectable(
    rows: Sequence[DeliveryView], info: Info, selected: bool | None = False
) -> list[list[SelectableRow]]:
    """The addresses the buyer entered, oldest first; with `selected` only the one that is."""
    return [
        [
            _selectable(entry, row.cart)
            for entry in await addresses_of(info, row.cart)
            if entry.is_selected or not selected
        ]
        for row in rows
    ]


async def load_country_codes(rows: Sequence[MailingAddressRow], info: Info) -> list[str | None]:
    return [row.country_code_v2 for row in rows]


@strawberry.type(description="When a place is open on one day of the week, Monday 0; times are local, such as 09:00.")
class VetrinaOpenHours:
    closes: str
    day: int
    opens: str


@strawberry.type(description="A place to collect at. Distance in metres from where the buyer is, where that is known.")
class VetrinaPickupPoint:
    address: MailingAddress | None
    distance: int | None
    hours: list[VetrinaOpenHours]
    id: str
    latitude: float | None
    longitude: float | None
    name: str


@strawberry.type(description="The first and the last day on which it arrives, or can be collected, such as 2026-12-24.")
class VetrinaDeliveryPromise:
    earliest: str
    latest: str


@strawberry.type(description="Why nobody delivers; the code is one that submitting the cart would answer.")
class VetrinaDeliveryProblem:
    code: str
    line_id: strawberry.ID | None
    message: str


@strawberry.type(description="A way to deliver, with its price.")
class CartDeliveryOption:
    code: str | None
    delivery_method_type: DeliveryMethodType
    description: str | None
    estimated_cost: MoneyV2
    handle: str
    title: str | None
    vetrina_is_estimate: bool = strawberry.field(description="Whether a table stood in for a carrier's own price.")
    vetrina_pickup_point: VetrinaPickupPoint | None
    vetrina_promise: VetrinaDeliveryPromise | None


@strawberry.type(description="Lines that travel together, and how they may.")
class CartDeliveryGroup:
    cart_lines: BaseCartLineConnection = batch(load_group_lines)
    delivery_address: MailingAddress = batch(load_group_addresses)
    delivery_options: list[CartDeliveryOption] = batch(load_options)
    group_type: CartDeliveryGroupType = batch(load_group_types)
    id: strawberry.ID = batch(load_group_ids)
    selected_delivery_option: CartDeliveryOption | None = batch(load_selected)
    vetrina_problems: list[VetrinaDeliveryProblem] = batch(load_problems)


@strawberry.type(description="A delivery group and its place in a connection.")
class CartDeliveryGroupEdge:
    cursor: str
    node: CartDeliveryGroup


@strawberry.type(description="A page of delivery groups.")
class CartDeliveryGroupConnection:
    edges: list[CartDeliveryGroupEdge]
    nodes: list[CartDeliveryGroup]
    page_info: PageInfo


@strawberry.type(description="An address a cart may go to.")
class CartDeliveryAddress:
    address1: str | None
    address2: str | None
    city: str | None
    company: str | None
    country_code: str | None = batch(load_country_codes)
    first_name: str | None
    formatted: list[str] = batch(load_formatted)
    formatted_area: str | None = batch(load_areas)
    last_name: str | None
    latitude: float | None = batch(load_unknown)
    longitude: float | None = batch(load_unknown)
    name: str | None
    phone: str | None
    province_code: str | None
    zip: str | None

    is_type_of = read_from(MailingAddressRow)


CartAddress = Annotated[CartDeliveryAddress, strawberry.union("CartAddress")]


@strawberry.type(description="An address a cart may go to, and whether it does.")
class CartSelectableAddress:
    address: CartAddress
    id: strawberry.ID
    one_time_use: bool
    selected: bool


@strawberry.type(description="Where a cart may go.")
class CartDelivery:
    addresses: list[CartSelectableAddress] = batch(load_selectable)


def selectable_gid(address_id: int, cart_key: str) -> str:
    return f"{gid('CartSelectableAddress', address_id)}?cart={cart_key}"


def _option(option: GroupOption, currency: str) -> OptionRow:
    return OptionRow(
        code=option.option.code,
        delivery_method_type=DeliveryMethodType(option.option.method_type),
        description=option.option.description,
        estimated_cost=money(option.option.amount, currency),
        handle=option.handle,
        title=option.option.title,
        vetrina_is_estimate=option.option.flag is not None,
        vetrina_pickup_point=_point(option.option.pickup_point),
        vetrina_promise=_promise(option.option),
    )


def _promise(option: DeliveryOption) -> PromiseRow | None:
    if option.promised_from is None or option.promised_to is None:
        return None
    return PromiseRow(option.promised_from.isoformat(), option.promised_to.isoformat())


def _point(point: PickupPoint | None) -> PickupPointRow | None:
    if point is None:
        return None
    return PickupPointRow(
        address=mailing_address(f"point-{point.id}", point.address),
        distance=point.distance,
        hours=tuple(OpenHoursRow(closes=one.closes, day=one.day, opens=one.opens) for one in point.hours),
        id=point.id,
        latitude=None if point.latitude is None else point.latitude / MILLIONTHS,
        longitude=None if point.longitude is None else point.longitude / MILLIONTHS,
        name=point.name,
    )


def _problems(cart: CartRow, group: DeliveryGroup, quote: CartQuote) -> Iterator[DeliveryProblemRow]:
    """Told before the cart is submitted: a buyer without a way to deliver has to know why."""
    if group.options or not group.has_address:
        return
    for problem in undelivered(group, quote.quote.lines, quote.place.country):
        line = None if problem.line_id is None else line_gid(problem.line_id, cart.key)
        yield DeliveryProblemRow(code=problem.code, line_id=line, message=problem.message)


def _selectable(entry: CartAddressRow, cart: CartRow) -> SelectableRow:
    address = mailing_address(f"{cart.key}-{entry.id}", entry.address)
    assert address is not None
    return SelectableRow(
        address=address,
        id=selectable_gid(entry.id, cart.key),
        one_time_use=entry.is_one_time,
        selected=entry.is_selected,
    )
