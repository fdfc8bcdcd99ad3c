"""What a cart's fields are read from: its lines and its quote, each read once per cart and operation."""

import asyncio
from collections.abc import Sequence
from typing import Any, ClassVar

import msgspec

from vetrina.flows.quoting import CartQuote, at_the_cart, quote_cart
from vetrina.graphql import Info, ctx_of, gid, key_of, once
from vetrina.kernel.errors import BadInput
from vetrina.ports import QuoteLine
from vetrina.views.carts import CartLineFactsRow, CartRow, cart_line_facts

LINE_TYPES = ("CartLine", "ComponentizableCartLine", "BaseCartLine")


class LineView(msgspec.Struct, frozen=True):
    """A line and its cart: what the fields of a line are read from."""

    type_name: ClassVar[str] = "CartLine"

    cart: CartRow
    facts: CartLineFactsRow

    @property
    def quantity(self) -> int:
        return self.facts.quantity


async def lines_of(info: Info, cart: CartRow) -> tuple[CartLineFactsRow, ...]:
    """A cart's lines where it is sold, without asking any plugin."""

    async def load() -> tuple[CartLineFactsRow, ...]:
        return await cart_line_facts(await at_the_cart(ctx_of(info), cart), cart.id)

    return await once(info, ("cart lines", cart.id, cart.version), load)


async def quote_of(info: Info, cart: CartRow) -> CartQuote:
    """A cart's quote: plugins are asked once per operation, and only when a field needs an amount."""

    async def load() -> CartQuote:
        return await quote_cart(ctx_of(info), cart, await lines_of(info, cart))

    return await once(info, _quote_key(cart), load)


async def quotes_of(info: Info, carts: Sequence[CartRow]) -> list[CartQuote]:
    return [await quote_of(info, cart) for cart in carts]


async def quoted_lines(info: Info, views: Sequence[LineView]) -> list[tuple[CartQuote, QuoteLine]]:
    """Each line as its cart's quote prices it."""
    quotes = {view.cart.id: await quote_of(info, view.cart) for view in views}
    priced = {(cart_id, line.key): line for cart_id, quote in quotes.items() for line in quote.quote.lines}
    return [(quotes[view.cart.id], priced[view.cart.id, view.facts.id]) for view in views]


def remember(info: Info, quote: CartQuote) -> None:
    """Keep a quote that a flow had to ask for, so that the answer's fields need not ask again."""
    answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    answer.set_result(quote)
    info.context.memory[_quote_key(quote.cart)] = answer


def cart_gid(key: str) -> str:
    return gid("Cart", key)


def line_gid(line_id: int, cart_key: str) -> str:
    """The public API's ids of lines name their cart too."""
    return f"{gid('CartLine', line_id)}?cart={cart_key}"


def cart_key(given: str) -> str:
    """The secret key in a cart's id, or a bare key; what cannot be one leads to no cart."""
    if given.isascii() and given.isalnum():
        return given
    try:
        return key_of(given, "Cart")
    except BadInput:
        return ""


def number_in(given: str, *type_names: str) -> int:
    """The number in an id of one of these types; 0, which nothing has, where there is none."""
    try:
        key = key_of(given, *type_names)
    except BadInput:
        return 0
    is_number = key.isascii() and key.isdecimal() and len(key) <= 18
    return int(key) if is_number else 0


def card_in(given: str) -> str:
    """What names an applied gift card in its id; empty where nothing does."""
    try:
        return key_of(given, "AppliedGiftCard")
    except BadInput:
        return ""


def _quote_key(cart: CartRow) -> tuple[Any, ...]:
    return ("cart quote", cart.id, cart.version, cart.payment is None)
