"""Listening at the driver: which statements a request sends, so that a floor can send the same."""

import re
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from typing import Any

import msgspec

from vetrina.kernel.db import Database, Session
from vetrina.kernel.db.session import Driver
from vetrina.kernel.db.statements import Call

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00")


class Sent(msgspec.Struct, frozen=True):
    """A statement as the driver got it."""

    text: str
    arguments: tuple[Any, ...]
    columns: tuple[str, ...]

    @property
    def is_write(self) -> bool:
        return not self.text.lstrip().upper().startswith(("SELECT", "WITH"))


class _Heard:
    """A driver that keeps what it is given, and hands it on."""

    def __init__(self, driver: Driver, heard: list[Sent]) -> None:
        self._driver = driver
        self._heard = heard

    async def fetch(self, call: Call) -> Sequence[Sequence[Any]]:
        self._heard.append(Sent(call.text, tuple(call.arguments), call.columns))
        return await self._driver.fetch(call)

    async def execute(self, call: Call) -> int:
        self._heard.append(Sent(call.text, tuple(call.arguments), ()))
        return await self._driver.execute(call)

    async def execute_many(self, text: str, batches: list[list[Any]]) -> None:
        self._heard.extend(Sent(text, tuple(batch), ()) for batch in batches)
        await self._driver.execute_many(text, batches)


@contextmanager
def listening(db: Database) -> Generator[list[Sent]]:
    """Every statement that is run inside the block, in order: reads, and what transactions do but begin and end."""
    heard: list[Sent] = []
    driver, transaction = db._driver, db.transaction

    @asynccontextmanager
    async def listened() -> AsyncGenerator[Session]:
        async with transaction() as session:
            session._driver = _Heard(session._driver, heard)
            yield session

    db._driver = _Heard(driver, heard)
    db.transaction = listened
    try:
        yield heard
    finally:
        db._driver = driver
        del db.transaction


class Now:
    """Stands for the request's time among the values of a statement."""


class Many:
    """Stands for a list of keys among the values of a statement."""


class At(msgspec.Struct, frozen=True):
    """Stands for whatever is bound at a position."""

    position: int


class Template:
    """A recorded statement with places for values: the rest is bound as it was."""

    def __init__(self, sent: Sent, *places: Any) -> None:
        """`places` are Now, Many, At, or the value that was bound when the statement was recorded."""
        self.text = sent.text
        self.columns = sent.columns
        self.arguments = list(sent.arguments)
        taken = [place.position for place in places if isinstance(place, At)]
        self._slots = [_positions(sent.arguments, place, taken) for place in places]
        missing = [place for place, slots in zip(places, self._slots, strict=True) if not slots]
        assert not missing, f"the statement binds no {missing}: {sent.text}"

    def bound(self, *values: Any) -> list[Any]:
        """The arguments with these values in their places."""
        arguments = self.arguments.copy()
        for slots, value in zip(self._slots, values, strict=True):
            for slot in slots:
                arguments[slot] = value
        return arguments

    def at(self, *names: str) -> tuple[int, ...]:
        """Where columns stand in a row."""
        return tuple(self.columns.index(name) for name in names)


def _positions(arguments: Sequence[Any], place: Any, taken: Sequence[int]) -> list[int]:
    if isinstance(place, At):
        return [place.position]
    return [index for index, value in enumerate(arguments) if index not in taken and _fits(value, place)]


def _fits(value: Any, place: Any) -> bool:
    if place is Now:
        return isinstance(value, datetime) or (isinstance(value, str) and bool(_INSTANT.fullmatch(value)))
    if place is Many:
        return isinstance(value, list) or (isinstance(value, str) and value.startswith("["))
    return type(value) is type(place) and value == place
