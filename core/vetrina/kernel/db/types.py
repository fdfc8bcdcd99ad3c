"""Column types whose stored form is plain on both engines, and the model every table derives from."""

from collections.abc import Sequence
from datetime import MAXYEAR, MINYEAR, UTC, datetime
from typing import Any, ClassVar

import msgspec
from sqlalchemy import BigInteger, Boolean, DateTime, Dialect, Integer, MetaData, String, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator, TypeEngine, UserDefinedType

Json = dict[str, Any] | list[Any] | str | int | float | bool | None


def _read_instant(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value)


def _within_calendar(value: datetime) -> datetime:
    """The moment, in UTC; the calendar's first or last one where that would be before or after it."""
    try:
        return value.astimezone(UTC)
    except OverflowError:
        return datetime.min.replace(tzinfo=UTC) if value.year == MINYEAR else datetime.max.replace(tzinfo=UTC)


def _read_document(value: str | None) -> Json:
    return None if value is None else msgspec.json.decode(value)


class Instant(TypeDecorator[datetime]):
    """A UTC time: timestamptz on PostgreSQL, ISO 8601 text of fixed width (so it sorts) on SQLite."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is not None and value.year in (MINYEAR, MAXYEAR):
            value = _within_calendar(value)
        if value is None or dialect.name != "sqlite":
            return value
        return value.astimezone(UTC).isoformat(timespec="microseconds")

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        return _read_instant(value) if dialect.name == "sqlite" else value

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """Without SQLAlchemy's layers around it: this runs for every value that is read."""
        return _read_instant if dialect.name == "sqlite" else None


class _PlainJson(UserDefinedType[Any]):
    """PostgreSQL's JSON, which the driver reads and writes as text."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "JSON"


class Document(TypeDecorator[Any]):
    """A JSON document: JSON on PostgreSQL, text on SQLite; plain lists and dicts in Python."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else _PlainJson())

    def process_bind_param(self, value: Json, dialect: Dialect) -> str | None:
        return None if value is None else msgspec.json.encode(value).decode()

    def process_result_value(self, value: Any, dialect: Dialect) -> Json:
        return _read_document(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """Without SQLAlchemy's layers around it: this runs for every value that is read."""
        return _read_document


class _ManyOf(TypeDecorator[Sequence[Any]]):
    """A list given as one parameter: an array on PostgreSQL, a JSON text on SQLite."""

    impl = Text
    cache_ok = True
    of: ClassVar[TypeEngine[Any]]

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else ARRAY(self.of))

    def process_bind_param(self, value: Sequence[Any] | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        return msgspec.json.encode(value).decode() if dialect.name == "sqlite" else list(value)


class ManyIds(_ManyOf):
    """A list of BIGINT keys as one parameter."""

    of = BigInteger()
    cache_ok = True


class ManyTexts(_ManyOf):
    """A list of texts as one parameter."""

    of = String()
    cache_ok = True


BigInt = BigInteger().with_variant(Integer(), "sqlite")
"""BIGINT; on SQLite INTEGER, which is 64 bits there and numbers primary keys by itself."""


class Model(DeclarativeBase):
    """Declares tables: constraints and migrations come from here. Reads and hot writes are Core statements.

    Tables are named <owner>_<singular>. Foreign keys cross modules by table name, imports never do.
    """

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {
        int: BigInt,
        str: Text(),
        bool: Boolean(),
        datetime: Instant(),
        dict[str, Any]: Document(),
        list[Any]: Document(),
        list[str]: Document(),
    }
