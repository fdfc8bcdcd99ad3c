"""Choose how the groups of a cart travel."""

from collections.abc import Sequence

import msgspec

from vetrina.flows.cart.changes import (
    CartOutcome,
    CartProblem,
    CartRefused,
    Edit,
    cart_to_change,
    change_cart,
    refusable,
)
from vetrina.flows.cart.fitting import check_count
from vetrina.flows.quoting import CartQuote, quote_cart
from vetrina.kernel.context import Context
from vetrina.views.carts import CartParts


class DeliveryChoice(msgspec.Struct, frozen=True):
    """The option with this handle for the group with this key."""

    group_key: str
    option_handle: str


@refusable
async def select_delivery_options(ctx: Context, key: str, choices: Sequence[DeliveryChoice]) -> CartOutcome:
    """Choose a delivery option for groups of a cart; each must be on offer now."""
    check_count(choices, _FIELD)
    found = await cart_to_change(ctx, key)
    quote = await quote_cart(ctx, found.cart, CartParts(destination=found.destination))
    problems = _problems(quote, choices)
    if problems:
        raise CartRefused(*problems)

    async def change(edit: Edit) -> None:
        chosen = {choice.group_key: choice.option_handle for choice in choices}
        edit.set(delivery_choices={**edit.cart.delivery_choices, **chosen})
        edit.keep(quote)

    return await change_cart(ctx, key, change)


def _problems(quote: CartQuote, choices: Sequence[DeliveryChoice]) -> list[CartProblem]:
    groups = {group.key: {option.handle for option in group.options} for group in quote.groups}
    problems = list[CartProblem]()
    for index, choice in enumerate(choices):
        at = (*_FIELD, str(index))
        if choice.group_key not in groups:
            message = "The specified delivery group is not in this cart."
            problems.append(
                CartProblem(code="INVALID_DELIVERY_GROUP", message=message, field=(*at, "delivery_group_id"))
            )
        elif choice.option_handle not in groups[choice.group_key]:
            message = "The specified delivery option is not on offer."
            problems.append(
                CartProblem(code="INVALID_DELIVERY_OPTION", message=message, field=(*at, "delivery_option_handle"))
            )
    return problems


_FIELD = ("selected_delivery_options",)
