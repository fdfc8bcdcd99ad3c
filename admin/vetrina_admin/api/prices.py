"""Set, change and remove a variant's price in a list."""

from collections.abc import Mapping
from typing import Any

import strawberry
from msgspec import UNSET

from vetrina.flows.prices import Break, PriceChange, set_prices
from vetrina.graphql import Info, UserError, answer, ctx_of, int_key_of, root
from vetrina.graphql.scalars import Decimal
from vetrina.kernel.context import Context
from vetrina.views.catalog.product_sheets import variant_sheets_by_id
from vetrina_admin.api.products import ProductVariant


@strawberry.input(description="What one piece costs where at least so many are bought; in major units.")
class PriceBreakInput:
    minimum: int
    amount: Decimal


@strawberry.input(description="What a variant is to cost in a list, in the list's currency.")
class PriceSetInput:
    variant_id: strawberry.ID
    price_list_id: strawberry.ID | None = strawberry.field(
        default=None, description="The default market's list if left out."
    )
    amount: Decimal | None = strawberry.field(
        default=None,
        description="In major units, such as 12.50; none, with nothing beside it, takes the variant off the list.",
    )
    compare_at: Decimal | None = strawberry.field(default=None, description="The struck-through price.")
    breaks: list[PriceBreakInput] | None = strawberry.field(
        default=None, description="By rising quantity, each cheaper than the last; left out, those that stand stay."
    )


@strawberry.type(description="The variant with its prices as they are now.")
class PriceSetPayload:
    variant: ProductVariant | None
    user_errors: list[UserError]


@strawberry.type
class PriceMutation:
    @root(
        permission="prices.write", description="Set, change or remove a price; every change is kept in the price log."
    )
    async def price_set(self, info: Info, input: PriceSetInput) -> PriceSetPayload:  # noqa: A002
        return await answer(PriceSetPayload, _set(ctx_of(info), input), within=("input",), below=_BELOW)


async def _set(ctx: Context, given: PriceSetInput) -> Mapping[str, Any]:
    variant_id = int_key_of(given.variant_id, "ProductVariant", field=(*_PATH, "variantId"))
    listed = given.price_list_id
    change = PriceChange(
        variant_id=variant_id,
        amount=given.amount,
        compare_at=given.compare_at,
        price_list_id=None if listed is None else int_key_of(listed, "PriceList", field=(*_PATH, "priceListId")),
        breaks=UNSET
        if given.breaks is None
        else tuple(Break(minimum=b.minimum, amount=b.amount) for b in given.breaks),
    )
    await set_prices(ctx, [change])
    return {"variant": (await variant_sheets_by_id(ctx.db, [variant_id])).get(variant_id)}


_PATH = ("prices", "0")
"""Where the flow finds fault with the only price it is given; the wire's path does not have it."""
_BELOW = len(_PATH)
