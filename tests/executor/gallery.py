"""A small schema for tests of the plan: a gallery of pictures, whose fields fail, refuse and wait when told to."""

import asyncio
from collections.abc import Sequence
from enum import Enum
from typing import Any

import msgspec
import strawberry

from vetrina.graphql import Info, batch, read_from, root
from vetrina.graphql.schema import ComposedSchema, compose
from vetrina.kernel.errors import Fault


class Broken(Fault):
    """Something of ours does not work."""


@strawberry.enum
class Frame(Enum):
    WOOD = "WOOD"
    NONE = "NONE"


class PictureRow(msgspec.Struct, frozen=True):
    id: str
    title: Any = "untitled"
    frame: Any = "WOOD"
    width: Any = 10
    painter: Any = None


class BustRow(msgspec.Struct, frozen=True):
    id: str
    title: Any = "untitled"


class Log(msgspec.Struct):
    """What the gallery was asked, in order: a function's name and how many parents it was given."""

    calls: list[tuple[str, int]] = msgspec.field(default_factory=list[tuple[str, int]])
    works: Sequence[Any] = ()
    prices: dict[str, Any] = msgspec.field(default_factory=dict[str, Any])
    priced: asyncio.Event | None = None
    """What prices wait for; None where they are known."""


LOG = Log()


async def load_prices(rows: Sequence[PictureRow], info: Info, tax: int | None = 0) -> list[Any]:
    """What each costs; an exception in its place where it is told so."""
    LOG.calls.append(("prices", len(rows)))
    if LOG.priced is not None:
        await LOG.priced.wait()
    return [_with_tax(LOG.prices.get(row.id, 100), tax) for row in rows]


async def load_neighbours(rows: Sequence[Any], info: Info) -> list[list[Any]]:
    """Every work hangs beside all of them."""
    LOG.calls.append(("neighbours", len(rows)))
    return [list(LOG.works) for _ in rows]


async def load_secrets(rows: Sequence[Any], info: Info) -> list[str]:
    """For those who may."""
    LOG.calls.append(("secrets", len(rows)))
    return ["secret"] * len(rows)


async def load_too_few(rows: Sequence[Any], info: Info) -> list[str]:
    """Forgets a row."""
    return ["x"] * (len(rows) - 1)


def _with_tax(price: Any, tax: int | None) -> Any:
    return price + (tax or 0) if isinstance(price, int) else price


@strawberry.interface
class Work:
    id: strawberry.ID
    title: str
    neighbours: list["Work"] = batch(load_neighbours)


@strawberry.type
class Picture(Work):
    frame: Frame
    width: int | None
    price: int | None = batch(load_prices)
    strict_price: int = batch(load_prices)
    secret: str | None = batch(load_secrets, permission="secrets.read")
    uneven: str | None = batch(load_too_few)

    @strawberry.field
    def shout(self, loudness: int = 1) -> str:
        return str(self.title).upper() + "!" * loudness

    is_type_of = read_from(PictureRow)


@strawberry.type
class Bust(Work):
    is_type_of = read_from(BustRow)


@strawberry.type
class Query:
    @root
    async def works(self, info: Info, first: int | None = None) -> list[Work | None]:
        return list(LOG.works)[:first]

    @root
    async def pictures(self, info: Info) -> list[Picture]:
        return list(LOG.works)

    @root
    async def picture(self, info: Info, frame: Frame | None = None) -> Picture | None:
        return LOG.works[0] if LOG.works else None


@strawberry.type
class Hanging:
    works: int
    sure: str


@strawberry.type
class Mutation:
    @root
    async def hang(self, info: Info, name: str) -> Hanging | None:
        LOG.calls.append((f"hang {name}", 1))
        return Hanging(works=1, sure=None if name == "unsure" else name)  # pyright: ignore[reportArgumentType]

    @root
    async def hang_for_sure(self, info: Info, name: str) -> Hanging:
        LOG.calls.append((f"hang {name}", 1))
        if name == "fails":
            raise Broken("the nail")
        return Hanging(works=1, sure=name)


def gallery() -> ComposedSchema:
    """The schema, composed as a door's is."""
    return compose("storefront", query=[Query], mutation=[Mutation], types=[Picture, Bust])
