"""A strawberry schema of the synthetic shape, made the way both doors and plugins make theirs; how, varies by seed."""

import sys
from enum import Enum
from random import Random
from types import ModuleType
from typing import Annotated, Any, Optional, Union

import msgspec
import strawberry
from graphql import (
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNonNull,
    GraphQLUnionType,
    is_interface_type,
    is_leaf_type,
    is_object_type,
    value_from_ast_untyped,
)
from strawberry.types.base import StrawberryList, StrawberryOptional
from strawberry.types.lazy_type import LazyType
from tests.differential.resolvers import Resolvers
from tests.differential.shapes import (
    default_node,
    enums,
    inputs,
    is_list,
    is_of_plugin,
    items_of,
    named,
    own_types,
    python_name,
    shape,
    without_null,
)
from tests.differential.worlds import Row, World

from vetrina.graphql import batch, read_from, root, scalars
from vetrina.graphql.schema import ComposedSchema, compose
from vetrina.plugin import GraphQLFields, GraphQLRoots
from vetrina_storefront import enums as published_enums
from vetrina_storefront.in_context import BuyerInput, VisitorConsent, in_context

SEEN, HIDDEN = "lab.seen", "lab.hidden"
"""Permissions: the one who asks has the first and lacks the second."""

_WORDS = {
    "Optional": Optional, "List": list, "String": str, "Int": int, "Float": float, "Boolean": bool,
    "ID": strawberry.ID, "BuyerInput": BuyerInput, "VisitorConsent": VisitorConsent,
    "CountryCode": published_enums.CountryCode, "LanguageCode": published_enums.LanguageCode,
    "Color": scalars.Color, "DateTime": scalars.DateTime, "Decimal": scalars.Decimal, "HTML": scalars.HTML,
    "JSON": scalars.JSON, "UnsignedInt64": scalars.UnsignedInt64, "URL": scalars.URL,
}  # fmt: skip


PAIR = ("LabLeft", "LabRight")


class PairRow(msgspec.Struct, frozen=True):
    """Rows of two types: which, the row says and its class does not."""

    side: str
    value: Any


class Built(msgspec.Struct, frozen=True):
    """A schema and the world its resolvers answer from."""

    schema: ComposedSchema
    world: World


def build(seed: int) -> Built:
    """The synthetic schema of a seed: same types and fields for all, resolvers and rows of other kinds for each."""
    return _Builder(seed).build()


class _Builder:
    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.shape = shape()
        self.world = World(self.shape)
        self.module = ModuleType(f"{__name__}_{seed}")  # where types are looked up that are named before they are made
        sys.modules[self.module.__name__] = self.module
        self.names: dict[str, Any] = self.module.__dict__
        self.names |= _WORDS
        self.resolvers = Resolvers(self.random, self.world, self.names)
        self.plugins: dict[str, dict[str, Any]] = {}
        """Fields that plugins add, by the type they are added to."""

    def build(self) -> Built:
        for kind in enums(self.shape):
            self._enum(kind)
        for kind in inputs(self.shape):
            if kind.name not in self.names:
                self._input(kind)
        composites = [
            kind for kind in own_types(self.shape).values() if is_object_type(kind) or is_interface_type(kind)
        ]
        roots = [self.shape.query_type, self.shape.mutation_type]
        for kind in sorted(composites, key=lambda kind: (is_object_type(kind), len(kind.interfaces))):
            if kind not in roots:
                self._composite(kind)
        for kind in own_types(self.shape).values():
            if isinstance(kind, GraphQLUnionType):
                members = tuple(self.names[member.name] for member in kind.types)
                self.names[kind.name] = Annotated[Union[members], strawberry.union(kind.name)]  # noqa: UP007
        return Built(self._compose(), self.world)

    def _compose(self) -> ComposedSchema:
        queries, mutations = (self._roots(kind) for kind in (self.shape.query_type, self.shape.mutation_type))
        contributed: list[tuple[str, GraphQLFields | GraphQLRoots]] = [
            ("lab", GraphQLRoots(api="storefront", query=queries.pop(), mutation=mutations.pop()))
        ]
        for on, fields in self.plugins.items():
            contributed.append(("lab", GraphQLFields(api="storefront", on=on, fields=_typed(f"Plugin{on}", fields))))
        members = [
            self.names[kind.name]
            for kind in own_types(self.shape).values()
            if is_object_type(kind) and kind.name in self.names
        ]
        return compose(
            "storefront",
            query=queries,
            mutation=mutations,
            types=members,
            directives=(in_context,),
            contributed=contributed,
        )

    def _enum(self, kind: Any) -> None:
        if kind.name not in self.names:
            names = list(kind.values)
            values = self.random.choice((names, [name.lower() for name in names], range(len(names))))
            made: Any = Enum(kind.name, dict(zip(names, values, strict=True)))
            self.names[kind.name] = strawberry.enum(made)
        self.world.enums[kind.name] = self.names[kind.name]

    def _input(self, kind: GraphQLInputObjectType) -> None:
        fields = dict[str, Any]()
        for wire, field in kind.fields.items():
            options: dict[str, Any] = {"graphql_type": self._annotation(field.type)}
            node = default_node(field)
            if node is not None:
                raw = value_from_ast_untyped(node)
                options["default_factory"] = lambda field=field, raw=raw: self.resolvers.pythonic(field.type, raw)
            elif not isinstance(field.type, GraphQLNonNull):
                options["default"] = strawberry.UNSET
            fields[python_name(wire)] = strawberry.field(**options)
        self.names[kind.name] = strawberry.input(_class(kind.name, (), fields | {"__hash__": object.__hash__}))

    def _composite(self, kind: Any) -> None:
        """An interface or an object, and the class of its rows."""
        bases = tuple(self.names[one.name] for one in sorted(kind.interfaces, key=lambda one: -len(one.interfaces)))
        self.world.attributes[kind.name] = {
            python_name(wire): (wire, field.type) for wire, field in kind.fields.items()
        }
        fields = dict[str, Any]()
        for wire, field in kind.fields.items():
            home = self.plugins.setdefault(kind.name, {}) if is_of_plugin(wire) else fields
            home[python_name(wire)] = self._field(kind, wire, field)
        if not self.plugins.get(kind.name, True):
            del self.plugins[kind.name]
        if isinstance(kind, GraphQLInterfaceType):
            self.names[kind.name] = strawberry.interface(_class(kind.name, bases, fields))
            return
        is_eager = self._is_eager(kind, fields)
        made: Any = (
            PairRow
            if kind.name in PAIR
            else msgspec.defstruct(f"Row{kind.name}", list(self.world.attributes[kind.name]), frozen=True)
            if is_eager
            else type(f"Row{kind.name}", (self._row_base(),), {"__slots__": (), "_kind": kind.name})
        )
        is_own = kind.name == "LabPlain"  # its rows are strawberry's own objects
        if not is_own and (self._is_member(kind) or self.random.random() < 0.3):
            fields["is_type_of"] = _is_of_pair(kind.name) if kind.name in PAIR else self._is_type_of(made, is_eager)
        declared = strawberry.type(_class(kind.name, bases, fields))
        if is_own:
            made = type("RowLabPlain", (Row, declared), {"_kind": kind.name})
        self.names[kind.name] = declared
        self.world.add_rows(kind.name, made)

    def _row_base(self) -> type[Row]:
        """Mostly Row; now and then the rows of another type, which then takes these for its own."""
        others = [made for name, made in self.world.rows.items() if issubclass(made, Row) and name != "LabPlain"]
        return self.random.choice(others) if others and self.random.random() < 0.06 else Row

    def _is_eager(self, kind: Any, fields: dict[str, Any]) -> bool:
        """Whether rows are structs that hold everything: where nothing has to be asked for."""
        leaves = all(is_leaf_type(named(field.type)) for field in kind.fields.values())
        plain = all(getattr(field, "base_resolver", None) is None for field in fields.values())
        return (
            leaves
            and plain
            and kind.name not in self.plugins
            and kind.name != "LabPlain"
            and self.random.random() < 0.8
        )

    def _is_member(self, kind: Any) -> bool:
        unions = (one for one in own_types(self.shape).values() if isinstance(one, GraphQLUnionType))
        return bool(kind.interfaces) or any(kind in one.types for one in unions)

    def _is_type_of(self, made: Any, is_eager: bool) -> Any:
        if is_eager or self.random.random() < 0.7:
            return read_from(made)

        def is_type_of(row: Any, _: object) -> bool:
            return row._kind == made._kind  # raises for what is no row

        return staticmethod(is_type_of)

    def _field(self, kind: Any, wire: str, field: Any) -> Any:
        """A field of an object or an interface: an attribute, or resolved in one of three ways."""
        options = {"graphql_type": self._annotation(field.type)}
        ways = ("batch", "batch", "batch", "sync", "async")
        if not field.args:
            is_leaf = is_leaf_type(named(field.type))
            ways = (*ways, *("attribute",) * (30 if is_leaf and not is_list(field.type) else 8))
        way = self.random.choice(ways)
        if way == "attribute":
            return strawberry.field(**options)
        place = f"{kind.name}.{wire}"
        if way == "batch":
            return batch(self.resolvers.batch(place, field), permission=self._permission(), **options)
        return strawberry.field(resolver=self.resolvers.resolver(place, field, is_async=way == "async"), **options)

    def _permission(self) -> str | None:
        drawn = self.random.random()
        return HIDDEN if drawn < 0.03 else SEEN if drawn < 0.1 else None

    def _roots(self, kind: Any) -> list[type[Any]]:
        """The root fields, on two types of the door's and, last, one of the plugin's."""
        homes: list[dict[str, Any]] = [{}, {}, {}]
        for index, (wire, field) in enumerate(kind.fields.items()):
            options = {"graphql_type": self._annotation(field.type)}
            place = f"{kind.name}.{wire}"
            way = self.random.choice(("root", "root", "root", "root", "root", "root", "batch", "sync", "async"))
            if way == "batch" and kind is self.shape.query_type:
                declared: Any = batch(self.resolvers.batch(place, field), permission=self._permission(), **options)
            elif way in ("sync", "async"):
                made = self.resolvers.resolver(place, field, is_async=way == "async")
                declared = strawberry.field(resolver=made, **options)
            else:
                dressed: Any = {**options, "permission": self._permission()}
                declared = root(self.resolvers.resolver(place, field, is_async=True), **dressed)
            homes[2 if is_of_plugin(wire) else index % 2][python_name(wire)] = declared
        return [_typed(f"{kind.name}{index}", home) for index, home in enumerate(homes)]

    def _annotation(self, kind: Any) -> Any:
        """A field's type; composites by name, for they refer to each other in circles."""
        of = without_null(kind)
        if is_list(of):
            made: Any = StrawberryList(self._annotation(items_of(of)))
        else:
            made = self.names[of.name] if is_leaf_type(of) else LazyType[str, str](of.name, self.module.__name__)
        return made if of is not kind else StrawberryOptional(made)


def _is_of_pair(name: str) -> Any:
    def is_type_of(row: Any, _: object) -> bool:
        return isinstance(row, PairRow) and row.side == name

    return staticmethod(is_type_of)


def _class(name: str, bases: tuple[type, ...], fields: dict[str, Any]) -> Any:
    annotations = {field: object for field in fields if field not in ("is_type_of", "__hash__")}
    return type(name, bases, {"__annotations__": annotations, "__module__": __name__, **fields})


def _typed(name: str, fields: dict[str, Any]) -> Any:
    return strawberry.type(_class(name, (), fields))
