"""A cart's quote as the page shows it: with what is chosen, and with what is chosen beforehand for the buyer."""

import msgspec

from vetrina.flows.quoting import CartQuote, MethodOffer, quote_cart
from vetrina.views.carts import CartRow, cart_by_key
from vetrina.vocabulary import PaymentFlow
from vetrina_checkout.visits import Visit


def payable(quoted: CartQuote) -> tuple[MethodOffer, ...]:
    """The ways to pay that a page can take: one in the page brings its script."""
    return tuple(
        offer for offer in quoted.methods if offer.method.flow != PaymentFlow.IN_PAGE or offer.method.script is not None
    )


async def quoted_again(visit: Visit, cart: CartRow) -> CartQuote:
    """The quote after a change; nobody deletes a cart that somebody holds the link of."""
    return await quote_cart(visit.ctx, in_words_of(visit, await cart_by_key(visit.ctx.db, cart.key) or cart))


async def quoted_as_shown(visit: Visit, cart: CartRow) -> CartQuote:
    """The quote, with the cheapest delivery where none is chosen, and the only way to pay where there is one.

    Nothing is written: the page's form chooses so when it is sent, and the amounts are then the ones that were shown.
    """
    quoted = await quote_cart(visit.ctx, in_words_of(visit, cart))
    chosen = preset(quoted)
    if chosen:
        choices = {**quoted.cart.delivery_choices, **chosen}
        quoted = await _with(visit, quoted, delivery_choices=choices)
    offers = payable(quoted)
    if quoted.selected_method not in offers and len(offers) == 1 and offers[0].method.fee:
        payment = {"handle": offers[0].handle, "amount": offers[0].amount, "currency": quoted.quote.currency}
        quoted = await _with(visit, quoted, payment=payment)
    return quoted


def preset(quoted: CartQuote) -> dict[str, str]:
    """For groups without a delivery of the buyer's choice, the cheapest there is, by the group's key."""
    return {group.key: group.options[0].handle for group in quoted.groups if group.selected is None and group.options}


def in_words_of(visit: Visit, cart: CartRow) -> CartRow:
    """The cart to be quoted in the language of the page; what is stored stays as it is."""
    return msgspec.structs.replace(cart, language=visit.ctx.place.language)


async def _with(visit: Visit, quoted: CartQuote, **columns: object) -> CartQuote:
    """The same cart as if it had these columns; its lines and its address are not read again."""
    return await quote_cart(visit.ctx, msgspec.structs.replace(quoted.cart, **columns), quoted.parts)
