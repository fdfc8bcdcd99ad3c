"""Listening at the driver: which statements a request sends, so that a floor can send the same."""

import re
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import msgspec

from vetrina.kernel.db.postgres import _OnConnection
from vetrina.kernel.db.sqlite import _Inline
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


@contextmanager
def listening() -> Generator[list[Sent]]:
    """Every statement that is run inside the block, in order; reads and writes."""
    heard: list[Sent] = []
    drivers: tuple[Any, ...] = (_Inline, _OnConnection)
    methods = [(driver, driver.fetch, driver.execute, driver.execute_many) for driver in drivers]
    for driver, fetch, execute, execute_many in methods:
        driver.fetch = _heard(fetch, heard)
        driver.execute = _heard(execute, heard)
        driver.execute_many = _heard_many(execute_many, heard)
    try:
        yield heard
    finally:
        for driver, fetch, execute, execute_many in methods:
            driver.fetch, driver.execute, driver.execute_many = fetch, execute, execute_many


def _heard(method: Any, heard: list[Sent]) -> Any:
    async def run(driver: Any, call: Call) -> Any:
        heard.append(Sent(call.text, tuple(call.arguments), call.columns))
        return await method(driver, call)

    return run


def _heard_many(method: Any, heard: list[Sent]) -> Any:
    async def run(driver: Any, text: str, batches: list[list[Any]]) -> Any:
        heard.extend(Sent(text, tuple(batch), ()) for batch in batches)
        return await method(driver, text, batches)

    return run


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
        self._arguments = list(sent.arguments)
        self._slots = [_positions(sent.arguments, place) for place in places]
        missing = [place for place, slots in zip(places, self._slots, strict=True) if not slots]
        assert not missing, f"the statement binds no {missing}: {sent.text}"

    def bound(self, *values: Any) -> list[Any]:
        """The arguments with these values in their places."""
        arguments = self._arguments.copy()
        for slots, value in zip(self._slots, values, strict=True):
            for slot in slots:
                arguments[slot] = value
        return arguments

    def at(self, *names: str) -> tuple[int, ...]:
        """Where columns stand in a row."""
        return tuple(self.columns.index(name) for name in names)


def _positions(arguments: Sequence[Any], place: Any) -> list[int]:
    if isinstance(place, At):
        return [place.position]
    return [index for index, value in enumerate(arguments) if _fits(value, place)]


def _fits(value: Any, place: Any) -> bool:
    if place is Now:
        return isinstance(value, datetime) or (isinstance(value, str) and bool(_INSTANT.fullmatch(value)))
    if place is Many:
        return isinstance(value, list) or (isinstance(value, str) and value.startswith("["))
    return type(value) is type(place) and value == place
