"""Choose how a cart is paid, and the billing address that goes with it."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import msgspec

from vetrina.flows.cart.addresses import address_problems
from vetrina.flows.cart.changes import (
    CartOutcome,
    CartProblem,
    CartRefused,
    Edit,
    cart_to_change,
    change_cart,
    refusable,
)
from vetrina.flows.quoting import FREE, CartQuote, MethodOffer, quote_cart
from vetrina.kernel.context import Context
from vetrina.kernel.money import Money
from vetrina.kernel.texts import text
from vetrina.shop.cart import service as carts
from vetrina.shop.delivery.rules import tidied
from vetrina.shop.payments.ports import PaymentProvider
from vetrina.views.carts import CartParts
from vetrina.vocabulary import Address

PAYMENT_TOKEN = "payment-token"
"""The vault's purpose under which a provider's token is sealed in the cart."""
TOKEN_LIMIT = 4_096
URL_LIMIT = 2_048

Path = tuple[str, ...]


class PaymentChoice(msgspec.Struct, frozen=True, kw_only=True):
    """What the buyer wants to pay with, and the amount he was shown; it is compared, never charged.

    `alternatives` are the names of the contract's alternatives that were given; exactly one has to be. Only
    `free_payment_method` and `provider_payment_method` with its `handle` are ways to pay here.
    """

    amount: Money
    alternatives: tuple[str, ...]
    handle: str | None = None
    token: str | None = None
    return_url: str | None = None
    billing_address: Address | None = None


@refusable
async def choose_payment(ctx: Context, key: str, choice: PaymentChoice) -> CartOutcome:
    """Keep the chosen way to pay, its provider's token sealed. The amount must be what the method would charge now."""
    found = await cart_to_change(ctx, key)
    quote = await quote_cart(ctx, found.cart, CartParts(destination=found.destination))
    offer = _offer(ctx, quote, choice)
    payment = _payment(ctx, offer, choice)
    billing = _billing(choice.billing_address, _billing_field(choice))

    async def change(edit: Edit) -> None:
        if edit.cart.version != quote.cart.version:
            raise CartRefused(_invalid("The cart has changed meanwhile; look at it again.", reason="CART_CHANGED"))
        edit.set(payment=payment)
        if billing is not None:
            edit.set(billing_address=billing)
        edit.keep(quote)

    return await change_cart(ctx, key, change)


@refusable
async def update_billing_address(ctx: Context, key: str, address: Address | None) -> CartOutcome:
    """Set the address on the bill, or forget it: then the bill goes to the delivery address."""
    billing = _billing(address, ("billing_address",))

    async def change(edit: Edit) -> None:
        edit.set(billing_address=billing)

    return await change_cart(ctx, key, change)


def _offer(ctx: Context, quote: CartQuote, choice: PaymentChoice) -> MethodOffer:
    """The offer the choice means. Raises CartRefused."""
    if not quote.lines:
        raise CartRefused(_problem("INVALID_PAYMENT_EMPTY_CART", "An empty cart cannot be paid.", ("payment",)))
    if len(choice.alternatives) != 1:
        raise CartRefused(_invalid("Exactly one way to pay has to be given."))
    alternative = choice.alternatives[0]
    handle = FREE.handle if alternative == "free_payment_method" else choice.handle
    if alternative not in ("free_payment_method", "provider_payment_method") or handle is None:
        raise CartRefused(_problem("PAYMENT_METHOD_NOT_SUPPORTED", "This way to pay is not known.", _at(alternative)))
    offer = next((method for method in quote.methods if method.handle == handle), None)
    if offer is None:
        is_known = handle == FREE.handle or ctx.ports.find(PaymentProvider, handle.split(":")[0]) is not None
        code = "PAYMENT_METHOD_NOT_APPLICABLE" if is_known else "PAYMENT_METHOD_NOT_SUPPORTED"
        raise CartRefused(_problem(code, "This way to pay is not on offer for the cart.", _at(alternative)))
    if choice.amount != Money(offer.amount, quote.quote.currency):
        message = f"The amount to pay is {Money(offer.amount, quote.quote.currency)}."
        raise CartRefused(_problem("INVALID_PAYMENT", message, ("payment", "amount"), reason="AMOUNT_MISMATCH"))
    return offer


def _payment(ctx: Context, offer: MethodOffer, choice: PaymentChoice) -> dict[str, Any]:
    at = ("payment", "provider_payment_method")
    token = text(choice.token, field=(*at, "token"), limit=TOKEN_LIMIT) if choice.token else None
    if choice.return_url is not None and not _may_return(choice.return_url, ctx):
        message = "The buyer cannot be sent back there: the address is not one of this shop's."
        raise CartRefused(_problem("INVALID_PAYMENT", message, (*at, "return_url"), reason="RETURN_URL_NOT_ALLOWED"))
    return {
        "handle": offer.handle,
        "amount": offer.amount,
        "currency": choice.amount.currency,
        "token": ctx.shop.vault.seal(PAYMENT_TOKEN, token) if token else None,
        "return_url": choice.return_url,
    }


def _may_return(url: str, ctx: Context) -> bool:
    """Only to the shop's own origins; what a browser reads differently from us is refused outright."""
    if len(url) > URL_LIMIT or any(character in url for character in "\\\t\r\n @") or not url.isprintable():
        return False
    return _origin(url) in {_origin(allowed) for allowed in (ctx.shop.base_url, *ctx.shop.return_origins)}


def _origin(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ("", "")
    return parts.scheme, parts.netloc.lower()


def _billing(address: Address | None, field: Path) -> dict[str, Any] | None:
    if address is None:
        return None
    tidy = tidied(address)
    problems = tuple(address_problems(tidy, field, is_strict=False))
    if problems:
        raise CartRefused(*problems)
    return carts.plain_address(tidy) or None


def _billing_field(choice: PaymentChoice) -> Path:
    return (*_at(choice.alternatives[0]), "billing_address")


def _at(alternative: str) -> Path:
    return ("payment", alternative)


def _invalid(message: str, reason: str | None = None) -> CartProblem:
    return _problem("INVALID_PAYMENT", message, ("payment",), reason)


def _problem(code: str, message: str, field: Sequence[str], reason: str | None = None) -> CartProblem:
    return CartProblem(code=code, message=message, field=tuple(field), reason=reason)
