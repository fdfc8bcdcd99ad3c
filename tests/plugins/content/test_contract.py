"""What plugins publish in the contract's names is written as the contract writes it, and published types are whole."""

import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    build_schema,
)

from vetrina.graphql.guarding import guarded
from vetrina.kernel.clock import SystemClock
from vetrina.kernel.meters import Meters
from vetrina.plugin.loader import load
from vetrina_storefront.schema import compose_storefront

CONTRACT = Path(os.environ.get("VETRINA_DATA", "../shared/data")).resolve().parent / "contract" / "storefront.graphql"
PLUGINS = ("content", "metaobjects", "seo")

pytestmark = pytest.mark.skipif(not CONTRACT.exists(), reason="the contract is not on this machine")

ABSENT = {"Company", "CompanyLocation", "Customer", "SellingPlan"}
"""Members of unions that have no metafields here."""


@cache
def contract() -> GraphQLSchema:
    return build_schema(CONTRACT.read_text())


@cache
def composed(*names: str) -> GraphQLSchema:
    """The storefront with these plugins, guarded as a shop has them."""
    collected, meters = load(names), Meters(SystemClock())
    assert not [entry for entry in collected.left_out if entry.name in names]
    speaks = {plugin.name: plugin.manifest.speaks for plugin in collected.loaded}
    parts = [(owner, guarded(owner, part, meters, speaks[owner])) for owner, part in collected.graphql]
    return build_schema(compose_storefront(parts).as_str())


def claimed(name: str) -> tuple[str, ...]:
    plugin = load([name]).find(name)
    assert plugin is not None
    return plugin.manifest.speaks


def written(kind: GraphQLNamedType) -> Any:
    """A type as far as it is promised: members, values, or fields with their types, arguments and deprecation."""
    if isinstance(kind, GraphQLUnionType):
        return {member.name for member in kind.types}
    if isinstance(kind, GraphQLEnumType):
        return set(kind.values)
    if isinstance(kind, GraphQLInputObjectType):
        return {name: (str(field.type), field.default_value) for name, field in kind.fields.items()}
    if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
        fields = {name: promised(field) for name, field in kind.fields.items()}
        return fields, {one.name for one in kind.interfaces}
    return type(kind)


def promised(field: Any) -> Any:
    arguments = {name: (str(one.type), one.default_value) for name, one in field.args.items()}
    return str(field.type), arguments, bool(field.deprecation_reason)


@pytest.mark.parametrize("name", PLUGINS)
def test_what_a_plugin_claims_is_as_the_contract_has_it(name: str) -> None:
    ours, theirs = composed(*PLUGINS), contract()
    types = [one for one in claimed(name) if one[0].isupper()]
    roots = [one for one in claimed(name) if one[0].islower()]
    assert types and roots
    assert {one: written(ours.type_map[one]) for one in types if one not in UNIONS} == {
        one: written(theirs.type_map[one]) for one in types if one not in UNIONS
    }
    assert ours.query_type is not None and theirs.query_type is not None
    assert {one: promised(ours.query_type.fields[one]) for one in roots} == {
        one: promised(theirs.query_type.fields[one]) for one in roots
    }


UNIONS = {"MenuItemResource", "MetafieldParentResource", "MetafieldReference", "SearchResultItem"}


def test_unions_and_published_types_are_whole_when_all_are_on() -> None:
    ours, theirs = composed(*PLUGINS), contract()
    for name in UNIONS:
        lacking = written(theirs.type_map[name]) - written(ours.type_map[name])
        assert written(ours.type_map[name]) <= written(theirs.type_map[name])
        assert lacking - ABSENT <= LATER, name
    suggested: Any = ours.type_map["PredictiveSearchResult"]
    assert written(suggested) == written(theirs.type_map["PredictiveSearchResult"])


LATER = {"Metaobject"} - set(claimed("content"))
"""Published by nobody yet."""


def test_without_the_plugin_nothing_of_it_is_published() -> None:
    plain = composed()
    assert plain.query_type is not None
    for name in PLUGINS:
        assert not [one for one in claimed(name) if one in plain.type_map or one in plain.query_type.fields]
