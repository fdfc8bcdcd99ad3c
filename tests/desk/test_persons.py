"""A person is shown all that is held about him and forgotten by everybody; who fails is named, what stays has a law."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy import select, text
from tests.desk.conftest import Sitting
from tests.support.shelves import Shelf
from tests.support.shops import StillClock

from vetrina.flows.cart.carts import NewCart, create_cart
from vetrina.flows.cart.identity import Identity
from vetrina.flows.upkeep import JOBS
from vetrina.kernel.context import Actor, Context
from vetrina.kernel.errors import BadInput, NotAllowed
from vetrina.kernel.jobs import JobRun, Runner
from vetrina.plugin.desk import disable, enable, erase_person, erasures_of, export_person, personal_jobs
from vetrina.shop.customers.models import Customer, CustomerAddress
from vetrina.shop.orders.models import Order

ADA = "ada@lovelace.test"
HOME: dict[str, Any] = {"first_name": "Ada", "address1": "Via Roma 1", "phone": "+39 02 1234567", "country": "IT"}


async def write_line(ctx: Context, line: str) -> None:
    values = {"email": ADA, "line": line, "at": "2026-03-14 09:00:00"}
    statement = "INSERT INTO guestbook_entry (id, email, line, at) VALUES (:id, :email, :line, :at)"
    if ctx.db.dialect.name == "postgresql":
        statement = statement.replace(":at", "CAST(:at AS text)::timestamptz")
    async with ctx.tx() as session:
        await session.execute(text(statement), {"id": 1, **values})


async def order(ctx: Context, customer_id: int, number: int, **changes: Any) -> int:
    """An order as placed, without what it is made of."""
    amounts = dict.fromkeys(
        (
            "subtotal",
            "discount",
            "delivery",
            "tax",
            "tax_added",
            "payment_fee",
            "total",
            "redeemed",
            "refunded",
            "raised",
            "lowered",
            "released",
            "waived",
        ),
        0,
    )
    values: dict[str, Any] = {
        "key": f"key{number}", "number": number, "source": None, "source_name": None, "cart_id": None,
        "market_id": ctx.place.market_id, "customer_id": customer_id, "state": "placed", "financial_status": "PAID",
        "fulfilment_status": "FULFILLED", "currency": "EUR", "country": "IT", "language": "it",
        "prices_include_tax": True, "email": "Ada@Lovelace.test", "phone": "+39 02 1234567", "shipping_address": HOME,
        "billing_address": None, "note": "ring twice", "attributes": [{"key": "gift", "value": "for Ada"}],
        "explanation": [], "cancel_reason": None, "placed_at": ctx.now(), "cancelled_at": None, "updated_at": ctx.now(),
    }  # fmt: skip
    async with ctx.tx() as session:
        return await session.insert(Order, **amounts, **values | changes)


async def ada(ctx: Context) -> int:
    async with ctx.tx() as session:
        customer_id = await session.insert(
            Customer, email=ADA, source_key=None, first_name="Ada", last_name="Lovelace", phone="+39 02 1234567",
            language="it", password_hash=None, proven_at=None, accepts_marketing=True, tags=[],
            created_at=ctx.now(), updated_at=ctx.now(),
        )  # fmt: skip
        await session.insert(CustomerAddress, customer_id=customer_id, address=HOME, is_default=True)
    cart = await create_cart(ctx, NewCart(identity=Identity(email=ADA)))
    assert cart.cart is not None
    return customer_id


async def run_jobs(ctx: Context, sitting: Sitting) -> None:
    collected = (await sitting()).collected
    await Runner(ctx.db, ctx.shop.clock, [*JOBS, *personal_jobs(collected)], lambda _: ctx).run_once()


async def everything(ctx: Context) -> str:
    """All rows of tables in which a person could be named."""
    names = ("customers_customer", "customers_address", "orders_order", "cart_cart", "job_run", "staff_audit",
             "customers_erasure", "customers_erasure_part", "guestbook_entry")  # fmt: skip
    return str([await ctx.db.fetch(text("SELECT * FROM " + name)) for name in names]).lower()


async def test_a_person_is_exported_whole_and_forgotten_by_everybody(
    ctx: Context, shelf: Shelf, sitting: Sitting
) -> None:
    shelf.install("guestbook")
    await enable(await sitting(), ctx, "guestbook")
    customer_id = await ada(ctx)
    settled = await order(ctx, customer_id, 1)
    under_way = await order(ctx, customer_id, 2, fulfilment_status="UNFULFILLED")
    ancient = await order(ctx, customer_id, 3, placed_at=ctx.now().replace(year=2015))
    await write_line(ctx, "Nice chair")
    export = await export_person(await sitting(), ctx, " ADA@lovelace.test ")
    assert export.is_complete
    assert [row["first_name"] for row in export.core["customers"]] == ["Ada"]
    assert [row["id"] for row in export.core["orders"]] == [settled, under_way, ancient]
    assert [row["email"] for row in export.core["carts"]] == [ADA]
    assert [(part.owner, part.values) for part in export.plugins] == [("guestbook", {"lines": ["Nice chair"]})]
    with pytest.raises(BadInput):
        await erase_person(await sitting(), ctx, ADA, "yes")
    card = await erase_person(await sitting(), ctx, ADA, ADA)
    assert {(part.owner, part.name): (part.rows, part.done_at is not None) for part in card.parts} == {
        ("core", "customers"): (1, True), ("core", "carts"): (1, True), ("core", "orders"): (2, True),
        ("core", "mails"): (0, True), ("guestbook", "entries"): (0, False),
    }  # fmt: skip
    kept = next(part.kept for part in card.parts if part.name == "orders")
    assert "Art. 2220 c.c." in kept
    await run_jobs(ctx, sitting)
    (done,) = await erasures_of(ctx, ADA)
    assert done.is_done
    orders = {key: (mail, ship, bill) for key, mail, ship, bill in await ctx.db.fetch(_ORDERS)}
    invoice = {name: value for name, value in HOME.items() if name != "phone"}
    assert orders[settled] == (None, None, invoice)
    assert orders[under_way] == ("Ada@Lovelace.test", HOME, None)
    assert orders[ancient] == (None, None, None)
    async with ctx.tx() as session:
        await session.execute(text("DELETE FROM orders_order WHERE number < 3"))
    left = await everything(ctx)
    assert not any(word in left for word in ("ada", "lovelace", "1234567", "nice chair"))


async def test_what_had_to_stay_goes_when_its_time_is_over(
    ctx: Context, clock: StillClock, shelf: Shelf, sitting: Sitting
) -> None:
    await order(ctx, await ada(ctx), 1, fulfilment_status="UNFULFILLED")
    await erase_person(await sitting(), ctx, ADA, ADA)
    seen: list[tuple[bool, bool]] = []
    for days in (0, 91, 3_650, 400):
        clock.move(days=days)
        await run_jobs(ctx, sitting)
        ((_, email, _, billing),) = await ctx.db.fetch(_ORDERS)
        seen.append((email is not None, billing is not None))
    assert seen == [(True, False), (False, True), (False, True), (False, False)]


async def test_a_plugin_that_fails_is_named_and_tried_until_it_has_forgotten(
    ctx: Context, clock: StillClock, shelf: Shelf, sitting: Sitting
) -> None:
    shelf.install("guestbook")
    await enable(await sitting(), ctx, "guestbook")
    await write_line(ctx, "unreadable")
    export = await export_person(await sitting(), ctx, ADA)
    assert not export.is_complete
    assert [(part.values, part.problem) for part in export.plugins] == [(None, "guestbook failed: RuntimeError.")]
    await erase_person(await sitting(), ctx, ADA, ADA)
    await run_jobs(ctx, sitting)
    (failed,) = await erasures_of(ctx, ADA)
    assert [(part.done_at, part.error) for part in failed.parts if part.owner == "guestbook"] == [
        (None, "RuntimeError")
    ]
    assert ADA not in str(await ctx.db.fetch(select(JobRun.payload, JobRun.error)))
    async with ctx.tx() as session:
        await session.execute(text("UPDATE guestbook_entry SET line = 'readable'"))
    clock.at += timedelta(minutes=1)
    await run_jobs(ctx, sitting)
    (done,) = await erasures_of(ctx, ADA)
    assert done.is_done
    assert await ctx.db.value(text("SELECT count(*) FROM guestbook_entry")) == 0


async def test_a_plugin_that_is_off_is_named_and_forgets_when_it_is_back(
    ctx: Context, clock: StillClock, shelf: Shelf, sitting: Sitting
) -> None:
    shelf.install("guestbook")
    await enable(await sitting(), ctx, "guestbook")
    await write_line(ctx, "Nice chair")
    await disable(await sitting(), ctx, "guestbook")
    assert (await export_person(await sitting(), ctx, ADA)).not_asked == ("guestbook",)
    await erase_person(await sitting(), ctx, ADA, ADA)
    await run_jobs(ctx, sitting)
    (waiting,) = await erasures_of(ctx, ADA)
    assert not waiting.is_done
    await enable(await sitting(), ctx, "guestbook")
    await run_jobs(ctx, sitting)
    (done,) = await erasures_of(ctx, ADA)
    assert done.is_done
    assert await ctx.db.value(text("SELECT count(*) FROM guestbook_entry")) == 0


async def test_only_who_may_sees_or_forgets_a_person(ctx: Context, sitting: Sitting) -> None:
    site = await sitting()
    seller = msgspec.structs.replace(ctx, actor=Actor("staff", permissions=frozenset({"orders.read"})))
    with pytest.raises(NotAllowed):
        await export_person(site, seller, ADA)
    with pytest.raises(NotAllowed):
        await erase_person(site, seller, ADA, ADA)
    with pytest.raises(BadInput):
        await export_person(site, ctx, "nobody")


_ORDERS = select(Order.id, Order.email, Order.shipping_address, Order.billing_address).order_by(Order.id)
