"""How a cart can be paid: gift cards first, then the methods every provider offers for the rest."""

from collections.abc import Sequence

import msgspec

from vetrina.kernel.context import Context
from vetrina.kernel.errors import Refusal
from vetrina.kernel.registry import PortFailed, Provided
from vetrina.shop.payments.ports import OfferedMethod, OfferRequest, PaymentProvider
from vetrina.shop.pricing.ports import Redeemable
from vetrina.shop.pricing.rules import Redemption
from vetrina.vocabulary import PaymentFlow

CORE = "vetrina"
"""The provider named for what needs none."""


class MethodOffer(msgspec.Struct, frozen=True, kw_only=True):
    """A way to pay that this cart may use; `amount` is what it would charge, its fee included, in minor units."""

    handle: str
    provider: str
    method: OfferedMethod
    amount: int


FREE = MethodOffer(
    handle=f"{CORE}:free",
    provider=CORE,
    method=OfferedMethod(method="free", title="Free", flow=PaymentFlow.FREE),
    amount=0,
)
"""The only way offered when nothing is left to pay."""


def offered_methods(
    ctx: Context, currency: str, due: int, delivery_handles: tuple[str, ...]
) -> tuple[MethodOffer, ...]:
    """The ways to pay `due` minor units, in the providers' order; a failing provider offers none."""
    if due == 0:
        return (FREE,)
    request = OfferRequest(
        country=ctx.place.country,
        currency=currency,
        amount=due,
        language=ctx.place.language,
        delivery_handles=delivery_handles,
    )
    offers = list[MethodOffer]()
    for provided in ctx.ports.all(PaymentProvider):
        offers.extend(
            MethodOffer(
                handle=f"{provided.key}:{method.method}",
                provider=provided.key,
                method=method,
                amount=due + method.fee,
            )
            for method in _methods(ctx, provided, request)
            if method.fee >= 0
        )
    return tuple(offers)


async def redemptions(ctx: Context, codes: Sequence[str], currency: str) -> tuple[Redemption, ...]:
    """The cards behind the codes that somebody knows and that have something left; amounts are filled in later.

    Raises PortFailed when a source cannot answer.
    """
    found = dict[tuple[str, str], Redemption]()
    for provided in ctx.ports.all(Redeemable) if codes else ():
        for card in await ctx.ports.ask(provided, provided.implementation.look_up, ctx, codes, currency):
            found.setdefault(
                (provided.key, card.id),
                Redemption(
                    source=provided.key,
                    id=card.id,
                    code=card.code,
                    last_characters=card.last_characters,
                    balance=card.balance,
                    amount=0,
                ),
            )
    return tuple(found.values())


def _methods(ctx: Context, provided: Provided[PaymentProvider], request: OfferRequest) -> tuple[OfferedMethod, ...]:
    try:
        return ctx.ports.call(provided, provided.implementation.methods, request)
    except (PortFailed, Refusal):
        return ()
