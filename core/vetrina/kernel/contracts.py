"""Whether a plugin's answer is what its port's signature says: the types of Python, checked where trust ends."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from inspect import iscoroutinefunction, isfunction, ismethod
from typing import Any, cast, get_type_hints

import msgspec
from msgspec import inspect as kinds

from vetrina.kernel.meters import WrongAnswer

_KEPT = (datetime, date, Decimal, bytes)


def answered_type(port: type[Any], function: Callable[..., Any]) -> Any:
    """What the port's method of that name returns; for a function of our own around it, what that one returns."""
    name: str = getattr(function, "__name__", "")
    declared = getattr(port, name, None)
    return _returned(function if declared is None else declared)


def fits(answer: Any, expected: Any) -> Any:
    """The answer as it came. Raises WrongAnswer when it is not of the expected type, all the way down.

    Only values are looked into: an object with methods of its own, such as a set of rules, is the plugin's affair.
    """
    if expected is Any:
        return answer
    fits_surely = _sure_glance(expected)
    if fits_surely is not None and fits_surely(answer):
        return answer
    if _is_protocol(expected):
        missing = lacks(answer, expected)
        if missing:
            raise WrongAnswer(f"{type(answer).__name__} is no {_spelled(expected)}: it lacks {', '.join(missing)}")
        return answer
    if expected is None or expected is type(None):
        if answer is not None:
            raise WrongAnswer(f"{type(answer).__name__} where nothing was to be answered")
        return answer
    try:
        meant = msgspec.convert(msgspec.to_builtins(answer, builtin_types=_KEPT), expected, builtin_types=_KEPT)
    except (msgspec.ValidationError, TypeError, ValueError) as error:
        raise WrongAnswer(f"the answer is not {_spelled(expected)}: {error}") from error
    _look_at_classes(answer, meant)
    return answer


def lacks(implementation: Any, port: type[Any]) -> list[str]:
    """The methods of the port that an implementation does not have, or that are not async where the port's are."""
    return [
        name
        for name, declared in vars(port).items()
        if not name.startswith("_") and isfunction(declared) and not _answers_like(implementation, name, declared)
    ]


def _answers_like(implementation: Any, name: str, declared: Callable[..., Any]) -> bool:
    found = getattr(implementation, name, None)
    if not callable(found):
        return False
    is_plain = isfunction(found) or ismethod(found)
    return not is_plain or iscoroutinefunction(found) == iscoroutinefunction(declared)


@lru_cache(maxsize=1_000)
def _returned(function: Callable[..., Any]) -> Any:
    return get_type_hints(function).get("return", Any)


def _is_protocol(expected: Any) -> bool:
    return getattr(expected, "_is_protocol", False) is True


Glance = Callable[[Any], bool]
"""Whether a value is of a type beyond doubt: its classes are just the declared ones. Where not, it is looked at."""


@lru_cache(maxsize=1_000)
def _sure_glance(expected: Any) -> Glance | None:
    """None for a type of which a glance cannot be sure. Most answers are just what they should be."""
    if _is_protocol(expected):
        return None
    try:
        return _glance(kinds.type_info(expected), frozenset())
    except (TypeError, SyntaxError):  # no type that msgspec knows, or a field called by no name of Python's
        return None


def _glance(kind: kinds.Type, above: frozenset[type]) -> Glance | None:
    names: dict[str, Any] = {"all": all, "map": map}
    text = _written(kind, "value", names, above)
    # Its text is made of positions and of fields' names, which are Python's own.
    return None if text is None else eval(f"lambda value: {text}", names)  # noqa: S307


def _written(kind: kinds.Type, value: str, names: dict[str, Any], above: frozenset[type]) -> str | None:
    """The question whether a value is of a kind, as an expression over `names`; None where that is not enough.

    `above` are the Structs it stands in: one that may hold itself is looked at.
    """

    def named(thing: Any) -> str:
        names[f"n{len(names)}"] = thing
        return f"n{len(names) - 1}"

    def each(part: kinds.Type, parts: str) -> str | None:
        glance = _glance(part, above)
        return None if glance is None else f"all(map({named(glance)}, {parts}))"

    match kind:
        case kinds.NoneType():
            return f"{value} is None"
        case kinds.LiteralType(values):
            meant = frozenset((one.__class__, one) for one in values)
            return _all_of(f"{value}.__class__ in {named(_LITERAL)}", f"({value}.__class__, {value}) in {named(meant)}")
        case kinds.EnumType(cls):
            return f"{value}.__class__ is {named(cls)}"
        case kinds.UnionType(types):
            sure = [one for one in (_written(each, value, names, above) for each in types) if one is not None]
            return f"({' or '.join(sure)})" if sure else None
        case kinds.ListType(item, None, None):
            return _all_of(f"{value}.__class__ is {named(list)}", each(item, value))
        case kinds.VarTupleType(item, None, None):
            return _all_of(f"{value}.__class__ is {named(tuple)}", each(item, value))
        case kinds.DictType(key, entry, None, None):
            of_entries = each(entry, f"{value}.values()")
            return _all_of(f"{value}.__class__ is {named(dict)}", each(key, value), of_entries)
        case kinds.StructType(cls) if cls not in above and not hasattr(cls, "__post_init__"):
            fields = (_written(one.type, f"{value}.{one.name}", names, above | {cls}) for one in kind.fields)
            return _all_of(f"{value}.__class__ is {named(cls)}", *fields)
        case _:
            is_free = all(getattr(kind, name) is None for name in kind.__struct_fields__ if name not in _HOW_READ)
            return f"{value}.__class__ is {named(_PLAIN[type(kind)])}" if type(kind) in _PLAIN and is_free else None


def _all_of(*questions: str | None) -> str | None:
    asked = [question for question in questions if question is not None]
    return f"({' and '.join(asked)})" if len(asked) == len(questions) else None


_LITERAL = (str, int)
_PLAIN: Any = {
    kinds.BoolType: bool,
    kinds.IntType: int,
    kinds.FloatType: float,
    kinds.StrType: str,
    kinds.BytesType: bytes,
    kinds.DateTimeType: datetime,
    kinds.DateType: date,
    kinds.DecimalType: Decimal,
}
_HOW_READ = frozenset({"encoding"})


def _look_at_classes(answer: Any, meant: Any) -> None:
    """A dict of the right fields converts to `meant`; it is no Struct all the same, at whatever depth."""
    if isinstance(meant, msgspec.Struct | Enum | dict) and not isinstance(answer, type(cast(Any, meant))):
        raise WrongAnswer(f"the answer has a {type(answer).__name__} where a {type(cast(Any, meant)).__name__} belongs")
    if isinstance(meant, msgspec.Struct):
        for name in meant.__struct_fields__:
            _look_at_classes(getattr(answer, name), getattr(meant, name))
    elif isinstance(meant, list | tuple):
        for part, meant_part in zip(answer, cast("Sequence[Any]", meant), strict=True):
            _look_at_classes(part, meant_part)
    elif isinstance(meant, dict):
        parts = cast("dict[Any, Any]", meant).values()
        for part, meant_part in zip(answer.values(), parts, strict=True):
            _look_at_classes(part, meant_part)


def _spelled(expected: Any) -> str:
    return getattr(expected, "__name__", None) or str(expected)
