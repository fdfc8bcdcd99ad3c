"""A plugin for tests: it writes into other people's tables, in a transaction of its own or in the core's."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import BigInteger, Column, Executable, MetaData, Table, Text, insert

from vetrina.kernel.context import Context
from vetrina.kernel.db import Session

NOTE = Table("greedy_note", MetaData(), Column("id", BigInteger, primary_key=True), Column("text", Text))


async def write(ctx: Context, statement: Executable, params: Mapping[str, Any] | None = None) -> None:
    """A note of its own first, then whatever it is told to."""
    async with ctx.tx() as session:
        await session.execute(insert(NOTE), {"id": 1, "text": "mine"})
        await session.execute(statement, params)


async def write_by_the_back_door(ctx: Context, statement: Executable) -> None:
    async with ctx.db.transaction() as session:
        await session.execute(statement)


async def write_many(ctx: Context, statement: Executable, rows: list[dict[str, Any]]) -> None:
    async with ctx.tx() as session:
        await session.execute_many(statement, rows)


class TakesPart:
    """Is asked inside the core's transaction, with the core's session."""

    async def reserve(self, session: Session, statement: Executable) -> None:
        await session.execute(statement)
