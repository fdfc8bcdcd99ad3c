"""The shape of the synthetic schema: what is published, what plugins add to it, and the laboratory's types."""

import re
from functools import cache
from pathlib import Path
from typing import Any, cast

from graphql import (
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLSchema,
    InputValueDefinitionNode,
    build_schema,
    extend_schema,
    is_enum_type,
    is_input_object_type,
    is_interface_type,
    is_object_type,
    is_union_type,
    parse,
)
from strawberry.utils.str_converters import to_camel_case

from vetrina_storefront.schema import published

HERE = Path(__file__).parent


@cache
def shape() -> GraphQLSchema:
    """Types and fields by name, without resolvers; built once, for every synthetic schema has the same."""
    schema = build_schema(published())
    for part in ("lab", "plugins"):
        schema = extend_schema(schema, parse((HERE / f"{part}.graphql").read_text()))
    return schema


def own_types(schema: GraphQLSchema) -> dict[str, GraphQLNamedType]:
    """Every type but those of introspection."""
    return {name: kind for name, kind in schema.type_map.items() if not name.startswith("__")}


def is_of_plugin(name: str) -> bool:
    """Whether a field belongs to the plugin of the synthetic schema."""
    return name.startswith("plugin")


@cache
def python_name(wire: str) -> str:
    """The name strawberry turns into this one."""
    snake = re.sub(r"(?<!^)(?=[A-Z])", "_", wire).lower()
    return snake if to_camel_case(snake) == wire else wire


@cache
def annotated(kind: Any) -> str:
    """A type as a Python annotation, to be evaluated where its names are known."""
    of = without_null(kind)
    inner = f"List[{annotated(items_of(of))}]" if is_list(of) else str(of.name)
    return inner if of is not kind else f"Optional[{inner}]"


def default_node(declared: Any) -> Any:
    """The literal an argument or an input's field is given when nobody says it; None without one."""
    node = cast("InputValueDefinitionNode | None", declared.ast_node)
    return None if node is None else node.default_value


def without_null(kind: Any) -> Any:
    """The type that may not be null, or the type itself."""
    return cast("GraphQLNonNull[Any]", kind).of_type if isinstance(kind, GraphQLNonNull) else kind


def is_list(kind: Any) -> bool:
    return isinstance(kind, GraphQLList)


def items_of(kind: Any) -> Any:
    """The type of a list's items."""
    return cast("GraphQLList[Any]", kind).of_type


def named(kind: Any) -> Any:
    """The type itself, lists and prohibitions taken off."""
    while is_list(kind) or isinstance(kind, GraphQLNonNull):
        kind = without_null(items_of(kind) if is_list(kind) else kind)
    return kind


def is_output_composite(kind: Any) -> bool:
    return is_object_type(kind) or is_interface_type(kind) or is_union_type(kind)


def inputs(schema: GraphQLSchema) -> list[GraphQLInputObjectType]:
    return [kind for kind in own_types(schema).values() if is_input_object_type(kind)]


def enums(schema: GraphQLSchema) -> list[Any]:
    return [kind for kind in own_types(schema).values() if is_enum_type(kind)]
