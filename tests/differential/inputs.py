"""Values for arguments and variables: of every input type, written as literals or sent as JSON."""

import json
from collections.abc import Callable, Generator
from contextlib import contextmanager
from random import Random
from typing import Any, cast

import msgspec
from graphql import GraphQLInputObjectType, GraphQLNonNull, GraphQLString, is_enum_type, is_required_input_field
from tests.differential.shapes import is_list, items_of, named, without_null

SCALARS: dict[str, tuple[Any, ...]] = {
    "Int": (0, 1, 2, 3, 25, -7, 2**31 - 1),
    "Float": (0.5, 3, -1e3, 12.25),
    "String": ("", "oil", "two words", "naïve ☕\n🎉", 'a "quote" \\ and {brace}', "custom.key", "x" * 20),
    "Boolean": (True, False),
    "ID": ("gid://vetrina/Product/1", "7", 12, "gid://vetrina/Lab/3"),
    "Color": ("#a0b0c0",),
    "DateTime": ("2026-03-14T09:26:53Z", "2026-03-14T09:26:53+02:00"),
    "Decimal": ("12.50", "0", 3),
    "HTML": ("<b>x</b>",),
    "JSON": ({"a": [1, None, {"b": "c"}]}, [], "text", 5, True, 1.5, {}),
    "UnsignedInt64": ("0", "18446744073709551615"),
    "URL": ("https://shop.test/a", "/a/b"),
}
MISFITS: tuple[Any, ...] = (
    "no such", {"no": "such"}, 1.25, -(2**40), 2**31, 3.0, True, [[{}]], "", [None], None, 0, "5",
)  # fmt: skip
"""What many types refuse as a variable."""

Words = Callable[[str, str], tuple[Any, ...] | None]
"""From a scalar's name and the argument it is for: values that mean something to the schema's resolvers."""


class Variable(msgspec.Struct, frozen=True):
    """A variable where a value is expected."""

    name: str


Asked = Callable[[Any, bool, str], Variable | None]
"""From a place's type, whether it has a default, and its name: the variable that stands there, if one does."""


def any_word(scalar: str, argument: str) -> tuple[Any, ...] | None:
    """Nothing means anything to a generated world."""
    return None


def never(kind: Any, has_default: bool, name: str) -> Variable | None:
    return None


class Values:
    """Draws values for input types. `ask` is asked at every place inside a value whether a variable stands there."""

    def __init__(self, random: Random, words: Words, types: set[str], features: set[str]) -> None:
        self._random = random
        self._words = words
        self._types = types
        self._features = features
        self.ask: Asked = never

    @contextmanager
    def without_variables(self) -> Generator[None]:
        asked, self.ask = self.ask, never
        try:
            yield
        finally:
            self.ask = asked

    def drawn(self, kind: Any, name: str, *, depth: int = 2, wanted: frozenset[str] = frozenset()) -> Any:
        """A value of a type, as JSON; `wanted` are input types that should occur in it."""
        if not isinstance(kind, GraphQLNonNull) and not wanted and self._random.random() < 0.1:
            self._features.add("null given")
            return None
        return self._present(without_null(kind), name, depth, wanted)

    def _present(self, kind: Any, name: str, depth: int, wanted: frozenset[str]) -> Any:
        if is_list(kind):
            of = items_of(kind)
            if self._random.random() < 0.15:
                self._features.add("single value for a list")
                return self._present(without_null(of), name, depth, wanted)
            least = 1 if wanted else 0
            return [self._inside(of, name, depth, wanted) for _ in range(self._random.randint(least, 3))]
        self._types.add(kind.name)
        if isinstance(kind, GraphQLInputObjectType):
            return self._object(kind, depth, wanted)
        if is_enum_type(kind):
            return self._random.choice([*kind.values])
        if kind.name == "JSON" and (variable := self.ask(GraphQLString, False, name)) is not None:
            self._features.add("variable inside a scalar")
            return {"in": [variable, {"it": variable}], "beside": 1}
        return self._random.choice(self._words(kind.name, name) or SCALARS[kind.name])

    def _object(self, kind: GraphQLInputObjectType, depth: int, wanted: frozenset[str]) -> dict[str, Any]:
        self._features.add("input object")
        made = dict[str, Any]()
        for name, field in kind.fields.items():
            inner = wanted if reaches(field.type, wanted) else frozenset[str]()
            is_left_out = self._random.random() > 0.3 or depth <= 0
            if not inner and not is_required_input_field(field) and is_left_out:
                continue
            made[name] = self._inside(field.type, name, depth - 1, inner - {kind.name}, field.default is not None)
        if len(made) > 1 and self._random.random() < 0.3:
            made = dict(reversed(made.items()))
        return made

    def _inside(self, kind: Any, name: str, depth: int, wanted: frozenset[str], has_default: bool = False) -> Any:
        variable = self.ask(kind, has_default, name)
        if variable is not None:
            self._features.add("variable inside a value")
            return variable
        return self.drawn(kind, name, depth=depth, wanted=wanted)


def reaches(kind: Any, wanted: frozenset[str]) -> bool:
    """Whether values of a type can hold one of the wanted input types."""
    seen = set[str]()
    waiting = [named(kind)] if wanted else []
    while waiting:
        one = waiting.pop()
        if one.name in wanted:
            return True
        if isinstance(one, GraphQLInputObjectType) and one.name not in seen:
            seen.add(one.name)
            waiting += [named(field.type) for field in one.fields.values()]
    return False


def spoilt(value: Any, random: Random) -> Any:
    """A value with one thing in it that may not fit."""
    if isinstance(value, dict) and value and random.random() < 0.8:
        fields = dict(cast("dict[str, Any]", value))
        name = random.choice(list(fields))
        match random.randrange(4):
            case 0:
                del fields[name]
            case 1:
                fields["noSuchField"] = 1
            case _:
                fields[name] = spoilt(fields[name], random)
        return fields
    if isinstance(value, list) and value and random.random() < 0.8:
        items = list(cast("list[Any]", value))
        index = random.randrange(len(items))
        items[index] = spoilt(items[index], random)
        return items
    return random.choice(MISFITS)


def literal(kind: Any, value: Any, *, is_block: bool = False) -> str:
    """A value as it is written in a document."""
    if isinstance(value, Variable):
        return f"${value.name}"
    kind = without_null(kind)
    if value is None:
        return "null"
    if is_list(kind):
        of = items_of(kind)
        if not isinstance(value, list):
            return literal(of, value, is_block=is_block)
        return f"[{', '.join(literal(of, one, is_block=is_block) for one in cast('list[Any]', value))}]"
    if isinstance(kind, GraphQLInputObjectType):
        fields = (f"{name}: {literal(kind.fields[name].type, one, is_block=is_block)}" for name, one in value.items())
        return f"{{{' '.join(fields)}}}"
    return str(value) if is_enum_type(kind) else _plain(value, is_block)


def _plain(value: Any, is_block: bool = False) -> str:
    if isinstance(value, Variable):
        return f"${value.name}"
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value).items()
        return f"{{{' '.join(f'{name}: {_plain(one)}' for name, one in fields)}}}"
    if isinstance(value, list):
        return f"[{' '.join(_plain(one) for one in cast('list[Any]', value))}]"
    if isinstance(value, str) and is_block and not value.endswith(('"', "\\")):
        return '"""' + value.replace('"""', '\\"""') + '"""'
    return json.dumps(value, ensure_ascii=False)
