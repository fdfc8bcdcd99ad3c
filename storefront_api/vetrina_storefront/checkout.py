"""Completing a cart: prepare, submit, follow the attempt, give it up."""

from typing import cast

import strawberry

from vetrina.flows.cart.changes import CartProblem
from vetrina.flows.checkout.completing import AttemptInProgress, attempt, cancel_attempt, prepare, submit
from vetrina.graphql import Info, ctx_of, root
from vetrina_storefront.attempts import CartCompletionAttemptResult, attempt_result
from vetrina_storefront.cart.payloads import user_errors
from vetrina_storefront.cart.rows import cart_key
from vetrina_storefront.completion import (
    CancelledRow,
    CartCompletionAttemptCancelPayload,
    CartPrepareForCompletionPayload,
    CartSubmitForCompletionPayload,
    prepared_row,
    submitted_row,
)
from vetrina_storefront.later import optional


@strawberry.type
class CheckoutQuery:
    @root(
        description="How an attempt stands; null where there is none of that id. Asking wakes reconciliation.",
        graphql_type=optional(CartCompletionAttemptResult),
    )
    async def cart_completion_attempt(self, info: Info, attempt_id: str) -> object:
        return attempt_result(ctx_of(info), await attempt(ctx_of(info), attempt_id))


@strawberry.type
class CheckoutMutation:
    @root(description="Check all that a submission checks, and change nothing.")
    async def cart_prepare_for_completion(
        self, info: Info, cart_id: strawberry.ID
    ) -> CartPrepareForCompletionPayload | None:
        prepared = await prepare(ctx_of(info), cart_key(cart_id))
        return cast(CartPrepareForCompletionPayload, prepared_row(info, prepared))

    @root(description="Order the cart: once, however often the same token is sent.")
    async def cart_submit_for_completion(
        self, info: Info, attempt_token: str, cart_id: strawberry.ID, expected_version: int | None = None
    ) -> CartSubmitForCompletionPayload | None:
        key = cart_key(cart_id)
        submission = await submit(ctx_of(info), key, attempt_token, expected_version)
        return cast(CartSubmitForCompletionPayload, await submitted_row(info, key, submission))

    @root(description="The buyer gives up an attempt that waits for him.")
    async def cart_completion_attempt_cancel(
        self, info: Info, attempt_id: str
    ) -> CartCompletionAttemptCancelPayload | None:
        ctx = ctx_of(info)
        try:
            found = await cancel_attempt(ctx, attempt_id)
        except AttemptInProgress as refusal:
            problem = _problem(refusal.message, refusal.code)
            found = await attempt(ctx, attempt_id)
        else:
            problem = _problem("The specified attempt does not exist.", "ATTEMPT_NOT_FOUND") if found is None else None
        errors = user_errors([problem] if problem else [])
        return cast(CartCompletionAttemptCancelPayload, CancelledRow(attempt_result(ctx, found), errors))


def _problem(message: str, reason: str) -> CartProblem:
    return CartProblem(code="INVALID", field=("attempt_id",), message=message, reason=reason)
