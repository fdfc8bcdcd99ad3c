"""The database says the same on both engines: values, refusals, lists, transactions."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import msgspec
import pytest
from sqlalchemy import CheckConstraint, ForeignKey, create_engine, delete, select, text, update
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from vetrina.kernel.context import Context
from vetrina.kernel.db import Conflict, Database, Model, id_in, open_database, table_of, text_in
from vetrina.kernel.db.statements import Statements
from vetrina.kernel.errors import Fault
from vetrina.kernel.messages import InboxMessage, OutboxCursor
from vetrina.migrations.tables import metadata


class Bench(DeclarativeBase):
    """Tables of these tests alone, with the house's types and names."""

    metadata = type(Model.metadata)(naming_convention=Model.metadata.naming_convention)
    type_annotation_map = Model.type_annotation_map


class Specimen(Bench):
    """One column of each type, and each kind of constraint."""

    __tablename__ = "bench_specimen"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    number: Mapped[int | None]
    is_on: Mapped[bool | None]
    at: Mapped[datetime | None]
    document: Mapped[dict[str, Any] | None]
    items: Mapped[list[Any] | None]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("bench_specimen.id"))

    __table_args__ = (CheckConstraint("number < 9223372036854775807 OR is_on", name="number"),)


class SpecimenRow(msgspec.Struct, frozen=True):
    name: str
    number: int | None
    is_on: bool | None
    at: datetime | None
    document: dict[str, Any] | None
    items: list[Any] | None


SPECIMENS = select(
    Specimen.name, Specimen.number, Specimen.is_on, Specimen.at, Specimen.document, Specimen.items
).order_by(Specimen.id)

NOON = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Database]:
    """A database that holds the tables of these tests too."""
    engine = create_engine(database_url.replace("postgresql://", "postgresql+psycopg://"))
    Bench.metadata.create_all(engine)
    engine.dispose()
    opened = await open_database(database_url)
    yield opened
    await opened.close()


async def add(db: Database, **values: Any) -> int:
    nothing = {"number": None, "is_on": None, "at": None, "document": None, "items": None, "parent_id": None}
    async with db.transaction() as session:
        return await session.insert(Specimen, **{**nothing, **values})


@pytest.mark.parametrize(
    "row",
    [
        SpecimenRow("nothing", None, None, None, None, None),
        SpecimenRow("zero", 0, False, NOON, {}, []),
        SpecimenRow(
            "large", 2**63 - 1, True, datetime(9999, 12, 31, 23, 59, 59, 999_998, UTC), {"a": {"b": [1]}}, [[]]
        ),
        SpecimenRow("small", -(2**63), False, datetime(1970, 1, 1, tzinfo=UTC), {"è😀": "\n\"'\\"}, [None, 0.1, -0.0]),
        SpecimenRow("'quoted'; -- \"ünï\" 😀\t\n", 1, True, NOON + timedelta(microseconds=1), {"n": None}, ["1", 1]),
    ],
    ids=lambda row: row.name[:7],
)
async def test_values_come_back_as_they_went_in(db: Database, row: SpecimenRow) -> None:
    await add(db, **msgspec.structs.asdict(row))
    assert await db.rows(SpecimenRow, SPECIMENS) == [row]
    async with db.transaction() as session:
        assert await session.one(SpecimenRow, SPECIMENS) == row


async def test_a_time_comes_back_in_utc_whatever_its_zone_was(db: Database) -> None:
    await add(db, name="a", at=NOON.astimezone(timezone(timedelta(hours=5, minutes=30))))
    found = await db.value(select(Specimen.at))
    assert (found, found.tzinfo.utcoffset(None)) == (NOON, timedelta(0))


async def test_times_sort_and_compare_as_times(db: Database) -> None:
    east, west = timezone(timedelta(hours=9)), timezone(timedelta(hours=-9))
    instants = [NOON, NOON + timedelta(microseconds=1), NOON + timedelta(seconds=1), NOON + timedelta(hours=1)]
    for name, at in enumerate(reversed(instants)):
        await add(db, name=str(name), at=at.astimezone(east if name % 2 else west))
    found = await db.fetch(select(Specimen.at).order_by(Specimen.at))
    assert [at for (at,) in found] == instants
    later = select(Specimen.name).where(Specimen.at > NOON.astimezone(east)).order_by(Specimen.id)
    assert await db.fetch(later) == [("0",), ("1",), ("2",)]


async def test_rows_whose_fields_are_not_the_columns_are_refused(db: Database) -> None:
    with pytest.raises(Fault, match="other fields"):
        await db.rows(SpecimenRow, select(Specimen.number, Specimen.name, *list(SPECIMENS.selected_columns)[2:]))


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"name": "taken"}, "name"),
        ({"name": "a", "number": 2**63 - 1, "is_on": False}, "ck_bench_specimen_number"),
        ({"name": "a", "parent_id": 99}, ""),
        ({"name": None}, "name"),
    ],
    ids=["unique", "check", "foreign key", "not null"],
)
async def test_a_broken_constraint_is_a_conflict(db: Database, values: dict[str, Any], constraint: str) -> None:
    await add(db, name="taken")
    with pytest.raises(Conflict) as caught:
        await add(db, **values)
    assert constraint in str(caught.value)
    assert await db.fetch(select(Specimen.name)) == [("taken",)]


async def test_an_exception_undoes_all_of_a_transaction(db: Database) -> None:
    with pytest.raises(KeyError):
        async with db.transaction() as session:
            await session.add(OutboxCursor, subscriber="a", position=1, lease_until=None)
            await session.add(OutboxCursor, subscriber="b", position=1, lease_until=None)
            raise KeyError
    assert await db.fetch(select(OutboxCursor.subscriber)) == []


async def test_nobody_reads_what_is_not_committed(db: Database) -> None:
    seen = select(OutboxCursor.position)
    async with db.transaction() as session:
        await session.add(OutboxCursor, subscriber="a", position=1, lease_until=None)
        assert await session.value(seen) == 1
        assert await db.value(seen) is None
    assert await db.value(seen) == 1


async def test_many_rows_are_added_at_once(db: Database) -> None:
    rows = [
        {"source": "s", "key": f"{number}", "at": NOON, "body": {"number": number} if number % 2 else None}
        for number in range(1_000)
    ]
    async with db.transaction() as session:
        await session.add_many(InboxMessage, rows)
        await session.add_many(InboxMessage, [])
    found = await db.fetch(select(InboxMessage.key, InboxMessage.at, InboxMessage.body).order_by(InboxMessage.id))
    assert found == [(row["key"], NOON, row["body"]) for row in rows]


async def test_a_row_is_added_only_if_its_key_is_free(db: Database) -> None:
    async with db.transaction() as session:
        added = [
            await session.add_if_absent(OutboxCursor, subscriber=name, position=position, lease_until=None)
            for position, name in enumerate("aba")
        ]
    assert added == [True, True, False]
    assert await db.value(select(OutboxCursor.position).where(OutboxCursor.subscriber == "a")) == 0


async def test_putting_a_row_overwrites_the_one_with_its_key(db: Database) -> None:
    for position in (1, 2):
        async with db.transaction() as session:
            await session.put(OutboxCursor, ("subscriber",), subscriber="a", position=position, lease_until=NOON)
    found = await db.fetch(select(OutboxCursor.subscriber, OutboxCursor.position, OutboxCursor.lease_until))
    assert found == [("a", 2, NOON)]


async def test_keys_taken_beforehand_are_nobody_elses(db: Database) -> None:
    async with db.transaction() as session:
        first = await session.take_ids(Specimen, 3)
        for key in first:
            await session.add(Specimen, id=key, name=f"{key}")
        (second,) = await session.take_ids(Specimen, 1)
        await session.add(Specimen, id=second, name="second")
    third = await add(db, name="third")
    assert len({*first, second, third}) == 5


@pytest.mark.parametrize("count", [0, 1, 3, 20_000])
async def test_a_list_of_keys_is_one_parameter_of_any_length(db: Database, count: int) -> None:
    async with db.transaction() as session:
        for number in range(3):
            await session.insert(InboxMessage, source="s", key=str(number), at=NOON, body=None)
    first = await db.value(select(InboxMessage.id).order_by(InboxMessage.id).limit(1))
    chosen = select(InboxMessage.key).where(id_in(InboxMessage.id, "ids")).order_by(InboxMessage.id)
    found = await db.fetch(chosen, {"ids": list(range(first, first + count))})
    assert found == [("0",), ("1",), ("2",)][:count]


async def test_a_list_of_texts_takes_any_text(db: Database) -> None:
    odd = ["", "'", '"', "\\", "{a,b}", "null", "[1]", "é😀", "a,b", " "]
    async with db.transaction() as session:
        for name in [*odd, "other"]:
            await session.add(OutboxCursor, subscriber=name, position=0, lease_until=None)
    chosen = select(OutboxCursor.subscriber).where(text_in(OutboxCursor.subscriber, "names"))
    assert {name for (name,) in await db.fetch(chosen, {"names": odd})} == set(odd)
    assert await db.fetch(chosen, {"names": []}) == []


async def test_lists_of_different_lengths_share_one_compiled_statement(db: Database) -> None:
    chosen = select(InboxMessage.key).where(id_in(InboxMessage.id, "ids"))
    known = db._statements._known
    await db.fetch(chosen, {"ids": [1]})
    count = len(known)
    for length in range(5):
        await db.fetch(chosen, {"ids": list(range(length))})
    assert len(known) == count


def test_the_memory_of_compiled_statements_is_bounded(db: Database) -> None:
    statements = Statements(db.dialect, limit=3)
    for columns in range(1, 6):
        statements.call(select(*list(table_of(Specimen).c)[:columns]))
    assert len(statements._known) == 3


@pytest.mark.parametrize(
    "verb",
    [
        update(metadata().tables["inventory_movement"]).values(on_hand=9),
        delete(metadata().tables["inventory_movement"]),
    ],
    ids=["update", "delete"],
)
async def test_a_ledger_can_only_grow(ctx: Context, verb: Any) -> None:
    movement = metadata().tables["inventory_movement"]
    values = {"id": 1, "variant_id": 1, "location_id": 1, "kind": "received", "on_hand": 5, "reserved": 0}
    async with ctx.tx() as session:
        await session.execute(movement.insert(), {**values, "reference": "r", "at": NOON, "actor": "anna"})
    with pytest.raises(Conflict, match="append-only"):
        async with ctx.tx() as session:
            await session.execute(verb)
    assert await ctx.db.fetch(select(movement.c.on_hand)) == [(5,)]


async def test_transactions_do_not_nest(ctx: Context) -> None:
    with pytest.raises(Fault, match="inside another"):
        async with ctx.tx(), ctx.tx():
            pass
    async with ctx.tx() as session:
        assert await session.value(text("SELECT 1 AS one")) == 1
