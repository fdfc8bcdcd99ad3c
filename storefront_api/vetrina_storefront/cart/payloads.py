"""What cart mutations answer: the cart, what was wrong, what the buyer should know."""

from collections.abc import Iterable
from typing import Any

import msgspec
import strawberry

from vetrina.flows.cart.changes import CartCaution, CartOutcome, CartProblem
from vetrina.flows.cart.metafields import MetafieldsOutcome
from vetrina.graphql import Info, gid, read_from
from vetrina.views.carts import CartRow
from vetrina.views.metafields import MetafieldRow
from vetrina_storefront.cart.carts import Cart
from vetrina_storefront.cart.codes import (
    CartErrorCode,
    CartWarningCode,
    MetafieldDeleteErrorCode,
    MetafieldsSetUserErrorCode,
)
from vetrina_storefront.cart.delivery import selectable_gid
from vetrina_storefront.cart.rows import cart_gid, line_gid, remember, remember_parts
from vetrina_storefront.interfaces import DisplayableError
from vetrina_storefront.metafields import Metafield


class ErrorRow(msgspec.Struct, frozen=True):
    """What was wrong, with its field in the wire's spelling."""

    code: str
    field: list[str] | None
    message: str
    reason: str | None = None


class MetafieldErrorRow(msgspec.Struct, frozen=True):
    """What was wrong with one of several metafields."""

    code: str
    element_index: int | None
    field: list[str] | None
    message: str


class WarningRow(msgspec.Struct, frozen=True):
    """What the buyer should know, and about what."""

    code: str
    message: str
    target: str


class PayloadRow(msgspec.Struct, frozen=True):
    """What every mutation of a cart answers."""

    cart: CartRow | None
    user_errors: list[ErrorRow]
    warnings: list[WarningRow]


class SetRow(msgspec.Struct, frozen=True):
    """What setting metafields answers."""

    metafields: list[MetafieldRow] | None
    user_errors: list[MetafieldErrorRow]


class DeletedRow(msgspec.Struct, frozen=True):
    """What deleting a metafield answers."""

    deleted_id: str | None
    user_errors: list[ErrorRow]


def payload(info: Info, outcome: CartOutcome) -> Any:
    """An outcome as the wire tells it; a quote the flow asked for is kept for the answer's fields."""
    if outcome.cart is not None:
        remember_parts(info, outcome.cart, outcome.parts)
    if outcome.quote is not None:
        remember(info, outcome.quote)
    return PayloadRow(
        cart=outcome.cart,
        user_errors=user_errors(outcome.errors),
        warnings=[] if outcome.cart is None else warnings(outcome.warnings, outcome.cart.key),
    )


def user_errors(problems: Iterable[CartProblem]) -> list[ErrorRow]:
    return [ErrorRow(one.code, wire_path(one.field), one.message, one.reason) for one in problems]


def warnings(cautions: Iterable[CartCaution], key: str) -> list[WarningRow]:
    return [WarningRow(one.code, one.message, _target(one, key)) for one in cautions]


def set_payload(outcome: MetafieldsOutcome) -> Any:
    """What became of metafields to set; none were when anything was wrong."""
    errors = [
        MetafieldErrorRow(one.code, _index(one.field), wire_path(one.field), one.message) for one in outcome.errors
    ]
    return SetRow(metafields=None if errors else list(outcome.metafields), user_errors=errors)


def deleted_payload(outcome: MetafieldsOutcome) -> Any:
    deleted_id = None if outcome.deleted_id is None else gid("Metafield", outcome.deleted_id)
    return DeletedRow(deleted_id=deleted_id, user_errors=user_errors(outcome.errors))


def wire_path(field: tuple[str, ...] | None) -> list[str] | None:
    """An input's path as the wire spells it: line_ids is lineIds."""
    return None if field is None else [_spelled(part) for part in field]


@strawberry.type(description="What was wrong with a change of a cart.")
class CartUserError(DisplayableError):
    code: CartErrorCode | None
    reason: str | None = strawberry.field(description="A finer, open vocabulary beside the closed codes.")

    is_type_of = read_from(ErrorRow)


@strawberry.type(description="What a buyer should know although a change was made.")
class CartWarning:
    code: CartWarningCode
    message: str
    target: strawberry.ID


@strawberry.type(description="What was wrong with metafields to set.")
class MetafieldsSetUserError(DisplayableError):
    code: MetafieldsSetUserErrorCode | None
    element_index: int | None

    is_type_of = read_from(MetafieldErrorRow)


@strawberry.type(description="What was wrong with a metafield to delete.")
class MetafieldDeleteUserError(DisplayableError):
    code: MetafieldDeleteErrorCode | None

    is_type_of = read_from(ErrorRow)


@strawberry.type(description="What a change of a cart answers.")
class CartPayload:
    cart: Cart | None
    user_errors: list[CartUserError]
    warnings: list[CartWarning]


@strawberry.type(description="The new cart.")
class CartCreatePayload(CartPayload): ...


@strawberry.type(description="The copy.")
class CartClonePayload(CartPayload): ...


@strawberry.type(description="The cart with its new lines.")
class CartLinesAddPayload(CartPayload): ...


@strawberry.type(description="The cart with its changed lines.")
class CartLinesUpdatePayload(CartPayload): ...


@strawberry.type(description="The cart without the lines.")
class CartLinesRemovePayload(CartPayload): ...


@strawberry.type(description="The cart with its note.")
class CartNoteUpdatePayload(CartPayload): ...


@strawberry.type(description="The cart with its attributes.")
class CartAttributesUpdatePayload(CartPayload): ...


@strawberry.type(description="The cart with its buyer.")
class CartBuyerIdentityUpdatePayload(CartPayload): ...


@strawberry.type(description="The cart with its discount codes.")
class CartDiscountCodesUpdatePayload(CartPayload): ...


@strawberry.type(description="The cart with more gift cards.")
class CartGiftCardCodesAddPayload(CartPayload): ...


@strawberry.type(description="The cart with its gift cards.")
class CartGiftCardCodesUpdatePayload(CartPayload): ...


@strawberry.type(description="The cart without the gift cards.")
class CartGiftCardCodesRemovePayload(CartPayload): ...


@strawberry.type(description="The cart with more delivery addresses.")
class CartDeliveryAddressesAddPayload(CartPayload): ...


@strawberry.type(description="The cart with its changed delivery addresses.")
class CartDeliveryAddressesUpdatePayload(CartPayload): ...


@strawberry.type(description="The cart without the delivery addresses.")
class CartDeliveryAddressesRemovePayload(CartPayload): ...


@strawberry.type(description="The cart with other delivery addresses.")
class CartDeliveryAddressesReplacePayload(CartPayload): ...


@strawberry.type(description="The cart with its delivery chosen.")
class CartSelectedDeliveryOptionsUpdatePayload(CartPayload): ...


@strawberry.type(description="The cart with its billing address.")
class CartBillingAddressUpdatePayload(CartPayload): ...


@strawberry.type(description="The cart with its way to pay.")
class CartPaymentUpdatePayload(CartPayload): ...


@strawberry.type(description="The cart without its buyer.")
class CartRemovePersonalDataPayload(CartPayload): ...


@strawberry.type(description="The metafields that were set.")
class CartMetafieldsSetPayload:
    metafields: list[Metafield] | None
    user_errors: list[MetafieldsSetUserError]


@strawberry.type(description="The metafield that was deleted.")
class CartMetafieldDeletePayload:
    deleted_id: strawberry.ID | None
    user_errors: list[MetafieldDeleteUserError]


def _target(caution: CartCaution, key: str) -> str:
    number = caution.target_id
    if number is None:
        return cart_gid(key)
    if caution.target == "CartLine":
        return line_gid(number, key)
    return selectable_gid(number, key) if caution.target == "CartSelectableAddress" else gid(caution.target, number)


def _index(field: tuple[str, ...] | None) -> int | None:
    return next((int(part) for part in field or () if part.isdecimal()), None)


def _spelled(part: str) -> str:
    first, *others = part.split("_")
    return first + "".join(word.capitalize() for word in others)
