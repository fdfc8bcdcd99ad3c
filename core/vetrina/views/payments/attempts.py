"""Attempts as their buyer sees them: what a token or an attempt id leads to, and where it stands."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import bindparam, select

from vetrina.kernel.context import Context
from vetrina.kernel.db import Reads, id_in
from vetrina.shop.cart.models import Cart
from vetrina.shop.checkout.models import Attempt
from vetrina.shop.orders.models import Order
from vetrina.shop.payments.models import Payment
from vetrina.shop.payments.rules import PaymentRow
from vetrina.vocabulary import AttemptState

KEY_LENGTH = 32
POLL_DELAY = 1_000
"""Milliseconds a client waits between two looks at an attempt."""
STEP_SECRET = "payment-step"
"""The purpose under which a next step's secret is sealed."""


class AttemptView(msgspec.Struct, frozen=True):
    """An attempt with its payment and its order, if there is one. `next_step` holds its secret sealed."""

    id: int
    key: str
    cart_id: int
    cart_key: str
    state: str
    error_code: str | None
    error_reason: str | None
    expires_at: datetime
    decided_at: datetime | None
    order_id: int | None
    order_key: str | None
    order_number: int | None
    payment_id: int | None
    payment_state: str | None
    provider: str | None
    next_step: dict[str, Any] | None


class KnownAttemptRow(msgspec.Struct, frozen=True):
    """An attempt of a cart, as far as another submission has to know it."""

    key: str
    token_hash: str
    state: str
    created_at: datetime


class StepView(msgspec.Struct, frozen=True, kw_only=True):
    """What the buyer has to do now. `url` always leads somewhere; the secret is for the provider's own library."""

    url: str
    provider: str
    client_secret: str | None
    parameters: tuple[tuple[str, str | None], ...]
    expires_at: datetime


class OverdueRow(msgspec.Struct, frozen=True):
    """An open attempt whose time is over."""

    id: int
    payment_id: int | None


class FrozenAttemptRow(msgspec.Struct, frozen=True):
    """An attempt with what was frozen for it."""

    id: int
    cart_id: int
    snapshot: dict[str, Any]


async def attempt_by_key(reads: Reads, key: str) -> AttemptView | None:
    """The attempt with that secret id; None for a text that cannot be one."""
    if len(key) != KEY_LENGTH or not (key.isascii() and key.isalnum()):
        return None
    return await reads.one(AttemptView, _BY_KEY, {"key_": key})


async def known_attempts(reads: Reads, cart_id: int, token_hash: str, limit: int) -> list[KnownAttemptRow]:
    """A cart's attempts: the one of this token first, then the live one, then the newest."""
    return await reads.rows(KnownAttemptRow, _KNOWN, {"cart": cart_id, "token": token_hash, "most": limit})


async def live_attempt(reads: Reads, cart_id: int) -> str | None:
    """The key of the cart's attempt that is open or became an order, if there is one."""
    return await reads.value(_LIVE, {"cart": cart_id})


async def overdue_attempts(reads: Reads, *, at: datetime, after_id: int = 0, limit: int = 100) -> list[OverdueRow]:
    """Open attempts that expired, in the order of their ids."""
    return await reads.rows(OverdueRow, _OVERDUE, {"at_": at, "after_id": after_id, "most": limit})


async def attempts_of_carts(reads: Reads, cart_ids: Sequence[int]) -> list[FrozenAttemptRow]:
    """Every attempt of the carts, in the order of their ids."""
    return await reads.rows(FrozenAttemptRow, _OF_CARTS, {"cart_ids": list(cart_ids)})


def step_url(ctx: Context, attempt_key: str) -> str:
    """Our own page that leads the buyer through the provider's next step, and shows how the attempt stands."""
    return f"{ctx.shop.base_url}/checkout/attempts/{attempt_key}"


def next_step(ctx: Context, attempt: AttemptView) -> StepView | None:
    """What the buyer has to do, with the secret opened; None while nothing waits for him."""
    if attempt.provider is None or attempt.state != AttemptState.OPEN:
        return None
    return _opened(ctx, attempt.next_step, attempt.provider, step_url(ctx, attempt.key), attempt.expires_at)


def opened_step(ctx: Context, payment: PaymentRow, url: str, expires_at: datetime) -> StepView | None:
    """The same of a payment of a placed order, whose own page is `url`."""
    return _opened(ctx, payment.next_step, payment.provider, url, expires_at)


def _opened(
    ctx: Context, step: dict[str, Any] | None, provider: str, url: str, expires_at: datetime
) -> StepView | None:
    if step is None:
        return None
    sealed = step.get("client_secret")
    return StepView(
        url=step.get("redirect_url") or url,
        provider=provider,
        client_secret=ctx.shop.vault.open(STEP_SECRET, sealed) if sealed else None,
        parameters=tuple((entry["key"], entry["value"]) for entry in step.get("parameters") or ()),
        expires_at=expires_at,
    )


_VIEW = (
    select(
        Attempt.id,
        Attempt.key,
        Attempt.cart_id,
        Cart.key.label("cart_key"),
        Attempt.state,
        Attempt.error_code,
        Attempt.error_reason,
        Attempt.expires_at,
        Attempt.decided_at,
        Attempt.order_id,
        Order.key.label("order_key"),
        Order.number.label("order_number"),
        Payment.id.label("payment_id"),
        Payment.state.label("payment_state"),
        Payment.provider,
        Payment.next_step,
    )
    .join(Cart, Cart.id == Attempt.cart_id)
    .outerjoin(Order, Order.id == Attempt.order_id)
    .outerjoin(Payment, Payment.attempt_id == Attempt.id)
)
_BY_KEY = _VIEW.where(Attempt.key == bindparam("key_"))
_KNOWN = (
    select(Attempt.key, Attempt.token_hash, Attempt.state, Attempt.created_at)
    .where(Attempt.cart_id == bindparam("cart"))
    .order_by(
        (Attempt.token_hash == bindparam("token")).desc(),
        (Attempt.state != AttemptState.FAILED).desc(),
        Attempt.created_at.desc(),
        Attempt.id.desc(),
    )
    .limit(bindparam("most"))
)
_LIVE = select(Attempt.key).where(Attempt.cart_id == bindparam("cart"), Attempt.state != AttemptState.FAILED).limit(1)
_OF_CARTS = (
    select(Attempt.id, Attempt.cart_id, Attempt.snapshot).where(id_in(Attempt.cart_id, "cart_ids")).order_by(Attempt.id)
)
_OVERDUE = (
    select(Attempt.id, Payment.id.label("payment_id"))
    .outerjoin(Payment, Payment.attempt_id == Attempt.id)
    .where(Attempt.state == AttemptState.OPEN, Attempt.expires_at <= bindparam("at_"))
    .where(Attempt.id > bindparam("after_id"))
    .order_by(Attempt.id)
    .limit(bindparam("most"))
)
