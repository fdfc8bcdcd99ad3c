"""A plugin that is removed leaves nothing behind: no table, no row, no place, no mark."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from tests.desk.conftest import Sitting
from tests.support.schemas import core_tables, schema_of
from tests.support.shelves import Shelf

from vetrina.events import OrderPlaced
from vetrina.flows.catalog import Entry, NewProduct, ProductChanges, create_product, edit_product
from vetrina.kernel.context import Context
from vetrina.kernel.errors import BadInput, NotFound
from vetrina.kernel.jobs import put_off
from vetrina.kernel.messages import OutboxCursor, OutboxFailure, emit
from vetrina.kernel.messages.inbox import receive
from vetrina.plugin.desk import PluginRefused, configure, disable, enable, remove, reorder, would_remove
from vetrina.shop.staff.models import StaffMember, StaffToken
from vetrina.shop.staff.service import create_member, create_token

TELLS = {"staff_audit", "plugins_generation", "outbox_event"}
"""What happened stays told."""


async def rows(ctx: Context) -> dict[str, list[str]]:
    """All that every table of the core holds."""
    tables = [table for table in core_tables() if table.name not in TELLS]
    return {table.name: sorted(map(str, await ctx.db.fetch(select(table)))) for table in tables}


async def used(ctx: Context, sitting: Sitting) -> None:
    """The guest book after a while: configured, in order, with lines, marks, failures and work put off."""
    await configure(await sitting(), ctx, "guestbook", {"greeting": "Ciao"})
    await enable(await sitting(), ctx, "guestbook")
    await reorder(await sitting(), ctx, "DeliveryProvider", ["guestbook", "flat_rate"])
    async with ctx.tx() as session:
        await session.execute(text("INSERT INTO guestbook_entry VALUES (1, 'ada@x.test', 'Nice', '2026-03-14')"))
        subscriber: dict[str, Any] = {"lease_until": None, "lease_token": None}
        await session.add(OutboxCursor, subscriber="guestbook.thank", event="OrderPlaced", position=0, **subscriber)
        await receive(session, "guestbook.thank", "event:1", ctx.now())
        await put_off(session, "guestbook.sweep", "schedule", {}, ctx.now() + timedelta(days=1))
        event_id = await session.value(text("SELECT max(id) FROM outbox_event"))
        await session.add(
            OutboxFailure, subscriber="guestbook.thank", event_id=event_id, subject="order:1", attempts=9, next_at=None,
            parked_at=ctx.now(), error="deaf",
        )  # fmt: skip


async def test_a_removed_plugin_leaves_no_trace(
    ctx: Context, database_url: str, shelf: Shelf, sitting: Sitting
) -> None:
    shelf.install("guestbook")
    await enable(await sitting(), ctx, "flat_rate")
    stars = Entry(namespace="guestbook", key="stars", type="number_integer", value="5")
    foreign = Entry(namespace="guestbook", key="by-hand", type="number_integer", value="1")
    product = await create_product(ctx, NewProduct(title="Chair", metafields=(foreign,)))
    async with ctx.tx() as session:
        await emit(session, OrderPlaced(order_id=1, number=1, total=1, currency="EUR"), ctx.now())
        await receive(session, "guestbooks", "event:1", ctx.now())
    await reorder(await sitting(), ctx, "DeliveryProvider", ["flat_rate"])
    before = (schema_of(database_url), await rows(ctx))
    await create_stars(ctx, product.product_id, stars)
    await used(ctx, sitting)
    with pytest.raises(PluginRefused, match="Guest book is on"):
        await remove(await sitting(), ctx, "guestbook", "guestbook")
    await disable(await sitting(), ctx, "guestbook")
    plan = await would_remove(await sitting(), ctx, "guestbook")
    assert [(table.name, table.rows) for table in plan.tables] == [("guestbook_entry", 1)]
    assert (plan.tables[0].bytes or 0) > 0
    counted = {trace.kind: trace.rows for trace in plan.traces}
    kinds = ("settings", "cursors", "failures", "marks", "jobs", "places", "metafields")
    assert counted == dict.fromkeys(kinds, 1)
    with pytest.raises(BadInput, match="Type guestbook"):
        await remove(await sitting(), ctx, "guestbook", "guest book")
    assert len((await rows(ctx))["plugins_plugin"]) == 2
    gone = await remove(await sitting(), ctx, "guestbook", "guestbook")
    assert gone == plan
    assert (schema_of(database_url), await rows(ctx)) == before
    assert (await would_remove(await sitting(), ctx, "guestbook")).traces == ()


async def create_stars(ctx: Context, product_id: int, entry: Entry) -> None:
    await edit_product(ctx, product_id, ProductChanges(), [entry])


async def test_a_plugin_that_cannot_go_whole_stays(
    ctx: Context, database_url: str, shelf: Shelf, sitting: Sitting
) -> None:
    package = shelf.install("guestbook")
    await enable(await sitting(), ctx, "guestbook")
    await disable(await sitting(), ctx, "guestbook")
    standing, known = schema_of(database_url), await rows(ctx)
    shelf.uninstall("guestbook")
    with pytest.raises(PluginRefused, match="its tables stand: install vetrina_guestbook again"):
        await remove(await sitting(), ctx, "guestbook", "guestbook")
    shelf.install("guestbook")
    revision = package / "migrations" / "0001_guestbook.py"
    revision.write_text(revision.read_text().replace('op.drop_table("guestbook_entry")', "raise RuntimeError('no')"))
    with pytest.raises(PluginRefused, match="Its tables could not be dropped: RuntimeError: no"):
        await remove(await sitting(), ctx, "guestbook", "guestbook")
    assert (schema_of(database_url), await rows(ctx)) == (standing, known)
    with pytest.raises(NotFound):
        await would_remove(await sitting(), ctx, "admin")


async def test_what_is_left_out_can_be_removed_unless_another_stands_on_it(
    ctx: Context, shelf: Shelf, sitting: Sitting
) -> None:
    shelf.write("friend")
    shelf.write("lonely", 'requires = ["friend"]')
    await enable(await sitting(), ctx, "friend")
    await enable(await sitting(), ctx, "lonely")
    shelf.write("friend", module="CHANGED = True\n")
    with pytest.raises(PluginRefused, match="lonely requires friend"):
        await remove(await sitting(), ctx, "friend", "friend")
    await disable(await sitting(), ctx, "lonely")
    await remove(await sitting(), ctx, "friend", "friend")
    assert len((await rows(ctx))["plugins_plugin"]) == 1


async def test_nobody_keeps_a_permission_of_a_plugin_that_was_removed(
    ctx: Context, shelf: Shelf, sitting: Sitting
) -> None:
    shelf.install("guestbook")
    granted = ["guestbook.read", "guestbooks.read", "orders.read"]
    async with ctx.tx() as session:
        await create_member(
            session, email="mara@shop.test", name="Mara", password_hash=None, permissions=granted, at=ctx.now()
        )
        await create_token(session, name="Script", permissions=granted, token_hash="0" * 64, at=ctx.now())
    await enable(await sitting(), ctx, "guestbook")
    await disable(await sitting(), ctx, "guestbook")
    await remove(await sitting(), ctx, "guestbook", "guestbook")
    for model in (StaffMember, StaffToken):
        assert await ctx.db.value(select(model.permissions)) == ["guestbooks.read", "orders.read"]
