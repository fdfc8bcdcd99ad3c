"""What a cart's fields are read from: its lines and its quote, each read once per cart and operation."""

from collections.abc import Sequence
from typing import Any, ClassVar

import msgspec
from msgspec import UNSET

from vetrina.flows.quoting import CartQuote, at_the_cart, cart_lines_here, quote_cart
from vetrina.graphql import Info, ctx_of, gid, keep, key_of, once
from vetrina.kernel.context import Context
from vetrina.kernel.errors import BadInput
from vetrina.ports import QuoteLine
from vetrina.views.carts import CartAddressRow, CartParts, CartRow, cart_addresses, selected_address
from vetrina.views.catalog.merchandise import CartLineFactsRow
from vetrina.vocabulary import Address

LINE_TYPES = ("CartLine", "ComponentizableCartLine", "BaseCartLine")


class AnyLine(msgspec.Struct, frozen=True):
    """A line and its cart: what the fields of a line are read from."""

    cart: CartRow
    facts: CartLineFactsRow

    @property
    def quantity(self) -> int:
        return self.facts.quantity

    @property
    def public_id(self) -> str:
        """A line keeps its id when what is in it becomes a bundle."""
        return line_gid(self.facts.id, self.cart.key)


class LineView(AnyLine, frozen=True):
    """A line of pieces of one variant."""

    type_name: ClassVar[str] = "CartLine"


class BundleView(AnyLine, frozen=True):
    """A line of bundles."""

    type_name: ClassVar[str] = "ComponentizableCartLine"


def line_view(cart: CartRow, facts: CartLineFactsRow) -> AnyLine:
    """A line as what it is: of pieces, or of bundles."""
    return LineView(cart, facts) if facts.parts is None else BundleView(cart, facts)


async def at_cart(info: Info, cart: CartRow) -> Context:
    """The request's context in the cart's own place: a cart speaks one currency, wherever the request is made."""
    ctx = ctx_of(info)
    return await once(info, ("cart place", cart.country, cart.language), lambda: at_the_cart(ctx, cart))


async def lines_of(info: Info, cart: CartRow) -> tuple[CartLineFactsRow, ...]:
    """A cart's lines where it is sold, without asking any plugin."""

    async def load() -> tuple[CartLineFactsRow, ...]:
        return await cart_lines_here(await at_cart(info, cart), cart.id)

    return await once(info, _lines_key(cart), load)


async def addresses_of(info: Info, cart: CartRow) -> tuple[CartAddressRow, ...]:
    """The addresses a cart may go to, oldest first."""

    async def load() -> tuple[CartAddressRow, ...]:
        return tuple(await cart_addresses(ctx_of(info).db, [cart.id]))

    return await once(info, _addresses_key(cart), load)


async def quote_of(info: Info, cart: CartRow) -> CartQuote:
    """A cart's quote: plugins are asked once per operation, and only when a field needs an amount."""

    async def load() -> CartQuote:
        destination = await once(info, _destination_key(cart), lambda: _destination(info, cart))
        parts = CartParts(lines=await lines_of(info, cart), destination=destination)
        return await quote_cart(await at_cart(info, cart), cart, parts)

    return await once(info, _quote_key(cart), load)


async def quotes_of(info: Info, carts: Sequence[CartRow]) -> list[CartQuote]:
    return [await quote_of(info, cart) for cart in carts]


async def quoted_lines(info: Info, views: Sequence[AnyLine]) -> list[tuple[CartQuote, QuoteLine]]:
    """Each line as its cart's quote prices it."""
    quotes = {view.cart.id: await quote_of(info, view.cart) for view in views}
    priced = {(cart_id, line.key): line for cart_id, quote in quotes.items() for line in quote.quote.lines}
    return [(quotes[view.cart.id], priced[view.cart.id, view.facts.id]) for view in views]


def remember(info: Info, quote: CartQuote) -> None:
    """Keep a quote that a flow had to ask for, so that the answer's fields need not ask again."""
    keep(info, _quote_key(quote.cart), quote)
    remember_parts(info, quote.cart, quote.parts)


def remember_parts(info: Info, cart: CartRow, parts: CartParts) -> None:
    """Keep what a flow had in its hands of the cart as it is now."""
    if parts.lines is not None:
        keep(info, _lines_key(cart), parts.lines)
    if parts.addresses is not None:
        keep(info, _addresses_key(cart), parts.addresses)
    if parts.destination is not UNSET:
        keep(info, _destination_key(cart), parts.destination)


async def _destination(info: Info, cart: CartRow) -> Address | None:
    return selected_address(await addresses_of(info, cart))


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


def _lines_key(cart: CartRow) -> tuple[Any, ...]:
    return ("cart lines", cart.id, cart.version)


def _addresses_key(cart: CartRow) -> tuple[Any, ...]:
    return ("cart addresses", cart.id, cart.version)


def _destination_key(cart: CartRow) -> tuple[Any, ...]:
    return ("cart destination", cart.id, cart.version)


def _quote_key(cart: CartRow) -> tuple[Any, ...]:
    return ("cart quote", cart.id, cart.version, cart.payment is None)
