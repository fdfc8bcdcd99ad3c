"""Carts for tests: a shop with chosen plugins behind its ports, carts in a word, and what the database says."""

from typing import Any, cast

import msgspec

from vetrina.flows.cart.addresses import AddressInput
from vetrina.flows.cart.carts import NewCart, create_cart
from vetrina.flows.cart.changes import CartOutcome
from vetrina.flows.cart.fitting import LineInput
from vetrina.flows.cart.identity import Identity
from vetrina.flows.quoting import CartQuote, quote_cart
from vetrina.kernel.context import Context
from vetrina.kernel.meters import Meters
from vetrina.kernel.registry import Ports, Provided
from vetrina.ports import (
    DeliveryOption,
    DeliveryProvider,
    OfferedMethod,
    OfferRequest,
    PaymentProvider,
    PriceRules,
    Redeemable,
    TaxProvider,
)
from vetrina.testing.delivery import FakeDelivery
from vetrina.testing.payments import FakeProvider
from vetrina.views.carts import CartRow, cart_by_key, cart_lines
from vetrina.vocabulary import Address, PaymentFlow

PORTS = {
    "delivery": DeliveryProvider,
    "tax": TaxProvider,
    "rules": PriceRules,
    "cards": Redeemable,
    "payments": PaymentProvider,
}
ROME = Address(last_name="Rossi", address1="Via Roma 1", city="Roma", zip="00185", country="IT")
STANDARD = DeliveryOption(handle="standard", title="Standard", amount=500)
EXPRESS = DeliveryOption(handle="express", title="Express", amount=1_500)


class Tills(FakeProvider):
    """Offers a transfer without a fee and cash with one of 2.00; cash up to 100.00 only."""

    def methods(self, request: OfferRequest) -> tuple[OfferedMethod, ...]:
        transfer = OfferedMethod(method="transfer", title="Bank transfer", flow=PaymentFlow.OFFLINE)
        cash = OfferedMethod(method="cash", title="Cash", flow=PaymentFlow.OFFLINE, fee=200)
        return (transfer, cash) if request.amount <= 10_000 else (transfer,)


def serving(ctx: Context, **implementations: Any) -> Context:
    """The same shop with these plugins: delivery=..., tax=..., rules=..., cards=..., payments=..., one or a list."""
    provided = list[Provided[Any]]()
    for kind, given in implementations.items():
        several = cast(list[Any], given) if isinstance(given, list) else [given]
        for number, implementation in enumerate(several, start=1):
            key = kind if number == 1 else f"{kind}-{number}"
            provided.append(Provided(PORTS[kind], key, f"{kind}-plugin", implementation))
    shop = msgspec.structs.replace(ctx.shop, ports=Ports(provided, Meters(ctx.shop.clock)))
    return msgspec.structs.replace(ctx, shop=shop)


def a_whole_shop(ctx: Context) -> Context:
    """Delivery in two ways, and two ways to pay."""
    return serving(ctx, delivery=FakeDelivery([STANDARD, EXPRESS]), payments=Tills(ctx.shop.clock))


async def opened(ctx: Context, *variant_ids: int, **chosen: Any) -> str:
    """The key of a new cart with one of each variant."""
    wanted: dict[str, Any] = {"lines": tuple(LineInput(variant_id=variant_id) for variant_id in variant_ids)}
    outcome = await create_cart(ctx, NewCart(**(wanted | chosen)))
    assert outcome.errors == ()
    assert outcome.cart_key is not None
    return outcome.cart_key


async def ready(ctx: Context, *variant_ids: int, **chosen: Any) -> str:
    """The key of a new cart that knows who buys and where it goes."""
    return await opened(
        ctx,
        *variant_ids,
        identity=Identity(email="anna@rossi.example"),
        addresses=(AddressInput(address=ROME, is_strict=True),),
        **chosen,
    )


async def stored(ctx: Context, key: str) -> CartRow:
    """The cart as the database has it."""
    cart = await cart_by_key(ctx.db, key)
    assert cart is not None
    return cart


async def quoted(ctx: Context, key: str) -> CartQuote:
    return await quote_cart(ctx, await stored(ctx, key))


async def contents(ctx: Context, key: str) -> list[tuple[int, int]]:
    """Pairs of variant and quantity, oldest line first."""
    rows = await cart_lines(ctx.db, [(await stored(ctx, key)).id])
    return [(row.variant_id, row.quantity) for row in rows]


async def line_ids(ctx: Context, key: str) -> list[int]:
    return [row.id for row in await cart_lines(ctx.db, [(await stored(ctx, key)).id])]


def told(outcome: CartOutcome) -> list[tuple[str, str]]:
    """Pairs of error code and field path."""
    return [(problem.code, ".".join(problem.field or ())) for problem in outcome.errors]


def warned(outcome: CartOutcome) -> list[str]:
    return [caution.code for caution in outcome.warnings]
