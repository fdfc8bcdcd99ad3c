"""Who buys a cart, as far as the cart knows."""

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any, cast

import msgspec
import strawberry

from vetrina.graphql import Info, batch, ctx_of
from vetrina.views.carts import CartRow
from vetrina.views.customers import CustomerRow, customers_by_id
from vetrina_storefront.addresses import MailingAddress
from vetrina_storefront.companies import PurchasingCompany
from vetrina_storefront.customers import CartCustomerRow, Customer
from vetrina_storefront.enums import CountryCode
from vetrina_storefront.interfaces import load_nothing
from vetrina_storefront.later import many, union_of


@strawberry.enum(description="How a buyer would rather receive things.")
class PreferenceDeliveryMethodType(Enum):
    PICKUP_POINT = "PICKUP_POINT"
    PICK_UP = "PICK_UP"
    SHIPPING = "SHIPPING"


class CoordinatesRow(msgspec.Struct, frozen=True):
    """Near where the buyer would rather pick things up."""

    country_code: str
    latitude: float
    longitude: float


class DeliveryPreferenceRow(msgspec.Struct, frozen=True):
    """How the buyer would rather receive things."""

    coordinates: CoordinatesRow | None
    delivery_method: list[str]
    pickup_handle: list[str]


class PreferencesRow(msgspec.Struct, frozen=True):
    """What a front end remembers of the buyer's wishes; the shop keeps it and draws no conclusions."""

    delivery: DeliveryPreferenceRow | None
    wallet: list[str] | None


async def load_countries(rows: Sequence[CartRow], info: Info) -> list[str]:
    return [row.country for row in rows]


async def load_preferences(rows: Sequence[CartRow], info: Info) -> list[PreferencesRow | None]:
    return [None if row.preferences is None else _preferences(row.preferences) for row in rows]


async def load_customers(rows: Sequence[CartRow], info: Info) -> list[CustomerRow | None]:
    """Whom each cart belongs to, if it was told by his token; wholly only to him, when @inContext names him."""
    ctx = ctx_of(info)
    ids = {row.customer_id for row in rows if row.customer_id is not None}
    found = await customers_by_id(ctx.db, sorted(ids)) if ids else {}
    shown = {row.id: row if ctx.actor.id == row.id else _as_carts_show(row) for row in found.values()}
    return [shown.get(row.customer_id) if row.customer_id is not None else None for row in rows]


def _as_carts_show(row: CustomerRow) -> CartCustomerRow:
    return CartCustomerRow(**msgspec.structs.asdict(row))


async def load_no_addresses(rows: Sequence[object], info: Info) -> list[list[MailingAddress]]:
    """Addresses of a cart are in `delivery`."""
    return [[] for _ in rows]


@strawberry.type(description="Near where the buyer would rather pick things up.")
class CartDeliveryCoordinatesPreference:
    country_code: CountryCode
    latitude: float
    longitude: float


@strawberry.type(description="How the buyer would rather receive things.")
class CartDeliveryPreference:
    coordinates: CartDeliveryCoordinatesPreference | None
    delivery_method: list[PreferenceDeliveryMethodType]
    pickup_handle: list[str]


@strawberry.type(description="The buyer's wishes.")
class CartPreferences:
    delivery: CartDeliveryPreference | None
    wallet: list[str] | None


DeliveryAddress = union_of("DeliveryAddress", MailingAddress)


@strawberry.type(description="Who buys, and from where.")
class CartBuyerIdentity:
    country_code: CountryCode | None = batch(load_countries)
    customer: Customer | None = batch(load_customers)
    delivery_address_preferences: object = batch(
        load_no_addresses, graphql_type=many(DeliveryAddress), deprecation_reason="Use `cart.delivery` instead."
    )
    email: str | None
    phone: str | None
    preferences: CartPreferences | None = batch(load_preferences)
    purchasing_company: PurchasingCompany | None = batch(load_nothing)


def _preferences(document: Mapping[str, Any]) -> PreferencesRow:
    delivery = cast("dict[str, Any] | None", document.get("delivery"))
    return PreferencesRow(
        delivery=None if delivery is None else msgspec.convert(delivery, DeliveryPreferenceRow),
        wallet=document.get("wallet"),
    )
