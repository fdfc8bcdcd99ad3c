"""What preparing and submitting a cart answer: ready or not, accepted or not, and why."""

from collections.abc import Iterable
from datetime import datetime

import msgspec
import strawberry

from vetrina.flows.checkout.completing import Accepted, NoSuchCart, Prepared, Submission, Throttled
from vetrina.flows.quoting import QuoteProblem
from vetrina.graphql import Info, ctx_of, read_from
from vetrina.graphql.scalars import URL, DateTime
from vetrina.views.carts import CartRow
from vetrina.views.payments.attempts import attempt_by_key, step_url
from vetrina_storefront.attempts import AttemptResult, CartCompletionAttemptResult, attempt_result
from vetrina_storefront.cart.carts import Cart
from vetrina_storefront.cart.payloads import (
    CartUserError,
    CartWarning,
    ErrorRow,
    WarningRow,
    user_errors,
    warnings,
)
from vetrina_storefront.cart.rows import line_gid, remember
from vetrina_storefront.completion_codes import SubmissionErrorCode
from vetrina_storefront.later import later, optional, union_of
from vetrina_storefront.pages.links import cart_path


class ProblemRow(msgspec.Struct, frozen=True):
    """One thing that stands between a cart and its order."""

    code: str
    message: str
    reason: str | None
    target: str | None


class ReadyRow(msgspec.Struct, frozen=True):
    """The cart can be submitted."""

    cart: CartRow
    expires_at: datetime


class NotReadyRow(msgspec.Struct, frozen=True):
    """The cart cannot be submitted as it is."""

    cart: CartRow
    errors: tuple[ProblemRow, ...]


class CartThrottledRow(msgspec.Struct, frozen=True):
    """The cart was submitted too often."""

    cart: CartRow
    poll_after: datetime


class PreparedRow(msgspec.Struct, frozen=True):
    """What preparing answers."""

    result: ReadyRow | NotReadyRow | CartThrottledRow | None
    user_errors: list[ErrorRow]
    warnings: list[WarningRow]


class SuccessRow(msgspec.Struct, frozen=True):
    """The submission was accepted, by this call."""

    attempt_id: str
    attempt: AttemptResult | None
    redirect_url: str


class AcceptedRow(msgspec.Struct, frozen=True):
    """The submission was accepted before."""

    attempt_id: str
    attempt: AttemptResult | None


class NotAcceptedRow(msgspec.Struct, frozen=True):
    """Nothing was written."""

    checkout_url: str
    errors: tuple[ProblemRow, ...]


class SubmitThrottledRow(msgspec.Struct, frozen=True):
    """Nothing was written."""

    poll_after: datetime


class SubmittedRow(msgspec.Struct, frozen=True):
    """What submitting answers."""

    result: SuccessRow | AcceptedRow | NotAcceptedRow | SubmitThrottledRow | None
    user_errors: list[ErrorRow]


class CancelledRow(msgspec.Struct, frozen=True):
    """What giving up an attempt answers."""

    attempt: AttemptResult | None
    user_errors: list[ErrorRow]


def prepared_row(info: Info, prepared: Prepared) -> PreparedRow:
    """A dry check in the contract's words; its quote is kept for the answer's fields."""
    if prepared.cart is None:
        return PreparedRow(None, user_errors(prepared.errors), [])
    told = warnings(prepared.warnings, prepared.cart.key)
    if prepared.quote is None or prepared.expires_at is None:
        assert prepared.poll_after is not None
        return PreparedRow(CartThrottledRow(prepared.cart, prepared.poll_after), [], told)
    remember(info, prepared.quote)
    problems = problem_rows(prepared.quote.problems, prepared.cart.key)
    if problems:
        return PreparedRow(NotReadyRow(prepared.cart, problems), [], told)
    return PreparedRow(ReadyRow(prepared.cart, prepared.expires_at), [], told)


async def submitted_row(info: Info, cart_key: str, submission: Submission) -> SubmittedRow:
    """A submission in the contract's words, with its attempt as it stands now."""
    ctx = ctx_of(info)
    if isinstance(submission, NoSuchCart):
        return SubmittedRow(None, user_errors(submission.errors))
    if isinstance(submission, Throttled):
        return SubmittedRow(SubmitThrottledRow(submission.poll_after), [])
    if not isinstance(submission, Accepted):
        url = ctx.shop.base_url.rstrip("/") + cart_path(ctx.shop, cart_key)
        return SubmittedRow(NotAcceptedRow(url, problem_rows(submission.problems, cart_key)), [])
    key = submission.attempt_key
    attempt = attempt_result(ctx, await attempt_by_key(ctx.db, key))
    if submission.is_new:
        return SubmittedRow(SuccessRow(key, attempt, step_url(ctx, key)), [])
    return SubmittedRow(AcceptedRow(key, attempt), [])


def problem_rows(problems: Iterable[QuoteProblem], cart_key: str) -> tuple[ProblemRow, ...]:
    return tuple(
        ProblemRow(
            code=one.code,
            message=one.message,
            reason=one.reason,
            target=line_gid(one.line_id, cart_key) if one.line_id is not None else None,
        )
        for one in problems
    )


@strawberry.type(description="One thing that keeps a cart from being submitted.")
class CartOperationError:
    code: str
    message: str | None
    reason: str | None = strawberry.field(description="A finer, open vocabulary beside the codes.")
    target: strawberry.ID | None = strawberry.field(description="The line it is about.")


@strawberry.type(description="The cart can be submitted.")
class CartStatusReady:
    cart: Cart | None
    expires_at: DateTime = strawberry.field(description="When to prepare again; nothing is reserved meanwhile.")

    is_type_of = read_from(ReadyRow)


@strawberry.type(description="The cart cannot be submitted as it is.")
class CartStatusNotReady:
    cart: Cart | None
    errors: list[CartOperationError]

    is_type_of = read_from(NotReadyRow)


@strawberry.type(description="The cart was submitted too often: ask again later.")
class CartThrottled:
    cart: Cart | None
    poll_after: DateTime

    is_type_of = read_from(CartThrottledRow)


CartPrepareForCompletionResult = union_of(
    "CartPrepareForCompletionResult",
    later("CartStatusNotReady", "completion"),
    later("CartStatusReady", "completion"),
    later("CartThrottled", "completion"),
)


@strawberry.type(description="Whether a cart can be submitted.")
class CartPrepareForCompletionPayload:
    result: object = strawberry.field(graphql_type=optional(CartPrepareForCompletionResult))
    user_errors: list[CartUserError]
    warnings: list[CartWarning] = strawberry.field(description="What the buyer should know although the cart is ready.")


@strawberry.type(description="Why a submission was not accepted.")
class SubmissionError:
    code: SubmissionErrorCode
    message: str | None
    reason: str | None = strawberry.field(description="A finer, open vocabulary beside the closed codes.")
    target: strawberry.ID | None = strawberry.field(description="The line it is about.")


@strawberry.type(description="The submission was accepted.")
class SubmitSuccess:
    attempt: object = strawberry.field(
        graphql_type=optional(CartCompletionAttemptResult), description="How the attempt stands already."
    )
    attempt_id: str
    redirect_url: URL

    is_type_of = read_from(SuccessRow)


@strawberry.type(description="The cart was submitted before, with this token or another.")
class SubmitAlreadyAccepted:
    attempt: object = strawberry.field(
        graphql_type=optional(CartCompletionAttemptResult), description="How the attempt stands now."
    )
    attempt_id: str

    is_type_of = read_from(AcceptedRow)


@strawberry.type(description="Nothing was written; the same token can be sent again.")
class SubmitFailed:
    checkout_url: URL | None
    errors: list[SubmissionError]

    is_type_of = read_from(NotAcceptedRow)


@strawberry.type(description="Nothing was written; the same token can be sent again after a while.")
class SubmitThrottled:
    poll_after: DateTime

    is_type_of = read_from(SubmitThrottledRow)


CartSubmitForCompletionResult = union_of(
    "CartSubmitForCompletionResult",
    later("SubmitAlreadyAccepted", "completion"),
    later("SubmitFailed", "completion"),
    later("SubmitSuccess", "completion"),
    later("SubmitThrottled", "completion"),
)


@strawberry.type(description="What became of a submission.")
class CartSubmitForCompletionPayload:
    result: object = strawberry.field(graphql_type=optional(CartSubmitForCompletionResult))
    user_errors: list[CartUserError]


@strawberry.type(description="What became of an attempt that was given up.")
class CartCompletionAttemptCancelPayload:
    attempt: object = strawberry.field(graphql_type=optional(CartCompletionAttemptResult))
    user_errors: list[CartUserError]
