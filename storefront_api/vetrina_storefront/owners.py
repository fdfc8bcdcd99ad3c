"""Whose an Idempotency-Key is: the cart's or attempt's that a mutation names, or the customer's who signs it."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from vetrina.graphql import split_gid
from vetrina.kernel.context import Context
from vetrina.kernel.errors import BadInput

_CART_ARGUMENTS = ("cartId", "ownerId")
_SECRETS = {"attemptId": "attempt", "customerAccessToken": "customer"}


def owner_of(_: Context, arguments: Mapping[str, Any]) -> str | None:
    """The carts' keys, the attempt's or the customer's token: a stranger does not know them, so he hears nothing.

    None where a mutation names none of them, as cartCreate does.
    """
    holders = [arguments, *_inputs(arguments)]
    keys = sorted({_key(str(holder[name])) for holder in holders for name in _CART_ARGUMENTS if name in holder})
    if keys:
        return " ".join(("cart", *keys))
    return next((f"{kind} {arguments[name]}" for name, kind in _SECRETS.items() if arguments.get(name)), None)


def _inputs(arguments: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for value in arguments.values():
        for inner in cast(list[Any], value) if isinstance(value, list) else [value]:
            if isinstance(inner, dict):
                yield cast(dict[str, Any], inner)


def _key(cart_id: str) -> str:
    """The secret alone, so that one cart's ids in several spellings have one owner."""
    try:
        return split_gid(cart_id)[1]
    except BadInput:
        return cart_id
