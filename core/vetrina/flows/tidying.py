"""Carts nobody came back to: dropped where nothing hangs on them, else kept without the person."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import msgspec
from sqlalchemy import bindparam, delete, exists, or_, select, update

from vetrina.flows.placing.freezing import thaw, without_person
from vetrina.kernel.context import Context
from vetrina.kernel.db import Session, id_in, table_of
from vetrina.shop.cart.models import Cart, CartAddress
from vetrina.shop.checkout import service as attempts
from vetrina.shop.checkout.models import Attempt
from vetrina.shop.metafields import service as metafields
from vetrina.views.payments.attempts import attempts_of_carts
from vetrina.vocabulary import AttemptState

STALE_AFTER = timedelta(days=90)
BATCH = 100


async def tidy_carts(ctx: Context) -> int:
    """Deal with the carts untouched for STALE_AFTER, in small transactions; how many there were.

    A cart that was never submitted goes with its lines, addresses and metafields. One that was is named by attempts,
    payments and perhaps an order, so it stays, and so do its attempts: without e-mail address, phone, addresses,
    note, attributes and payment. The order keeps what the law wants kept.
    """
    return await _drop_unsubmitted(ctx) + await _forget_buyers(ctx)


async def forget_carts(session: Session, cart_ids: Sequence[int]) -> tuple[int, int]:
    """Drop or forget these carts whatever their age; how many, and how many are being ordered now and stay."""
    found = await session.fetch(_GIVEN, {"cart_ids": list(cart_ids)})
    dropped = [cart_id for cart_id, has_attempts, _ in found if not has_attempts]
    forgotten = [cart_id for cart_id, has_attempts, is_ordered in found if has_attempts and not is_ordered]
    if dropped:
        await metafields.forget_owners(session, "Cart", dropped)
        await session.execute(_DROP, {"cart_ids": dropped})
    if forgotten:
        await _forget(session, forgotten)
    done = len(dropped) + len(forgotten)
    return done, len(found) - done


async def _drop_unsubmitted(ctx: Context) -> int:
    count = 0
    while True:
        async with ctx.tx() as session:
            found = await session.fetch(_UNSUBMITTED, {"before": ctx.now() - STALE_AFTER, "most": BATCH})
            cart_ids = [cart_id for (cart_id,) in found]
            if not cart_ids:
                return count
            await metafields.forget_owners(session, "Cart", cart_ids)
            await session.execute(_DROP, {"cart_ids": cart_ids})
        count += len(cart_ids)


async def _forget_buyers(ctx: Context) -> int:
    count = 0
    while True:
        async with ctx.tx() as session:
            found = await session.fetch(_PERSONAL, {"before": ctx.now() - STALE_AFTER, "most": BATCH})
            cart_ids = [cart_id for (cart_id,) in found]
            if not cart_ids:
                return count
            await _forget(session, cart_ids)
        count += len(cart_ids)


async def _forget(session: Session, cart_ids: list[int]) -> None:
    for attempt in await attempts_of_carts(session, cart_ids):
        kept = without_person(thaw(attempt.snapshot))
        await attempts.forget(session, attempt.id, msgspec.to_builtins(kept))
    await metafields.forget_owners(session, "Cart", cart_ids)
    await session.execute(_FORGET_ADDRESSES, {"cart_ids": cart_ids})
    await session.execute(_FORGET_BUYERS, {"cart_ids": cart_ids, **_NOBODY})


_NOBODY: dict[str, Any] = {
    "email": None,
    "phone": None,
    "customer_id": None,
    "preferences": None,
    "consent": None,
    "note": "",
    "attributes": [],
    "billing_address": None,
    "payment": None,
}
_has_attempts = exists().where(Attempt.cart_id == Cart.id)
_is_being_ordered = exists().where(Attempt.cart_id == Cart.id, Attempt.state == AttemptState.OPEN)
_is_personal = or_(
    Cart.email.is_not(None),
    Cart.phone.is_not(None),
    Cart.customer_id.is_not(None),
    Cart.note != "",
    exists().where(CartAddress.cart_id == Cart.id),
)
_GIVEN = select(Cart.id, _has_attempts, _is_being_ordered).where(id_in(Cart.id, "cart_ids")).with_for_update()
_STALE = select(Cart.id).where(Cart.updated_at <= bindparam("before")).order_by(Cart.id).limit(bindparam("most"))
_UNSUBMITTED = _STALE.where(~_has_attempts).with_for_update()
_PERSONAL = _STALE.where(_has_attempts, ~_is_being_ordered, _is_personal).with_for_update()
_DROP = delete(table_of(Cart)).where(id_in(Cart.id, "cart_ids"))
_FORGET_ADDRESSES = delete(table_of(CartAddress)).where(id_in(CartAddress.cart_id, "cart_ids"))
_FORGET_BUYERS = (
    update(table_of(Cart))
    .where(id_in(Cart.id, "cart_ids"))
    .values({name: bindparam(name, type_=table_of(Cart).c[name].type) for name in _NOBODY})
)
