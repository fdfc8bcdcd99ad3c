"""A plugin's life in one shop: orders before it, with it, without it and after it was removed."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing

from vetrina.kernel.db.sqlite import SqliteDatabase
from vetrina.plugin.admin import AdminPage, AdminPanel, AdminTile, Asked
from vetrina.plugin.desk import disable, enable, remove, would_remove
from vetrina.testing.doctor.patient import Patient
from vetrina.testing.shop import COMPANIONS, Workshop, a_shop

ASKED = "{ products(first: 3) { nodes { title variants(first: 1) { nodes { price { amount } } } } } }"
BOOKS = frozenset({"alembic_version", "plugin_parked_head", "sqlite_stat1"})
"""What migrations keep for themselves, and SQLite."""


async def live(patient: Patient) -> str:
    """Lead the plugin through its life; what went wrong, or nothing. Raises what the shop raises."""
    name = patient.name
    others = [other for other in COMPANIONS if other != name]
    async with a_shop(patient.needed, beside=others) as shop:
        before = schema(shop)
        problem = await _sells(shop, "before it was switched on", patient)
        await enable(shop.site, shop.ctx, name)
        await shop.follow()
        if shop.runtime.collected.find(name) is None:
            return "it was switched on and is not in"
        problem = problem or await _sells(shop, "while it was on", patient)
        await _show(shop, patient)
        await disable(shop.site, shop.ctx, name)
        await shop.follow()
        problem = problem or await _sells(shop, "after it was switched off", patient)
        await remove(shop.site, shop.ctx, name, name)
        await shop.follow()
        problem = problem or await _sells(shop, "after it was removed", patient)
        return problem or await _left(shop, name, before)


def schema(shop: Workshop) -> dict[str, str]:
    """What is declared in the shop's file, by kind and name."""
    assert isinstance(shop.db, SqliteDatabase)
    with closing(sqlite3.connect(shop.db.path)) as connection:
        rows = connection.execute("SELECT type || ' ' || name, tbl_name, coalesce(sql, '') FROM sqlite_master")
        return {what: sql for what, table, sql in rows if table not in BOOKS and not table.startswith("sqlite_")}


async def _sells(shop: Workshop, when: str, patient: Patient) -> str:
    """An order, as far as the shop can sell: who is examined may be the one who delivers, or takes the money."""
    ports = {port.__name__ for port, served in shop.site.shop.ports.served() if served}
    if not {"DeliveryProvider", "PaymentProvider"} <= ports:
        await shop.product()
        await shop.deliver(even_failing=True)
        return ""
    order = await shop.order(await shop.product())
    await shop.deliver(even_failing=True)
    return "" if order.financial_status == "PAID" else f"an order placed {when} is {order.financial_status}"


async def _show(shop: Workshop, patient: Patient) -> None:
    """The storefront, and every page, panel and tile once; pages about one thing need to know which."""
    ctx = shop.ctx
    await shop.ask(ASKED)
    product = await shop.product()
    shown: list[Sequence[object] | object] = []
    for item in patient.items(AdminPage, AdminPanel, AdminTile):
        if isinstance(item, AdminPage):
            if "{" not in item.path:
                shown.append(await item.show(ctx, Asked()))
        elif isinstance(item, AdminPanel):
            if not item.slot.startswith("order."):
                shown.append(await item.show(ctx, None if item.slot == "home" else product.product_id))
        else:
            shown.append(await item.show(ctx))


async def _left(shop: Workshop, name: str, before: dict[str, str]) -> str:
    after = schema(shop)
    differing = sorted(key for key in {*before, *after} if before.get(key) != after.get(key))
    if differing:
        return f"removed, it leaves the schema changed: {', '.join(differing)}"
    removal = await would_remove(shop.site, shop.ctx, name)
    if removal.tables or removal.traces:
        return f"removed, it leaves rows: {', '.join(trace.kind for trace in removal.traces)}"
    return ""
