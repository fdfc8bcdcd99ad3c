"""Discounts, their codes and results on the wire."""

from collections.abc import Sequence
from enum import Enum

import msgspec
import strawberry

from vetrina.graphql import Info, PageInfo, batch, ctx_of, id_field
from vetrina.graphql.scalars import DateTime, Decimal
from vetrina.kernel.money import decimal_text
from vetrina_promotions.drafts import names_of
from vetrina_promotions.rules import Status
from vetrina_promotions.sentences import summary
from vetrina_promotions.views.promotions import PromotionRow, ResultRow, codes_of, results_of

DISCOUNT, CODE = "PromotionsDiscount", "PromotionsCode"


@strawberry.enum(description="Running, waiting for its day, over, or paused by somebody.")
class PromotionsStatus(Enum):
    ACTIVE = Status.ACTIVE.value
    SCHEDULED = Status.SCHEDULED.value
    EXPIRED = Status.EXPIRED.value
    PAUSED = Status.PAUSED.value


@strawberry.enum(description="Off chosen products, off the order, buy some and get others, or off delivery.")
class PromotionsKind(Enum):
    PRODUCTS = "products"
    ORDER = "order"
    BUY_GET = "buy_get"
    SHIPPING = "shipping"


@strawberry.enum(description="A class of discounts that others go together with.")
class PromotionsClass(Enum):
    PRODUCT = "product"
    ORDER = "order"
    SHIPPING = "shipping"


class ToldRow(msgspec.Struct, frozen=True):
    """A result as the wire writes it."""

    currency: str
    orders: int
    amount: str
    sales: str


@strawberry.type(description="What a discount brought in one currency, in major units: orders that stand.")
class PromotionsResult:
    currency: str
    orders: int
    amount: Decimal = strawberry.field(description="What came off.")
    sales: Decimal = strawberry.field(description="What the orders came to.")


async def load_statuses(rows: Sequence[PromotionRow], info: Info) -> list[str]:
    now = ctx_of(info).now()
    return [row.status(now).value for row in rows]


async def load_summaries(rows: Sequence[PromotionRow], info: Info) -> list[str]:
    terms = [row.known_terms() for row in rows]
    names = await names_of(ctx_of(info).db, [scope for one in terms for scope in (one.scope, one.buys)])
    return [
        summary(one, names, is_automatic=row.is_automatic, per_customer=row.per_customer).en
        for row, one in zip(rows, terms, strict=True)
    ]


async def load_code_counts(rows: Sequence[PromotionRow], info: Info) -> list[int]:
    found = await codes_of(ctx_of(info).db, [row.id for row in rows])
    return [found[row.id].count if row.id in found else 0 for row in rows]


async def load_results(rows: Sequence[PromotionRow], info: Info) -> list[list[ToldRow]]:
    found = await results_of(ctx_of(info).db, [row.id for row in rows])
    return [[_told(one) for one in found.get(row.id, ())] for row in rows]


def _told(result: ResultRow) -> ToldRow:
    amount, sales = (decimal_text(each, result.currency) for each in (result.amount, result.sales))
    return ToldRow(result.currency, result.orders, amount, sales)


@strawberry.type(description="A discount: automatic, or with codes.")
class PromotionsDiscount:
    id: strawberry.ID = id_field(DISCOUNT)
    title: str
    kind: PromotionsKind
    is_automatic: bool
    status: PromotionsStatus = batch(load_statuses)
    summary: str = batch(load_summaries, description="What it does, in one English sentence.")
    starts_at: DateTime
    ends_at: DateTime | None
    usage_limit: int | None
    per_customer: int | None
    uses: int = strawberry.field(description="Held or used up; counted where something is limited.")
    code_count: int = batch(load_code_counts)
    results: list[PromotionsResult] = batch(load_results)
    created_at: DateTime
    updated_at: DateTime


@strawberry.type(description="A code and how often it was used.")
class PromotionsCode:
    id: strawberry.ID = id_field(CODE)
    code: str
    usage_limit: int | None
    uses: int
    created_at: DateTime


@strawberry.type(description="A discount and its place in a connection.")
class PromotionsDiscountEdge:
    cursor: str
    node: PromotionsDiscount


@strawberry.type(description="A page of discounts.")
class PromotionsDiscountConnection:
    edges: list[PromotionsDiscountEdge]
    nodes: list[PromotionsDiscount]
    page_info: PageInfo


@strawberry.type(description="A code and its place in a connection.")
class PromotionsCodeEdge:
    cursor: str
    node: PromotionsCode


@strawberry.type(description="A page of codes.")
class PromotionsCodeConnection:
    edges: list[PromotionsCodeEdge]
    nodes: list[PromotionsCode]
    page_info: PageInfo
