"""How an attempt stands: success, failed, processing, or waiting for the buyer."""

from datetime import datetime

import msgspec
import strawberry

from vetrina.graphql import gid, read_from
from vetrina.graphql.scalars import URL, DateTime
from vetrina.kernel.context import Context
from vetrina.views.orders.placed import order_token, status_url
from vetrina.views.payments.attempts import POLL_DELAY, AttemptView, next_step
from vetrina.vocabulary import AttemptState, PaymentState
from vetrina_storefront.attributes import Attribute, AttributeRow
from vetrina_storefront.completion_codes import MESSAGES, CompletionErrorCode
from vetrina_storefront.later import later, optional, union_of


class SuccessRow(msgspec.Struct, frozen=True):
    """The attempt became an order."""

    completed_at: datetime | None
    id: str
    order_id: str
    order_token: str
    order_url: str


class CompletionErrorRow(msgspec.Struct, frozen=True):
    code: str
    message: str
    reason: str | None


class FailedRow(msgspec.Struct, frozen=True):
    """The attempt came to nothing, for good."""

    errors: tuple[CompletionErrorRow, ...]
    id: str


class ProcessingRow(msgspec.Struct, frozen=True):
    """The provider is at work."""

    id: str
    poll_delay: int


class StepRow(msgspec.Struct, frozen=True):
    """What the provider's own library needs to lead the buyer on in the page."""

    client_secret: str | None
    expires_at: datetime
    parameters: tuple[AttributeRow, ...]
    provider: str


class ChallengeRow(msgspec.Struct, frozen=True):
    """What the buyer has to do."""

    redirect_url: str
    next_step: StepRow


class ActionRequiredRow(msgspec.Struct, frozen=True):
    """The attempt waits for the buyer."""

    action: ChallengeRow
    id: str


AttemptResult = SuccessRow | FailedRow | ProcessingRow | ActionRequiredRow


def attempt_result(ctx: Context, attempt: AttemptView | None) -> AttemptResult | None:
    """An attempt in the contract's words."""
    if attempt is None:
        return None
    if attempt.state == AttemptState.SUCCEEDED and attempt.order_key is not None:
        return SuccessRow(
            completed_at=attempt.decided_at,
            id=attempt.key,
            order_id=gid("Order", attempt.order_key),
            order_token=order_token(ctx, attempt.order_key),
            order_url=status_url(ctx, attempt.order_number or 0, attempt.order_key),
        )
    if attempt.state == AttemptState.FAILED:
        code = attempt.error_code or "ERROR"
        return FailedRow((CompletionErrorRow(code, MESSAGES[code], attempt.error_reason),), attempt.key)
    step = next_step(ctx, attempt) if attempt.payment_state == PaymentState.ACTION_REQUIRED else None
    if step is None:
        return ProcessingRow(attempt.key, POLL_DELAY)
    parameters = tuple(AttributeRow(key, value) for key, value in step.parameters)
    told = StepRow(step.client_secret, step.expires_at, parameters, step.provider)
    return ActionRequiredRow(ChallengeRow(step.url, told), attempt.key)


@strawberry.type(description="The attempt became an order.")
class CartCompletionSuccess:
    completed_at: DateTime | None
    id: str
    order_id: strawberry.ID
    order_token: str = strawberry.field(description="The guest's key to the order.")
    order_url: URL

    is_type_of = read_from(SuccessRow)


@strawberry.type(description="Why an attempt failed.")
class CompletionError:
    code: CompletionErrorCode
    message: str | None
    reason: str | None = strawberry.field(description="A finer word than the code has.")


@strawberry.type(description="The attempt came to nothing; another needs another token.")
class CartCompletionFailed:
    errors: list[CompletionError]
    id: str

    is_type_of = read_from(FailedRow)


@strawberry.type(description="The provider is at work: ask again after a while.")
class CartCompletionProcessing:
    id: str
    poll_delay: int

    is_type_of = read_from(ProcessingRow)


@strawberry.type(description="The in-page alternative to a challenge's redirectUrl.")
class PaymentNextStep:
    client_secret: str | None = strawberry.field(description="Only while an action is required.")
    expires_at: DateTime = strawberry.field(description="When the held stock is released.")
    parameters: list[Attribute]
    provider: str


@strawberry.type(description="The bank wants to hear from the buyer.")
class CompletePaymentChallenge:
    next_step: PaymentNextStep | None
    redirect_url: URL | None

    is_type_of = read_from(ChallengeRow)


CartCompletionAction = union_of("CartCompletionAction", later("CompletePaymentChallenge", "attempts"))


@strawberry.type(description="The attempt waits for the buyer.")
class CartCompletionActionRequired:
    action: object = strawberry.field(graphql_type=optional(CartCompletionAction))
    id: str

    is_type_of = read_from(ActionRequiredRow)


CartCompletionAttemptResult = union_of(
    "CartCompletionAttemptResult",
    later("CartCompletionActionRequired", "attempts"),
    later("CartCompletionFailed", "attempts"),
    later("CartCompletionProcessing", "attempts"),
    later("CartCompletionSuccess", "attempts"),
)
"""How an attempt stands."""
