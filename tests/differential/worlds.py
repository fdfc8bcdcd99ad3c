"""Generated data: what every field of the synthetic schema answers, faults included.

Each value follows from the seed, the place it is asked at, the arguments and the row it is asked of, never from the
order of asking: two executors see the same world. Nothing is kept; a row makes its attributes when they are read.
"""

import types
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from enum import Enum, StrEnum
from hashlib import blake2b
from typing import Any, ClassVar, TypeVar, cast

import msgspec
import strawberry
from graphql import (
    GraphQLError,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    is_abstract_type,
    is_enum_type,
    is_leaf_type,
)

from vetrina.kernel.errors import BadInput, NotFound, Refusal, Unavailable

T = TypeVar("T")

TEXTS = ("", "plain", "naïve ☕ 🎉", 'a "quoted"\nline\t\\', "\u2028\u0007</script>", "x" * 70, "0", "null")
WHOLE = (0, 1, -1, 7, 42, 2**31 - 1, -(2**31))
REAL = (0.0, -0.0, 1.5, 1e308, -2.25, 1e-7, 3)
MOMENTS = (datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC), datetime(1999, 12, 31, 23, 59, 59, 999, tzinfo=UTC))
TREES: tuple[Any, ...] = ({"a": [1, None, {"b": "c"}]}, [], "text", 0, False, [[1.5], {}], {"": ""})


class Shade(StrEnum):
    """A text that is an enum's member, as rows may hold."""

    DARK = "dark"
    LIGHT = "ONE"


class Draw:
    """A short stream of numbers that follows from a seed; cheaper to start than random.Random."""

    def __init__(self, seed: int) -> None:
        self._state = seed

    def next(self) -> int:
        """SplitMix64."""
        self._state = (self._state + 0x9E3779B97F4A7C15) & 0xFFFFFFFFFFFFFFFF
        mixed = self._state
        mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & 0xFFFFFFFFFFFFFFFF
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & 0xFFFFFFFFFFFFFFFF
        return mixed ^ (mixed >> 31)

    def chance(self, of: float) -> bool:
        return of > 0 and self.next() < of * 0xFFFFFFFFFFFFFFFF

    def pick(self, among: Sequence[T]) -> T:
        return among[self.next() % len(among)]


def mixed(*parts: object) -> int:
    """A number that follows from the parts, the same in every process."""
    return int.from_bytes(blake2b(repr(parts).encode("utf-8", "surrogatepass"), digest_size=8).digest())


class Rates(msgspec.Struct, frozen=True):
    """How often things happen, per value."""

    null: float
    odd: float
    """A value of another type that the scalar still accepts, a tuple instead of a list, a row twice."""
    fault: float
    """Each of: null where it may not be, a wrong leaf, a wrong shape, a wrong type, an exception."""
    whole: float
    """A batch that fails as a whole."""


CLEAN = Rates(0.04, 0.03, 0.0, 0.0)
RARE = Rates(0.06, 0.04, 0.003, 0.008)
MANY = Rates(0.2, 0.1, 0.03, 0.05)


class Row:
    """An object of the synthetic schema; its attributes come into being when they are read."""

    __slots__ = ("_key", "_world")
    _kind: ClassVar[str] = ""

    def __init__(self, world: "World", key: int) -> None:
        self._world = world
        self._key = key

    def __getattr__(self, name: str) -> Any:
        return self._world.attribute(self, name)

    def __repr__(self) -> str:
        return f"<{self._kind} {self._key}>"


class World:
    """Where the rows of one synthetic schema come from. `begin` makes it another world."""

    def __init__(self, shape: GraphQLSchema) -> None:
        self.shape = shape
        self.enums: dict[str, type[Enum]] = {}
        self.rows: dict[str, type[Any]] = {}
        self.attributes: dict[str, dict[str, tuple[str, Any]]] = {}
        """By type and Python name: the field's wire name and type."""
        self.told: list[str] = []
        """Mutation roots in the order they ran, with their arguments."""
        self._children: dict[str, type[Any]] = {}
        """By type: a class made from the class of its rows."""
        self._members: dict[str, list[str]] = {}
        self.begin(0)

    def add_rows(self, name: str, made: type[Any]) -> None:
        """Say of which class a type's rows are."""
        self.rows[name] = made
        self._children[name] = types.new_class(f"Special{made.__name__}", (made,))

    def begin(self, seed: int) -> None:
        """Start again with the data of a seed."""
        self.seed = seed
        self.rates = Draw(seed).pick((CLEAN, CLEAN, RARE, RARE, MANY))
        self.told = []

    def tell(self, field: str, arguments: Mapping[str, Any]) -> None:
        self.told.append(f"{field}{plain(arguments)!r}")

    def attribute(self, row: Row, name: str) -> Any:
        """What a row's attribute holds. Raises AttributeError for what a row of this type does not have."""
        known = self.attributes[row._kind].get(name) if not name.startswith("_") else None
        if known is None:
            raise AttributeError(f"a row of {row._kind} has no {name}")
        wire, kind = known
        return self.answer(kind, row, f"{row._kind}.{wire}", {})

    def answer(self, kind: Any, parent: object, place: str, arguments: Mapping[str, Any]) -> Any:
        """What a field answers to a parent, or raises."""
        draw = self._draw(place, plain(arguments), identity(parent))
        if draw.chance(self.rates.fault / 2):
            raise an_exception(draw)
        return self.value(kind, draw)

    def check_whole(self, place: str, arguments: Mapping[str, Any]) -> Draw:
        """Raises when this batch fails for all its parents."""
        draw = self._draw("whole", place, plain(arguments))
        if draw.chance(self.rates.whole):
            raise an_exception(draw)
        return draw

    def value(self, kind: Any, draw: Draw) -> Any:
        """A value of a type, or something else in its place."""
        rates = self.rates
        if isinstance(kind, GraphQLNonNull):
            kind = cast("GraphQLNonNull[Any]", kind).of_type
            if draw.chance(rates.fault):
                return None
        elif draw.chance(rates.null):
            return None
        if draw.chance(rates.fault / 2):
            return an_exception(draw)
        if isinstance(kind, GraphQLList):
            return self._list(cast("GraphQLList[Any]", kind).of_type, draw)
        if is_leaf_type(kind):
            return self._leaf(kind, draw)
        if draw.chance(rates.fault):
            return draw.pick(
                ("a text", 5, [], {"id": 1}, *(self._row(name, draw) for name in sorted(self.rows)[:60:7]))
            )
        if is_abstract_type(kind):
            return self._row(draw.pick(self._members_of(kind)), draw)
        return self._row(kind.name, draw)

    def _list(self, kind: Any, draw: Draw) -> Any:
        if draw.chance(self.rates.fault):
            return draw.pick(("a text", 5, {"a": 1}, True))
        items = [self.value(kind, draw) for _ in range(draw.pick((0, 1, 2, 2, 3, 3, 4)))]
        if not draw.chance(self.rates.odd):
            return items
        return draw.pick((items * 2, tuple(items), _one_by_one(items), dict(enumerate(items)).values()))

    def _leaf(self, kind: Any, draw: Draw) -> Any:
        if draw.chance(self.rates.fault):
            return draw.pick(
                WRONG.get(kind.name, WRONG[""]) if not is_enum_type(kind) else ("NOPE", 99, [], Shade.DARK, Shade.LIGHT)
            )
        if is_enum_type(kind):
            member = draw.pick(tuple(self.enums[kind.name]))
            return member.value if draw.chance(self.rates.odd) else member
        among = ODD if kind.name in ODD and draw.chance(self.rates.odd) else RIGHT
        return draw.pick(among[kind.name])

    def _row(self, name: str, draw: Draw) -> Any:
        made = self.rows[name]
        if draw.chance(self.rates.odd):
            made = self._children[name]
        key = draw.next()
        if issubclass(made, Row):
            return made(self, key)
        own = Draw(key)
        if "side" in made.__struct_fields__:
            return made(name, _kept(self.value(self.attributes[name]["value"][1], own)))
        return made(*(_kept(self.value(kind, own)) for _, kind in self.attributes[name].values()))

    def _members_of(self, kind: Any) -> list[str]:
        if kind.name not in self._members:
            self._members[kind.name] = [member.name for member in self.shape.get_possible_types(kind)]
        return self._members[kind.name]

    def _draw(self, *parts: object) -> Draw:
        return Draw(mixed(self.seed, *parts))


def identity(parent: object) -> object:
    """What tells one parent from another in every process."""
    return parent._key if isinstance(parent, Row) else repr(parent)


def plain(value: Any) -> Any:
    """Arguments as plain values that show every difference: of type, of null and left out, of text and member."""
    if isinstance(value, Mapping):
        return {name: plain(part) for name, part in sorted(cast("Mapping[str, Any]", value).items())}
    if isinstance(value, list | tuple):
        return [plain(part) for part in cast("Sequence[Any]", value)]
    if isinstance(value, Enum):
        return f"{type(value).__name__}.{value.name}"
    if value is strawberry.UNSET:
        return "unset"
    if hasattr(value, "__strawberry_definition__"):
        return type(value).__name__, plain(vars(value))
    return value


def an_exception(draw: Draw) -> Exception:
    match draw.next() % 10:
        case 0:
            return BadInput(field=("lines", "0"), problem="This cannot be.")
        case 1:
            return NotFound(what="The row")
        case 2:
            return Refusal()
        case 3:
            return KeyError("a key")
        case 4:
            return GraphQLError("In its own words.", extensions={"code": "LIMIT_EXCEEDED", "more": [1]})
        case 5:
            return Unavailable("elsewhere")
        case 6:
            return ValueError()
        case 7:
            return TimeoutError("slow")
        case 8:
            return GraphQLError("Because of another.", original_error=ValueError("the other"))
        case _:
            return ValueError(f"number {draw.next() % 3}")


def _one_by_one(items: list[Any]) -> Any:
    yield from items


def _kept(value: Any) -> Any:
    """A value that stays the same when a struct's attribute is read twice."""
    return list(value) if hasattr(value, "__next__") else value


RIGHT: dict[str, tuple[Any, ...]] = {
    "Int": WHOLE,
    "Float": REAL,
    "String": TEXTS,
    "Boolean": (True, False),
    "ID": ("gid://vetrina/Lab/1", "7", ""),
    "Color": ("#aabbcc",),
    "DateTime": MOMENTS,
    "Decimal": ("12.50", "0"),
    "HTML": ("<p>a & b</p>",),
    "JSON": TREES,
    "UnsignedInt64": (0, 2**64 - 1),
    "URL": ("https://shop.test/a?b=c",),
}
ODD: dict[str, tuple[Any, ...]] = {
    "Int": (True, 3.0, "17", False),
    "Float": (True, 12, "1.5", 2**40),
    "String": (5, True, 1.5, False, Shade.DARK),
    "Boolean": (1, 0, 2.5),
    "ID": (7, 2**70, Shade.DARK),
    "DateTime": (MOMENTS[0] + timedelta(hours=3),),
    "UnsignedInt64": ("12", -1),
}
WRONG: dict[str, tuple[Any, ...]] = {
    "Int": ("abc", 2**31, -(2**31) - 1, 1.5, [1], {}, float("nan"), b"1", ""),
    "Float": (float("nan"), float("inf"), "abc", [1.5], ""),
    "String": ([], {"a": 1}, Row, date(2026, 1, 1)),
    "Boolean": ("true", [True], {}, float("nan")),
    "ID": (1.5, [], True, {}),
    "DateTime": ("2026-03-14", 5, date(2026, 1, 1)),
    "": (None, []),
}
"""What a scalar cannot be; under "" for scalars that take everything, where it is merely unusual."""
