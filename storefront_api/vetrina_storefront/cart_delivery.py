"""How a cart travels: its delivery groups with their options, and the addresses it may go to."""

from collections.abc import Sequence
from enum import Enum
from typing import Annotated, Any

import msgspec
import strawberry

from vetrina.flows.quoting import DeliveryGroup, GroupOption
from vetrina.graphql import Connection, Info, PageInfo, batch, connect_list, gid, read_from, write_cursor
from vetrina.views.carts import CartAddressRow, CartRow
from vetrina_storefront.addresses import (
    MailingAddress,
    MailingAddressRow,
    load_areas,
    load_formatted,
    load_unknown,
    mailing_address,
)
from vetrina_storefront.cart_lines import BaseCartLineConnection, connected_lines
from vetrina_storefront.cart_rows import AnyLine, addresses_of, line_view, lines_of, quote_of
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


class OptionRow(msgspec.Struct, frozen=True):
    """A way to deliver a group, with its price."""

    code: str | None
    delivery_method_type: DeliveryMethodType
    description: str | None
    estimated_cost: MoneyRow
    handle: str
    title: str


class GroupView(msgspec.Struct, frozen=True):
    """A delivery group and its cart."""

    cart: CartRow
    group: DeliveryGroup
    currency: str


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
        views = [GroupView(row, group, quote.quote.currency) for group in quote.groups]
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


@strawberry.type(description="A way to deliver, with its price.")
class CartDeliveryOption:
    code: str | None
    delivery_method_type: DeliveryMethodType
    description: str | None
    estimated_cost: MoneyV2
    handle: str
    title: str | None


@strawberry.type(description="Lines that travel together, and how they may.")
class CartDeliveryGroup:
    cart_lines: BaseCartLineConnection = batch(load_group_lines)
    delivery_address: MailingAddress = batch(load_group_addresses)
    delivery_options: list[CartDeliveryOption] = batch(load_options)
    group_type: CartDeliveryGroupType = batch(load_group_types)
    id: strawberry.ID = batch(load_group_ids)
    selected_delivery_option: CartDeliveryOption | None = batch(load_selected)


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
    )


def _selectable(entry: CartAddressRow, cart: CartRow) -> SelectableRow:
    address = mailing_address(f"{cart.key}-{entry.id}", entry.address)
    assert address is not None
    return SelectableRow(
        address=address,
        id=selectable_gid(entry.id, cart.key),
        one_time_use=entry.is_one_time,
        selected=entry.is_selected,
    )
