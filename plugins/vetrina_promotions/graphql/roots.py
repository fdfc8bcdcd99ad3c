"""Queries and mutations about discounts. Each mutation is one flow."""

from collections.abc import Mapping
from typing import Any

import strawberry

from vetrina.graphql import (
    IdArgument,
    Info,
    PageArgs,
    UserError,
    answer,
    ctx_of,
    forward,
    gid,
    int_key_of,
    newest_first,
    root,
)
from vetrina.kernel.context import Context
from vetrina_promotions.flows import codes as coding
from vetrina_promotions.flows import promotions
from vetrina_promotions.graphql.inputs import PromotionsDiscountInput, called, sheet_from
from vetrina_promotions.graphql.types import (
    CODE,
    DISCOUNT,
    PromotionsCodeConnection,
    PromotionsDiscount,
    PromotionsDiscountConnection,
    PromotionsStatus,
)
from vetrina_promotions.rules import Status
from vetrina_promotions.views.promotions import code_list, promotion_list, promotions_by_id

READ, WRITE = "promotions.read", "promotions.write"


@strawberry.type(description="The discount as it is now.")
class PromotionsDiscountPayload:
    discount: PromotionsDiscount | None
    user_errors: list[UserError]


@strawberry.type(description="The discount that is gone.")
class PromotionsDiscountDeletePayload:
    deleted_discount_id: strawberry.ID | None
    user_errors: list[UserError]


@strawberry.type(description="The code that is gone.")
class PromotionsCodeDeletePayload:
    deleted_code_id: strawberry.ID | None
    user_errors: list[UserError]


@strawberry.type
class PromotionsQuery:
    @root(permission=READ, description="Discounts, the newest first; `query` is found in titles and codes.")
    async def promotions_discounts(
        self,
        info: Info,
        first: int | None = None,
        after: str | None = None,
        status: PromotionsStatus | None = None,
        query: str | None = None,
    ) -> PromotionsDiscountConnection | None:
        ctx, page = ctx_of(info), forward(first, after, int)
        rows = await promotion_list(
            ctx.db,
            now=ctx.now(),
            size=page.size + 1,
            below=below_of(page),
            status=None if status is None else Status(status.value),
            text=(query or "")[:100],
        )
        found: Any = newest_first(rows, page)
        return found

    @root(permission=READ, description="The codes of a discount, the newest first.")
    async def promotions_codes(
        self, info: Info, discount_id: strawberry.ID, first: int | None = None, after: str | None = None
    ) -> PromotionsCodeConnection | None:
        page = forward(first, after, int)
        rows = await code_list(ctx_of(info).db, key_of(discount_id), size=page.size + 1, below=below_of(page))
        found: Any = newest_first(rows, page)
        return found


@strawberry.type
class PromotionsMutation:
    @root(permission=WRITE, description="Create a discount; without a code it is automatic.")
    async def promotions_discount_create(
        self,
        info: Info,
        input: PromotionsDiscountInput,  # noqa: A002 the admin API's word
    ) -> PromotionsDiscountPayload:
        async def change(ctx: Context) -> Mapping[str, Any]:
            return await shown(ctx, await promotions.create_promotion(ctx, await sheet_from(ctx, input)))

        return await answer(PromotionsDiscountPayload, change(ctx_of(info)), within=("input",), called=called(input))

    @root(permission=WRITE, description="Write a discount anew; its codes stay.")
    async def promotions_discount_update(
        self,
        info: Info,
        discount_id: IdArgument,
        input: PromotionsDiscountInput,  # noqa: A002
    ) -> PromotionsDiscountPayload:
        async def change(ctx: Context) -> Mapping[str, Any]:
            key = key_of(discount_id)
            await promotions.update_promotion(ctx, key, await sheet_from(ctx, input))
            return await shown(ctx, key)

        return await answer(PromotionsDiscountPayload, change(ctx_of(info)), within=("input",), called=called(input))

    @root(permission=WRITE, description="Let a discount count for no cart until it is resumed.")
    async def promotions_discount_pause(self, info: Info, discount_id: IdArgument) -> PromotionsDiscountPayload:
        async def change(ctx: Context) -> Mapping[str, Any]:
            await promotions.pause_promotion(ctx, key_of(discount_id))
            return await shown(ctx, key_of(discount_id))

        return await answer(PromotionsDiscountPayload, change(ctx_of(info)))

    @root(permission=WRITE, description="Let a discount count again, on its days.")
    async def promotions_discount_resume(self, info: Info, discount_id: IdArgument) -> PromotionsDiscountPayload:
        async def change(ctx: Context) -> Mapping[str, Any]:
            await promotions.resume_promotion(ctx, key_of(discount_id))
            return await shown(ctx, key_of(discount_id))

        return await answer(PromotionsDiscountPayload, change(ctx_of(info)))

    @root(permission=WRITE, description="Remove a discount with its codes.")
    async def promotions_discount_delete(self, info: Info, discount_id: IdArgument) -> PromotionsDiscountDeletePayload:
        async def change(ctx: Context) -> Mapping[str, Any]:
            await promotions.delete_promotion(ctx, key_of(discount_id))
            return {"deleted_discount_id": gid(DISCOUNT, key_of(discount_id))}

        return await answer(PromotionsDiscountDeletePayload, change(ctx_of(info)))

    @root(permission=WRITE, description="Give a discount more codes, each with so many uses.")
    async def promotions_codes_add(
        self, info: Info, discount_id: IdArgument, codes: list[str], usage_limit: int | None = None
    ) -> PromotionsDiscountPayload:
        async def change(ctx: Context) -> Mapping[str, Any]:
            await coding.add_codes(ctx, key_of(discount_id), codes, usage_limit)
            return await shown(ctx, key_of(discount_id))

        return await answer(PromotionsDiscountPayload, change(ctx_of(info)))

    @root(permission=WRITE, description="Draw codes nobody can guess: up to 5,000 at once.")
    async def promotions_codes_generate(
        self,
        info: Info,
        discount_id: IdArgument,
        count: int,
        prefix: str = "",
        length: int = 10,
        usage_limit: int | None = 1,
    ) -> PromotionsDiscountPayload:
        async def change(ctx: Context) -> Mapping[str, Any]:
            key = key_of(discount_id)
            await coding.generate_codes(ctx, key, count, prefix=prefix, length=length, usage_limit=usage_limit)
            return await shown(ctx, key)

        return await answer(PromotionsDiscountPayload, change(ctx_of(info)))

    @root(permission=WRITE, description="Remove one code.")
    async def promotions_code_delete(self, info: Info, code_id: IdArgument) -> PromotionsCodeDeletePayload:
        async def change(ctx: Context) -> Mapping[str, Any]:
            key = int_key_of(code_id, CODE, field=("id",))
            await coding.remove_code(ctx, key)
            return {"deleted_code_id": gid(CODE, key)}

        return await answer(PromotionsCodeDeletePayload, change(ctx_of(info)))


def below_of(page: PageArgs) -> int | None:
    """Below which key a list goes on."""
    return page.after[0] if page.after else None


def key_of(discount_id: str) -> int:
    """The key a discount's id holds. Raises BadInput."""
    return int_key_of(discount_id, DISCOUNT, field=("id",))


async def shown(ctx: Context, promotion_id: int) -> dict[str, Any]:
    """A discount after its change."""
    return {"discount": (await promotions_by_id(ctx.db, [promotion_id])).get(promotion_id)}
