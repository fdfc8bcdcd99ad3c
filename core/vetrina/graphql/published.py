"""Types by name: what one package publishes, others may mention, implement and join, without importing it."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple, TypeVar, cast

from strawberry.annotation import StrawberryAnnotation
from strawberry.types.base import StrawberryContainer, StrawberryList, StrawberryOptional
from strawberry.types.lazy_type import LazyType
from strawberry.types.union import StrawberryUnion

T = TypeVar("T", bound=type)

IMPLEMENTS = "__vetrina_implements__"
"""Attribute of a type that names the published interfaces it implements."""


class Published(LazyType[Any, Any]):
    """A type of the schema it will stand in, by its name there."""

    def resolve_type(self) -> type[Any]:
        """Some object: a name means something in one schema, whose Converter looks it up, and nothing outside of it."""
        return object


def published(name: str) -> Published:
    """What the API publishes under that name, to be given as `graphql_type`: an object, an interface, a union, an enum.

    For what fields answer; arguments take types of one's own.
    """
    return Published(name, "")


def optional(of: object) -> StrawberryOptional:
    """That type or null."""
    return StrawberryOptional(of)  # pyright: ignore[reportArgumentType]


def many(of: object) -> StrawberryList:
    """A list of that type."""
    return StrawberryList(of)  # pyright: ignore[reportArgumentType]


def union_of(name: str, *members: object, description: str | None = None) -> StrawberryUnion:
    """A union of types that may be named before they are defined, or published by somebody else."""
    annotations = tuple(StrawberryAnnotation(member) for member in members)
    return StrawberryUnion(name=name, type_annotations=annotations, description=description)


def implements(*interfaces: str) -> Callable[[T], T]:
    """Let a type have the fields of published interfaces; those it declares itself it keeps.

    Its rows need what the interfaces read: `id` and `type_name` for Node and HasMetafields.
    """

    def mark(kind: T) -> T:
        setattr(kind, IMPLEMENTS, interfaces)
        return kind

    return mark


def implemented(kind: object) -> tuple[str, ...]:
    """The published interfaces that a type itself names."""
    return cast("tuple[str, ...]", getattr(kind, "__dict__", {}).get(IMPLEMENTS, ()))


class Named(NamedTuple):
    """What some types lead to."""

    types: dict[str, Any]
    """By the names they carry."""
    mentioned: set[str]
    """Names of what others publish."""


def named_types(types: Iterable[Any], *, within: str | None = None) -> Named:
    """All types that these lead to, themselves too; `within` one package, if given."""
    found = Named({}, set())
    seen, waiting = set[int](), list(types)
    while waiting:
        kind = _unwrapped(waiting.pop())
        if isinstance(kind, Published):
            found.mentioned.add(cast("str", cast(Any, kind).type_name))
        if id(kind) in seen or _is_outside(kind, within):
            continue
        seen.add(id(kind))
        name = kind.graphql_name if isinstance(kind, StrawberryUnion) else _name(kind)
        if name is not None:
            found.types[name] = kind
            found.mentioned.update(implemented(kind))
        waiting.extend(_led_to(kind))
    return found


def _led_to(kind: Any) -> Iterator[Any]:
    """The types that fields and their arguments, interfaces and members of a type mention."""
    if isinstance(kind, StrawberryUnion):
        yield from kind.types
        return
    definition = getattr(kind, "__strawberry_definition__", None)
    for interface in getattr(definition, "interfaces", ()):
        yield interface.origin
    for field in getattr(definition, "fields", ()):
        yield field.type
        for argument in field.arguments:
            yield argument.type


def _unwrapped(kind: Any) -> Any:
    """Out of lists and optionals; an enum's definition stands for its class, a late name for what it names."""
    while isinstance(kind, StrawberryContainer):
        kind = kind.of_type
    if isinstance(kind, LazyType) and not isinstance(kind, Published):
        return _unwrapped(cast(Any, kind).resolve_type())
    return getattr(kind, "wrapped_cls", kind)


def _name(kind: Any) -> str | None:
    return getattr(getattr(kind, "__strawberry_definition__", None), "name", None)


def _is_outside(kind: Any, package: str | None) -> bool:
    """A union is a value without a module: it belongs to whoever mentions it."""
    if package is None or isinstance(kind, StrawberryUnion):
        return False
    return getattr(kind, "__module__", "").partition(".")[0] != package
