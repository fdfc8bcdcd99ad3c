"""Input objects made of coerced values: how is worked out once for each type of a schema, as strawberry would do it."""

from collections.abc import Callable
from dataclasses import MISSING
from typing import Any, cast
from weakref import WeakKeyDictionary

import strawberry
from strawberry.relay import GlobalID
from strawberry.scalars import is_scalar
from strawberry.types.base import (
    StrawberryList,
    StrawberryMaybe,
    StrawberryObjectDefinition,
    StrawberryOptional,
    has_object_definition,
)
from strawberry.types.enum import StrawberryEnumDefinition, has_enum_definition
from strawberry.types.lazy_type import LazyType

from vetrina.graphql.schema import ComposedSchema

Make = Callable[[Any], Any]


def maker_of(schema: ComposedSchema, of: Any) -> Make | None:
    """What turns a coerced value of a strawberry type into Python's; None: only strawberry knows."""
    known = _KNOWN.setdefault(schema, {})
    return _maker(schema, of, known)


def _maker(schema: ComposedSchema, of: Any, known: dict[Any, Make | None]) -> Make | None:
    if isinstance(of, StrawberryMaybe):
        return None
    if isinstance(of, StrawberryOptional):
        return _maker(schema, of.of_type, known)
    if isinstance(of, LazyType):
        return _maker(schema, cast(Any, of).resolve_type(), known)
    if isinstance(of, StrawberryList):
        return _list_maker(_maker(schema, of.of_type, known))
    if isinstance(of, StrawberryEnumDefinition) or has_enum_definition(of):
        return _as_it_is
    if is_scalar(of, schema.schema_converter.scalar_registry):
        return None if of is GlobalID else _as_it_is
    if not has_object_definition(of):
        return None
    if of not in known:
        known[of] = None  # one that may hold itself is left to strawberry
        known[of] = _object_maker(schema, of, of.__strawberry_definition__, known)
    return known[of]


def _as_it_is(value: Any) -> Any:
    return value


def _list_maker(item: Make | None) -> Make | None:
    if item is None:
        return None
    # Even a list of scalars is copied: a default is the same one for every request.
    return lambda value: value if value is None or value is strawberry.UNSET else [item(one) for one in value]


def _object_maker(
    schema: ComposedSchema, of: Any, definition: StrawberryObjectDefinition, known: dict[Any, Make | None]
) -> Make | None:
    if definition.from_input is not None or not definition.is_input:
        return None
    fields: list[tuple[str, str, Make]] = []
    missing: dict[str, Any] = {}
    fields_of: list[Any] = definition.fields
    for field in fields_of:
        make = _maker(schema, field.resolve_type(type_definition=definition), known)
        if make is None:
            return None
        fields.append((schema.config.name_converter.from_field(field), field.python_name, make))
        if field.default_value is MISSING and field.default_factory is MISSING:
            missing[field.python_name] = None

    def made(value: Any) -> Any:
        if value is None or value is strawberry.UNSET:
            return value
        given = missing.copy()
        for name, python_name, make in fields:
            if name in value:
                given[python_name] = make(value[name])
        return of(**given)

    return made


_KNOWN: WeakKeyDictionary[ComposedSchema, dict[Any, Make | None]] = WeakKeyDictionary()
