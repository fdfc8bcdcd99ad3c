"""The ledgers of a living shop are true after everything a shop does, and each of them finds what is planted in it."""

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
from sqlalchemy import text
from tests.support.checkouts import CARD, Desk, cart_to_pay, open_desk, submitted
from tests.support.shops import StillClock

from vetrina.flows.auditing import audited
from vetrina.flows.orders.refunding import RefundLine, RefundWish, refund_order
from vetrina.flows.orders.whole import cancel_order
from vetrina.flows.sealing import seal_trail
from vetrina.kernel.context import Context
from vetrina.kernel.db import Conflict
from vetrina.shop.inventory.models import Movement
from vetrina.testing.payments import PAYS
from vetrina.views.ledgers import LEDGERS
from vetrina.views.orders.placed import order_lines

GUARDED = ("inventory_movement", "orders_goods_entry", "payments_entry", "staff_audit", "staff_audit_seal")
"""Tables whose triggers have to be out of the way before somebody who owns the database can falsify them."""

SHELF = "SELECT variant_id, location_id, on_hand FROM inventory_level"
PLANTED: dict[str, tuple[str, str, str]] = {
    "the last piece sold twice": ("sold", "I1", "UPDATE inventory_level SET on_hand = on_hand - 60"),
    "a piece promised twice": ("sold", "I1", "UPDATE inventory_level SET reserved = on_hand + 1"),
    "a piece from nowhere": ("stock", "I2", "UPDATE inventory_level SET on_hand = on_hand + 1"),
    "a promise nobody holds": ("stock", "I2", "UPDATE inventory_reservation SET state = 'held'"),
    "pieces sent twice": (
        "pieces",
        "I2",
        "INSERT INTO orders_goods_entry (order_id, line_id, kind, quantity, reference, at) "
        "SELECT order_id, line_id, 'sent', quantity + 1, 'twice', at FROM orders_goods_entry WHERE kind = 'taken'",
    ),
    "a cent more tax": ("totals", "I3", "UPDATE orders_line SET tax = tax + 1"),
    "a dearer delivery": ("totals", "I3", "UPDATE orders_delivery SET amount = amount + 1"),
    "an amendment nobody made": ("amendments", "I3", "UPDATE orders_order SET raised = raised + 1"),
    "a refund of other parts": ("parts", "I5", "UPDATE orders_refund_part SET amount = amount + 1"),
    "paid without money": ("paid", "I4", "UPDATE payments_payment SET captured = 0, refunded = 0"),
    "money beyond what the order comes to": (
        "overpaid",
        "I4",
        "UPDATE orders_order SET waived = 100 WHERE state = 'placed'",
    ),
    "charged in other money": ("charged", "I4", "UPDATE payments_payment SET currency = 'USD'"),
    "an attempt that lost its order": (
        "carts",
        "I6",
        "UPDATE checkout_attempt SET state = 'failed', order_id = NULL",
    ),
    "a hole in the numbers": ("numbers", "I8", "UPDATE orders_number_series SET last = last + 1 WHERE name = 'order'"),
    "an entry too much": (
        "payments",
        "I5",
        "INSERT INTO payments_entry (payment_id, kind, amount, currency, reference, at, actor) "
        "SELECT payment_id, kind, 1, currency, 'planted', at, actor FROM payments_entry WHERE kind = 'captured'",
    ),
    "a refund that never was": ("refunds", "I5", "UPDATE orders_order SET refunded = total WHERE refunded = 0"),
    "money without its order": ("unordered", "I5", "UPDATE payments_payment SET order_id = NULL"),
    "events nobody fetches": ("events", "I10", "UPDATE outbox_event SET position = NULL"),
    "a rewritten past": ("audit", "I13", "UPDATE staff_audit SET actor = 'somebody else'"),
    "a forgotten past": ("audit", "I13", "DELETE FROM staff_audit"),
}


@pytest.fixture
async def desk(database_url: str, clock: StillClock) -> AsyncIterator[Desk]:
    desk = await open_desk(database_url, clock, pieces=50)
    yield desk
    await desk.ctx.db.close()


async def a_busy_day(desk: Desk) -> None:
    """Paid by card and partly by a gift card, refunded in part, cancelled, and something in the audit log."""
    await desk.cards.fill(desk.ctx, "GIFT", 700)
    async with desk.ctx.tx() as session:  # the ware of the tests stands on its shelf without having come there
        [(variant_id, location_id, pieces)] = await session.fetch(text(SHELF))
        await session.add(
            Movement, variant_id=variant_id, location_id=location_id, kind="received", on_hand=pieces, reserved=0,
            reference="first", at=desk.clock.now(), actor="test",
        )  # fmt: skip
    for number, cards in enumerate(((), (), ("GIFT",))):
        key = await cart_to_pay(desk, CARD, PAYS, quantity=number + 1, cards=cards)
        await submitted(desk, key, f"token {number}")
    [first, second, _] = await desk.ctx.db.fetch(text("SELECT id, order_id FROM payments_payment ORDER BY id"))
    lines = (RefundLine(line_id=(await order_lines(desk.ctx.db, [first[1]]))[0].id, quantity=1),)
    await refund_order(desk.ctx, RefundWish(order_id=first[1], lines=lines, amount=100, key="one"))
    await cancel_order(desk.ctx, second[1], "CUSTOMER")
    async with desk.ctx.tx() as session:
        await audited(desk.ctx, session, "shop.changed", "shop:1", before={"name": "A"}, after={"name": "B"})
        await session.execute(text("UPDATE outbox_event SET position = id"))
    assert await seal_trail(desk.ctx) >= 1
    desk.clock.move(minutes=20)


async def look(ctx: Context) -> set[str]:
    return {f"{ledger.rule} {ledger.name}" for ledger in LEDGERS if await ledger.look(ctx)}


async def found_after(desk: Desk, statement: str) -> set[str]:
    """Write as the database's owner could, past every guard; see what is found, and undo it."""
    found = set[str]()
    database: Any = desk.ctx.db
    is_sqlite = database.dialect.name == "sqlite"
    if is_sqlite:
        database._writer.execute("PRAGMA ignore_check_constraints=ON")
    with pytest.raises(_Undone):
        async with desk.ctx.db.transaction() as session:
            for table in GUARDED:
                if session.dialect.name == "sqlite":
                    for verb in ("update", "delete"):
                        await session.execute(text(f"DROP TRIGGER {table}_no_{verb}"))
                else:
                    await session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))
            if not is_sqlite:
                await session.execute(
                    text("ALTER TABLE inventory_level DROP CONSTRAINT ck_inventory_level_not_oversold")
                )
            await session.execute(text(statement))
            shop: Any = msgspec.structs.replace(desk.ctx.shop, db=session)
            found |= await look(msgspec.structs.replace(desk.ctx, shop=shop))
            raise _Undone
    if is_sqlite:
        database._writer.execute("PRAGMA ignore_check_constraints=OFF")
    return found


class _Undone(Exception):
    pass


async def test_all_is_well_after_a_busy_day_and_whatever_is_planted_is_found(desk: Desk) -> None:
    await a_busy_day(desk)
    assert await look(desk.ctx) == set()
    for planted, (ledger, rule, statement) in PLANTED.items():
        found = await found_after(desk, statement)
        assert f"{rule} {ledger}" in found, f"{planted}: {found}"
    assert await look(desk.ctx) == set()
    assert {name for name, _, _ in PLANTED.values()} == {ledger.name for ledger in LEDGERS}
    with pytest.raises(Conflict):  # the second line stands again: no plant is left behind
        async with desk.ctx.tx() as session:
            await session.execute(text(PLANTED["a piece promised twice"][2]))
