"""What cart mutations are given, and how it is read into what the flows take."""

from collections.abc import Sequence
from enum import Enum
from typing import Any, TypeVar

import strawberry
from msgspec import UNSET, UnsetType

from vetrina.flows.cart.addresses import AddressChange, AddressInput
from vetrina.flows.cart.carts import NewCart
from vetrina.flows.cart.delivery import DeliveryChoice
from vetrina.flows.cart.fitting import LineInput
from vetrina.flows.cart.identity import Identity
from vetrina.flows.cart.lines import LineChange
from vetrina.flows.cart.metafields import Entry
from vetrina.vocabulary import Attribute
from vetrina_storefront.address_inputs import CartDeliveryAddressInput, delivery_value
from vetrina_storefront.attributes import AttributeInput
from vetrina_storefront.cart.buyer import PreferenceDeliveryMethodType
from vetrina_storefront.cart.rows import LINE_TYPES, number_in
from vetrina_storefront.enums import CountryCode

T = TypeVar("T")


@strawberry.enum(description="How closely an address is looked at.")
class DeliveryAddressValidationStrategy(Enum):
    COUNTRY_CODE_ONLY = "COUNTRY_CODE_ONLY"
    STRICT = "STRICT"


@strawberry.input(description="The line another one belongs to.")
class CartLineParentInput:
    line_id: strawberry.ID | None = strawberry.UNSET
    merchandise_id: strawberry.ID | None = strawberry.UNSET


@strawberry.input(description="So many of a variant.")
class CartLineInput:
    attributes: list[AttributeInput] | None = strawberry.UNSET
    merchandise_id: strawberry.ID
    parent: CartLineParentInput | None = strawberry.UNSET
    quantity: int | None = 1
    selling_plan_id: strawberry.ID | None = strawberry.UNSET


@strawberry.input(description="What is to become of a line.")
class CartLineUpdateInput:
    attributes: list[AttributeInput] | None = strawberry.UNSET
    id: strawberry.ID
    merchandise_id: strawberry.ID | None = strawberry.UNSET
    quantity: int | None = strawberry.UNSET
    selling_plan_id: strawberry.ID | None = strawberry.UNSET


@strawberry.input(description="Near where the buyer would rather pick things up.")
class CartDeliveryCoordinatesPreferenceInput:
    country_code: CountryCode
    latitude: float
    longitude: float


@strawberry.input(description="How the buyer would rather receive things.")
class CartDeliveryPreferenceInput:
    coordinates: CartDeliveryCoordinatesPreferenceInput | None = strawberry.UNSET
    delivery_method: list[PreferenceDeliveryMethodType] | None = strawberry.UNSET
    pickup_handle: list[str] | None = strawberry.UNSET


@strawberry.input(description="The buyer's wishes.")
class CartPreferencesInput:
    delivery: CartDeliveryPreferenceInput | None = strawberry.UNSET
    wallet: list[str] | None = strawberry.UNSET


@strawberry.input(description="Who buys, and from where.")
class CartBuyerIdentityInput:
    company_location_id: strawberry.ID | None = strawberry.UNSET
    country_code: CountryCode | None = strawberry.UNSET
    customer_access_token: str | None = strawberry.UNSET
    email: str | None = strawberry.UNSET
    phone: str | None = strawberry.UNSET
    preferences: CartPreferencesInput | None = strawberry.UNSET


@strawberry.input(description="Where a cart may go: an address, or one the customer keeps.")
class CartAddressInput:
    copy_from_customer_address_id: strawberry.ID | None = strawberry.UNSET
    delivery_address: CartDeliveryAddressInput | None = strawberry.UNSET


@strawberry.input(description="An address a cart may go to.")
class CartSelectableAddressInput:
    address: CartAddressInput
    one_time_use: bool | None = strawberry.UNSET
    selected: bool | None = strawberry.UNSET
    validation_strategy: DeliveryAddressValidationStrategy | None = DeliveryAddressValidationStrategy.COUNTRY_CODE_ONLY


@strawberry.input(description="What is to become of an address.")
class CartSelectableAddressUpdateInput:
    address: CartAddressInput | None = strawberry.UNSET
    id: strawberry.ID
    one_time_use: bool | None = strawberry.UNSET
    selected: bool | None = strawberry.UNSET
    validation_strategy: DeliveryAddressValidationStrategy | None = DeliveryAddressValidationStrategy.COUNTRY_CODE_ONLY


@strawberry.input(description="Where a cart may go.")
class CartDeliveryInput:
    addresses: list[CartSelectableAddressInput] | None = strawberry.UNSET


@strawberry.input(description="How a group of lines is to travel.")
class CartSelectedDeliveryOptionInput:
    delivery_group_id: strawberry.ID
    delivery_option_handle: str


@strawberry.input(description="A metafield of a new cart; the key is written namespace.key.")
class CartInputMetafieldInput:
    key: str
    type: str
    value: str


@strawberry.input(description="A metafield to set; the key is written namespace.key.")
class CartMetafieldsSetInput:
    key: str
    owner_id: strawberry.ID
    type: str
    value: str


@strawberry.input(description="A metafield to delete; the key is written namespace.key.")
class CartMetafieldDeleteInput:
    key: str
    owner_id: strawberry.ID


@strawberry.input(description="Everything a cart may be opened with.")
class CartInput:
    attributes: list[AttributeInput] | None = strawberry.UNSET
    buyer_identity: CartBuyerIdentityInput | None = strawberry.UNSET
    delivery: CartDeliveryInput | None = strawberry.UNSET
    discount_codes: list[str] | None = strawberry.UNSET
    gift_card_codes: list[str] | None = strawberry.UNSET
    lines: list[CartLineInput] | None = strawberry.UNSET
    metafields: list[CartInputMetafieldInput] | None = strawberry.UNSET
    note: str | None = strawberry.UNSET


def new_cart(given: CartInput) -> NewCart:
    """A new cart as the flow takes it."""
    delivery = given.delivery or CartDeliveryInput()
    return NewCart(
        lines=added_lines(given.lines or []),
        identity=identity(given.buyer_identity or CartBuyerIdentityInput()),
        note=given.note or "",
        attributes=pairs(given.attributes or []),
        discount_codes=tuple(given.discount_codes or ()),
        gift_card_codes=tuple(given.gift_card_codes or ()),
        addresses=added_addresses(delivery.addresses or []),
        metafields=tuple(entry(one.key, one.type, one.value) for one in given.metafields or ()),
    )


def added_lines(given: Sequence[CartLineInput]) -> tuple[LineInput, ...]:
    return tuple(
        LineInput(
            variant_id=number_in(one.merchandise_id, "ProductVariant"),
            quantity=1 if one.quantity is None else one.quantity,
            attributes=pairs(one.attributes or []),
            selling_plan=one.selling_plan_id or None,
            has_parent=bool(one.parent),
        )
        for one in given
    )


def changed_lines(given: Sequence[CartLineUpdateInput]) -> tuple[LineChange, ...]:
    return tuple(
        LineChange(
            id=number_in(one.id, *LINE_TYPES),
            quantity=_given(one.quantity),
            variant_id=number_in(one.merchandise_id, "ProductVariant") if one.merchandise_id else None,
            attributes=pairs(one.attributes) if one.attributes else _cleared(one.attributes),
            selling_plan=one.selling_plan_id or None,
        )
        for one in given
    )


def pairs(given: Sequence[AttributeInput]) -> tuple[Attribute, ...]:
    return tuple(Attribute(one.key, one.value) for one in given)


def identity(given: CartBuyerIdentityInput) -> Identity:
    """What was not mentioned stays unset, what is null is forgotten."""
    country = given.country_code
    preferences = given.preferences
    return Identity(
        email=_or_unset(given.email),
        phone=_or_unset(given.phone),
        country=country.value if country else UNSET,
        preferences=_preferences(preferences) if preferences else _or_unset(preferences),
        customer_token=_or_unset(given.customer_access_token),
        company_location=_or_unset(given.company_location_id),
    )


def added_addresses(given: Sequence[CartSelectableAddressInput]) -> tuple[AddressInput, ...]:
    return tuple(
        AddressInput(
            address=delivery_value(one.address.delivery_address) if one.address.delivery_address else None,
            kept_id=_kept(one.address.copy_from_customer_address_id),
            is_selected=_given(one.selected),
            is_one_time=bool(one.one_time_use),
            is_strict=one.validation_strategy == DeliveryAddressValidationStrategy.STRICT,
        )
        for one in given
    )


def _kept(given: strawberry.ID | None) -> int | None:
    return number_in(given, "MailingAddress") if given else None


def changed_addresses(given: Sequence[CartSelectableAddressUpdateInput]) -> tuple[AddressChange, ...]:
    return tuple(
        AddressChange(
            id=number_in(one.id, "CartSelectableAddress"),
            address=delivery_value(one.address.delivery_address)
            if one.address and one.address.delivery_address
            else None,
            is_selected=_given(one.selected),
            is_one_time=_given(one.one_time_use),
            is_strict=one.validation_strategy == DeliveryAddressValidationStrategy.STRICT,
        )
        for one in given
    )


def delivery_choices(given: Sequence[CartSelectedDeliveryOptionInput]) -> tuple[DeliveryChoice, ...]:
    return tuple(
        DeliveryChoice(str(number_in(one.delivery_group_id, "CartDeliveryGroup")), one.delivery_option_handle)
        for one in given
    )


def entry(key: str, kind: str, value: str) -> Entry:
    """A metafield; a key without a namespace is in `custom`."""
    namespace, name = metafield_name(key)
    return Entry(namespace=namespace, key=name, type=kind, value=value)


def metafield_name(key: str) -> tuple[str, str]:
    """Namespace and key of a key written namespace.key."""
    before, dot, after = key.partition(".")
    return (before, after) if dot else ("custom", key)


def _preferences(given: CartPreferencesInput) -> dict[str, Any]:
    """The wishes as the cart keeps them."""
    return {
        "delivery": _delivery_preference(given.delivery) if given.delivery else None,
        "wallet": list(given.wallet) if given.wallet else None,
    }


def _delivery_preference(given: CartDeliveryPreferenceInput) -> dict[str, Any]:
    near = given.coordinates
    return {
        "coordinates": {
            "country_code": near.country_code.value,
            "latitude": near.latitude,
            "longitude": near.longitude,
        }
        if near
        else None,
        "delivery_method": [method.value for method in given.delivery_method or ()],
        "pickup_handle": list(given.pickup_handle or ()),
    }


def _given(value: T | None) -> T | None:
    """The value, or None when the document did not say."""
    return None if value is strawberry.UNSET else value


def _or_unset(value: T | None) -> T | UnsetType | None:
    """The value or null as it was said, or UNSET."""
    return UNSET if value is strawberry.UNSET else value


def _cleared(value: object) -> tuple[Attribute, ...] | None:
    """An empty list clears; nothing said, or null, leaves as it is."""
    return () if isinstance(value, list) else None
