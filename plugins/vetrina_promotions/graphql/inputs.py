"""A discount as programs write it: ids, percentages of 100, amounts in major units."""

import decimal
from collections.abc import Sequence
from typing import Any

import strawberry

from vetrina.graphql import int_key_of
from vetrina.graphql.scalars import DateTime, Decimal
from vetrina.kernel.context import Context
from vetrina_promotions.drafts import ScopeDraft, TermsDraft, terms_of
from vetrina_promotions.flows.promotions import PromotionSheet
from vetrina_promotions.graphql.types import PromotionsClass, PromotionsKind
from vetrina_promotions.rules import Scope


@strawberry.input(description="Products, by themselves, by their collections or variants; nothing named is everything.")
class PromotionsScopeInput:
    product_ids: list[strawberry.ID] | None = None
    collection_ids: list[strawberry.ID] | None = None
    variant_ids: list[strawberry.ID] | None = None


@strawberry.input(description="From `at` on (an amount, or pieces) it is `off` instead.")
class PromotionsTierInput:
    at: Decimal
    off: Decimal


@strawberry.input(description="A discount. An update replaces all of it but its codes.")
class PromotionsDiscountInput:
    title: str
    kind: PromotionsKind
    code: str | None = strawberry.field(default=None, description="Left out, it is automatic; read at creation alone.")
    percentage: Decimal | None = strawberry.field(default=None, description="Of 100. 100 is free.")
    amount: Decimal | None = strawberry.field(default=None, description="Instead of a percentage.")
    currency: str | None = strawberry.field(default=None, description="Of every amount; it counts in no other.")
    each: bool = strawberry.field(default=False, description="The amount comes off every piece.")
    scope: PromotionsScopeInput | None = strawberry.field(
        default=None, description="What is reduced; with BUY_GET what is got."
    )
    spares_reduced: bool = strawberry.field(default=False, description="Leave alone what has a compare-at price.")
    least_subtotal: Decimal | None = None
    least_quantity: int | None = None
    tiers: list[PromotionsTierInput] | None = None
    tiers_by_quantity: bool = False
    buys: PromotionsScopeInput | None = None
    buys_quantity: int | None = None
    buys_subtotal: Decimal | None = None
    gets_quantity: int | None = None
    most_times: int | None = None
    most_delivery: Decimal | None = None
    market_ids: list[strawberry.ID] | None = None
    first_order_only: bool = False
    customers: list[str] | None = strawberry.field(default=None, description="E-mail addresses: for nobody else.")
    combines: list[PromotionsClass] | None = None
    starts_at: DateTime | None = None
    ends_at: DateTime | None = None
    usage_limit: int | None = None
    per_customer: int | None = None


def called(given: PromotionsDiscountInput) -> dict[str, str]:
    """What the input calls the fields of a sheet that has one for both money and others."""
    return {
        "off": "percentage" if given.amount is None else "amount",
        "least": "leastSubtotal" if given.least_subtotal else "leastQuantity",
    }


async def sheet_from(ctx: Context, given: PromotionsDiscountInput) -> PromotionSheet:
    """What is meant. Raises BadInput naming the field."""
    who = "first_order" if given.first_order_only else "named" if given.customers else "everyone"
    draft = TermsDraft(
        kind=given.kind.value,
        value="amount" if given.amount is not None else "percentage",
        off=_number(given.amount if given.amount is not None else given.percentage),
        currency=given.currency,
        each=given.each,
        scope=_scope(given.scope, "scope"),
        spares_reduced=given.spares_reduced,
        minimum="subtotal" if given.least_subtotal else "quantity" if given.least_quantity else "none",
        least=_number(given.least_subtotal or given.least_quantity),
        tier_by="quantity" if given.tiers_by_quantity else "subtotal",
        tiers=tuple((_number(tier.at), _number(tier.off)) for tier in given.tiers or ()),
        buys=_scope(given.buys, "buys"),
        buys_quantity=given.buys_quantity or 0,
        buys_subtotal=_number(given.buys_subtotal),
        gets_quantity=given.gets_quantity or 0,
        most_times=given.most_times,
        most_delivery=_number(given.most_delivery),
        markets=_keys(given.market_ids, "Market", "marketIds"),
        customers=who,
        combines=tuple(each.value for each in given.combines or ()),
    )
    return PromotionSheet(
        title=given.title,
        terms=await terms_of(ctx.db, draft),
        is_automatic=not given.code,
        codes=(given.code,) if given.code else (),
        customers=tuple(given.customers or ()),
        starts_at=given.starts_at,
        ends_at=given.ends_at,
        usage_limit=given.usage_limit,
        per_customer=given.per_customer,
    )


def _number(given: Any) -> Any:
    return None if given is None else decimal.Decimal(given)


def _scope(given: PromotionsScopeInput | None, field: str) -> ScopeDraft:
    if given is None:
        return ScopeDraft()
    return ScopeDraft(
        ids=Scope(
            product_ids=_keys(given.product_ids, "Product", field),
            collection_ids=_keys(given.collection_ids, "Collection", field),
            variant_ids=_keys(given.variant_ids, "ProductVariant", field),
        )
    )


def _keys(ids: Sequence[str] | None, kind: str, field: str) -> tuple[int, ...]:
    return tuple(int_key_of(given, kind, field=(field,)) for given in ids or ())
