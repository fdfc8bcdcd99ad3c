"""Complete a cart: check it without consequences, submit it once, follow the attempt, give it up.

Every error of a submission leaves nothing written, and its token can be used again. Once a submission is accepted,
its attempt answers for it, whatever is sent how often.
"""

from datetime import datetime, timedelta

import msgspec

from vetrina.flows.cart.changes import (
    CartCaution,
    CartProblem,
    CartRefused,
    cart_to_order,
    code_cautions,
)
from vetrina.flows.checkout.submitting import Accepted, NotAccepted, submit_as_it_stands
from vetrina.flows.payments.moving import abandon_payment, look_again
from vetrina.flows.quoting import CartQuote, QuoteProblem, quote_cart
from vetrina.kernel import texts
from vetrina.kernel.context import Context
from vetrina.kernel.crypto import hash_token
from vetrina.kernel.errors import Refusal, Unavailable
from vetrina.shop.checkout.rules import TRIES, next_try_at
from vetrina.views.carts import CartParts, CartRow, cart_at_hand
from vetrina.views.payments.attempts import AttemptView, attempt_by_key, known_attempts
from vetrina.vocabulary import AttemptState, PaymentState

READY_FOR = timedelta(minutes=15)
"""How long a client may rely on having been told that a cart is ready; nothing is reserved meanwhile."""
ROUNDS = 5
"""How often a submission looks again when the cart changed under it."""
TOKEN_LIMIT = 255


class Prepared(msgspec.Struct, frozen=True, kw_only=True):
    """What a dry check found. Exactly one of: errors, a time to come back, or a quote, whose problems may be none."""

    cart: CartRow | None = None
    quote: CartQuote | None = None
    errors: tuple[CartProblem, ...] = ()
    warnings: tuple[CartCaution, ...] = ()
    """What discount codes do not do."""
    poll_after: datetime | None = None
    expires_at: datetime | None = None


class Throttled(msgspec.Struct, frozen=True):
    """Nothing was written; the same token may be sent again after that time."""

    poll_after: datetime


class NoSuchCart(msgspec.Struct, frozen=True):
    """There is no cart to submit."""

    errors: tuple[CartProblem, ...]


Submission = Accepted | NotAccepted | Throttled | NoSuchCart


class AttemptInProgress(Refusal):
    """The attempt does not wait for the buyer: it cannot be given up now."""

    code = "ATTEMPT_IN_PROGRESS"
    text = "The payment is being processed and cannot be given up now."


async def prepare(ctx: Context, cart_key: str) -> Prepared:
    """Check everything a submission would check, and change nothing: no reservation, no version, no clipping."""
    try:
        found = await cart_to_order(ctx, cart_key)
    except CartRefused as refused:
        return Prepared(errors=refused.problems)
    cart = found.cart
    known = await known_attempts(ctx.db, cart.id, "", TRIES)
    poll_after = next_try_at([row.created_at for row in known], ctx.now())
    if poll_after is not None:
        ctx.answer_passes()
        return Prepared(cart=cart, poll_after=poll_after)
    quote = await quote_cart(ctx, cart, CartParts(destination=found.destination))
    return Prepared(cart=cart, quote=quote, warnings=tuple(code_cautions(quote)), expires_at=ctx.now() + READY_FOR)


async def submit(ctx: Context, cart_key: str, attempt_token: str, expected_version: int | None = None) -> Submission:
    """Order the cart, once. `expected_version` is the cart's version as the buyer saw it.

    A known token, an attempt under way and a cart that became an order answer with their attempt before anything
    else is checked. Raises BadInput for a token that cannot be one, Unavailable when the cart never holds still.
    """
    earlier = ctx.recall(Accepted)
    if earlier is not msgspec.UNSET:
        return earlier
    ctx.may_run_again()  # the token finds what a submission that was cut off has begun
    texts.text(attempt_token, field=("attemptToken",), limit=TOKEN_LIMIT, required=True)
    token_hash = hash_token(attempt_token)
    for _ in range(ROUNDS):
        found = await cart_at_hand(ctx.db, cart_key)
        if found is None:
            return NoSuchCart((_NO_CART,))
        cart = found.cart
        known = await known_attempts(ctx.db, cart.id, token_hash, TRIES)
        if known and (known[0].token_hash == token_hash or known[0].state != AttemptState.FAILED):
            return Accepted(known[0].key, is_new=False)
        poll_after = next_try_at([row.created_at for row in known], ctx.now())
        if poll_after is not None:
            ctx.answer_passes()
            return Throttled(poll_after)
        if expected_version is not None and cart.version != expected_version:
            return NotAccepted((_CART_CHANGED,))
        answer = await submit_as_it_stands(ctx, found, token_hash)
        if answer is not None:
            return answer
    raise Unavailable(f"cart {cart_key[:6]}… changes faster than it can be submitted")


async def attempt(ctx: Context, attempt_id: str) -> AttemptView | None:
    """How an attempt stands. Asking wakes reconciliation: a lost webhook delays an order by one poll, not for good.

    However many poll, the provider is asked at most every LOOK_EVERY.
    """
    found = await attempt_by_key(ctx.db, attempt_id)
    if found is None or found.state != AttemptState.OPEN or found.payment_id is None:
        return found
    if not await look_again(ctx, found.payment_id):
        return found
    return await attempt_by_key(ctx.db, attempt_id)


async def cancel_attempt(ctx: Context, attempt_id: str) -> AttemptView | None:
    """The buyer gives up an attempt that waits for him: cancelled at the provider first, then holds are released.

    If he had paid after all, the order stands. A decided attempt is answered as it is. Raises AttemptInProgress while
    the provider is at work, Unavailable when it cannot be reached.
    """
    ctx.may_run_again()
    found = await attempt_by_key(ctx.db, attempt_id)
    if found is None or found.state != AttemptState.OPEN or found.payment_id is None:
        return found
    if found.payment_state != PaymentState.ACTION_REQUIRED:
        raise AttemptInProgress
    try:
        await abandon_payment(ctx, found.payment_id, reason="GIVEN_UP")
    except Refusal as refusal:
        raise AttemptInProgress from refusal
    found = await attempt_by_key(ctx.db, attempt_id)
    if found is not None and found.state == AttemptState.OPEN:
        raise AttemptInProgress
    return found


_NO_CART = CartProblem(
    code="INVALID", field=("cart_id",), message="The specified cart does not exist.", reason="CART_NOT_FOUND"
)
_CART_CHANGED = QuoteProblem(code="ERROR", reason="CART_CHANGED", message="The cart has changed since it was prepared.")
