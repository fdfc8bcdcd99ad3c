"""A past of any size: what a shop has sold so far once more, as often as wanted, in plain INSERTs."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, Table, UniqueConstraint, bindparam, literal_column

from vetrina.kernel.context import Context
from vetrina.kernel.db import Model, Session
from vetrina.kernel.db.types import Instant

GROWING = frozenset({
    "cart_address", "cart_cart", "cart_line", "checkout_attempt", "inventory_movement", "inventory_reservation",
    "orders_amendment", "orders_amendment_line", "orders_delivery", "orders_discount", "orders_fulfilment",
    "orders_fulfilment_line", "orders_goods_entry", "orders_line", "orders_order", "orders_refund",
    "orders_refund_line", "orders_refund_part", "orders_return", "orders_return_line", "orders_tax_line",
    "outbox_event", "payments_entry", "payments_payment", "sales_counted_order", "staff_audit", "staff_audit_seal",
    "tax_entry",
})  # fmt: skip
"""Every table with more rows for every order, whatever became of it."""
STEP = 1_000_000
NUMBERS = "WITH RECURSIVE up(n) AS (SELECT :above + 1 UNION ALL SELECT n + 1 FROM up WHERE n < :until) SELECT n FROM up"
AT_ONCE = 2_000
"""A statement has seconds, not minutes."""
UNLINKED = {("orders_refund_part", "payment_id"): "payments_payment", ("staff_audit_seal", "entry_id"): "staff_audit"}
"""Columns that lead to other tables without saying so."""


def growing_tables() -> list[Table]:
    """Those tables, each after what it leads to."""
    return [table for table in Model.metadata.sorted_tables if table.name in GROWING]


async def heights(ctx: Context) -> dict[str, int]:
    """The highest key of each table now."""
    found = [(table.name, await ctx.db.value(sa.select(sa.func.max(_key(table))))) for table in growing_tables()]
    return {name: int(top) for name, top in found if top is not None}


async def multiply(ctx: Context, tops: dict[str, int], times: int) -> None:
    """Write all rows up to those keys again, `times` times, each an hour older than the one before."""
    for done in range(0, times, AT_ONCE):
        await _multiply(ctx, tops, done, min(done + AT_ONCE, times))
    if ctx.db.dialect.name == "postgresql":
        # A server counts by itself after a while, between two days of a shop; not between two lines of a test.
        async with ctx.tx() as session:
            await _take_as_long_as_it_takes(session, "postgresql")
            await session.execute(sa.text("ANALYZE"))


async def _take_as_long_as_it_takes(session: Session, dialect: str) -> None:
    """A shop's statements have seconds; those that make a shop of years have not been hurried by anybody."""
    if dialect == "postgresql":
        await session.execute(sa.text("SET LOCAL statement_timeout = 0"))


async def _multiply(ctx: Context, tops: dict[str, int], above: int, until: int) -> None:
    dialect = ctx.db.dialect.name
    numbers = sa.text(NUMBERS).columns(sa.column("n", sa.BigInteger)).bindparams(above=above, until=until)
    further = numbers.subquery("numbers")
    async with ctx.tx() as session:
        await _take_as_long_as_it_takes(session, dialect)
        for table in growing_tables():
            if table.name not in tops:
                continue
            columns = [column for column in table.columns if column.computed is None]
            again = [_again(column, further.c.n, dialect) for column in columns]
            chosen = sa.select(*again).select_from(table.join(further, sa.true()))
            chosen = chosen.where(_key(table) <= bindparam("top"))
            await session.execute(
                sa.insert(table).from_select([column.name for column in columns], chosen), {"top": tops[table.name]}
            )


def _key(table: Table) -> Column[Any]:
    return next(iter(table.primary_key.columns))


def _again(column: Column[Any], n: Any, dialect: str) -> Any:
    table = column.table
    leads_to = {key.column.table.name for key in column.foreign_keys} | {UNLINKED.get((table.name, column.name), "")}
    if leads_to & GROWING or (column is _key(table) and not leads_to - {""}):
        return column + n * STEP
    if column.name == "position" and table.name == "outbox_event":
        return column - n * STEP  # delivered long ago
    if _is_unique(column):
        is_text = isinstance(column.type, sa.String | sa.Text)
        return column.concat("-").concat(sa.cast(n, sa.Text)) if is_text else column + n * STEP
    if isinstance(column.type, Instant):
        return _older(column, n, dialect)
    return column


def _older(column: Column[Any], n: Any, dialect: str) -> Any:
    if dialect == "sqlite":
        shift = (-1 * n).cast(sa.Text).concat(" hours")
        return sa.func.strftime("%Y-%m-%dT%H:%M:%f000+00:00", sa.type_coerce(column, sa.Text), shift)
    return column - n * literal_column("interval '1 hour'")


def _is_unique(column: Column[Any]) -> bool:
    """Whether no two rows may have it, unless something else beside it leads to another row."""
    table: Any = column.table
    groups = [[*each.columns] for each in table.constraints if isinstance(each, UniqueConstraint)]
    groups += [[*index.columns] for index in table.indexes if index.unique]
    if column.unique:
        groups.append([column])
    return any(column is _free(group) for group in groups if not _has_key_of_growing(group))


def _free(group: list[Any]) -> Any:
    """The column that is made another one: what names the row, and leads nowhere."""
    free = [column for column in group if not column.foreign_keys]
    named = [column for column in free if column.name.endswith(("key", "reference", "token"))]
    return (named or free[-1:] or [None])[0]


def _has_key_of_growing(group: list[Any]) -> bool:
    return any(key.column.table.name in GROWING for column in group for key in column.foreign_keys)
