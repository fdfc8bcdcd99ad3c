"""Everything the storefront publishes is written as the contract writes it; what is more is listed."""

import os
from pathlib import Path
from typing import Any, cast

import pytest
from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    build_schema,
    extend_schema,
    parse,
)
from tests.support.sources import ROOT

from vetrina.house.plugged import contributed
from vetrina_storefront.published.whole import whole
from vetrina_storefront.schema import compose_storefront

CONTRACT = Path(os.environ.get("VETRINA_DATA", "../shared/data")).resolve().parent / "contract"
BUILT_IN = ("String", "Int", "Float", "Boolean", "ID")

pytestmark = pytest.mark.skipif(not CONTRACT.exists(), reason="the contract is not on this machine")


@pytest.fixture(scope="module")
def core() -> GraphQLSchema:
    return build_schema(compose_storefront().as_str())


@pytest.fixture(scope="module", params=["core", "with plugins"])
def ours(request: pytest.FixtureRequest) -> GraphQLSchema:
    """What is served by the core alone, and with every plugin of this repository."""
    return request.getfixturevalue("core") if request.param == "core" else build_schema(whole(contributed(ROOT)).sdl)


@pytest.fixture(scope="module")
def contract() -> GraphQLSchema:
    """The public contract with what payments add to it."""
    schema = build_schema((CONTRACT / "storefront.graphql").read_text())
    return extend_schema(schema, parse((CONTRACT / "payments.graphql").read_text()), assume_valid_sdl=True)


LATER = {
    "MetafieldParentResource": {"Article", "Blog", "Company", "CompanyLocation", "Customer", "Page", "SellingPlan"},
    "MetafieldReference": {"Article", "Metaobject", "Page"},
    "SearchResultItem": {"Article", "Page"},
}
"""Members of unions that come with a plugin, or have no metafields here."""
LEFT_OUT = {
    "PredictiveSearchResult.articles",
    "PredictiveSearchResult.pages",
    "ProductVariant.shopPayInstallmentsPricing",
    "Shop.shopPayInstallmentsPricing",
}
"""Fields of published types that come with a plugin, or belong to one vendor's service."""
NOT_DEPRECATED = {"MediaPresentation.id"}
"""The contract deprecates it; an interface's field cannot be deprecated in one implementation."""
ROOTS = ("QueryRoot", "Mutation")


def _fields(schema: GraphQLSchema) -> dict[str, Any]:
    """Every field of every type by Type.field."""
    return {
        f"{name}.{field}": definition
        for name, kind in schema.type_map.items()
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType)
        and not name.startswith("__")
        for field, definition in kind.fields.items()
    }


def _arguments(schema: GraphQLSchema) -> dict[str, GraphQLArgument]:
    """Every argument of every field by Type.field.argument."""
    return {
        f"{path}.{name}": argument
        for path, field in _fields(schema).items()
        for name, argument in getattr(field, "args", {}).items()
    }


def _written(argument: GraphQLArgument) -> tuple[str, object]:
    return str(cast("object", argument.type)), argument.default_value


def _shared(ours: GraphQLSchema, contract: GraphQLSchema, kind: type[Any]) -> list[tuple[str, Any, Any]]:
    return [
        (name, definition, contract.type_map[name])
        for name, definition in ours.type_map.items()
        if isinstance(definition, kind) and name in contract.type_map and not name.startswith("__")
    ]


def test_types_are_of_the_contracts_kind(ours: GraphQLSchema, contract: GraphQLSchema) -> None:
    shared = _shared(ours, contract, GraphQLNamedType)
    assert len(shared) > 100
    assert {name for name, mine, theirs in shared if theirs.__class__ is not mine.__class__} == set()


def test_fields_have_the_contracts_types(ours: GraphQLSchema, contract: GraphQLSchema) -> None:
    theirs = _fields(contract)
    mine = {path: str(field.type) for path, field in _fields(ours).items() if path in theirs}
    assert mine == {path: str(theirs[path].type) for path in mine}


def test_arguments_have_the_contracts_types_and_defaults(ours: GraphQLSchema, contract: GraphQLSchema) -> None:
    fields, theirs = _fields(contract), _arguments(contract)
    wanted = {path: argument for path, argument in theirs.items() if path.rpartition(".")[0] in _fields(ours)}
    mine = {path: one for path, one in _arguments(ours).items() if path.rpartition(".")[0] in fields}
    assert {path: _written(one) for path, one in mine.items() if path in theirs} == {
        path: _written(one) for path, one in wanted.items()
    }


def test_input_fields_have_the_contracts_defaults(ours: GraphQLSchema, contract: GraphQLSchema) -> None:
    for name, mine, theirs in _shared(ours, contract, GraphQLInputObjectType):
        defaults = {field: one.default_value for field, one in mine.fields.items() if field in theirs.fields}
        assert defaults == {field: theirs.fields[field].default_value for field in defaults}, name
        assert theirs.fields.keys() <= mine.fields.keys(), name


def test_what_the_contract_deprecates_is_deprecated(ours: GraphQLSchema, contract: GraphQLSchema) -> None:
    theirs = _fields(contract)
    deprecated = {path for path, field in _fields(ours).items() if path in theirs and field.deprecation_reason}
    wanted = {path for path in _fields(ours) if path in theirs and theirs[path].deprecation_reason}
    assert deprecated == wanted - NOT_DEPRECATED


def test_published_types_are_whole(core: GraphQLSchema, contract: GraphQLSchema) -> None:
    mine = _fields(core)
    missing = {
        path
        for path in _fields(contract)
        if path not in mine and path.partition(".")[0] in core.type_map and path.partition(".")[0] not in ROOTS
    }
    assert missing == LEFT_OUT


def test_enums_have_the_contracts_values(ours: GraphQLSchema, contract: GraphQLSchema) -> None:
    shared = _shared(ours, contract, GraphQLEnumType)
    assert {"CountryCode", "CurrencyCode", "LanguageCode"} <= {name for name, _, _ in shared}
    for name, mine, theirs in shared:
        assert set(mine.values) == set(theirs.values), name
        retired = {value for value, one in theirs.values.items() if one.deprecation_reason}
        assert {value for value, one in mine.values.items() if one.deprecation_reason} == retired, name


def test_types_implement_the_contracts_interfaces(ours: GraphQLSchema, contract: GraphQLSchema) -> None:
    for name, mine, theirs in _shared(ours, contract, GraphQLObjectType):
        assert {one.name for one in mine.interfaces} == {one.name for one in theirs.interfaces}, name


def test_unions_lack_only_members_of_absent_plugins(core: GraphQLSchema, contract: GraphQLSchema) -> None:
    for name, mine, theirs in _shared(core, contract, GraphQLUnionType):
        members, wanted = {one.name for one in mine.types}, {one.name for one in theirs.types}
        assert members <= wanted, name
        assert wanted - members <= LATER.get(name, set()), name


def test_what_is_added_to_the_contract_is_what_the_payments_contract_adds(
    core: GraphQLSchema, contract: GraphQLSchema
) -> None:
    theirs = _fields(contract)
    added_types = set(core.type_map) - set(contract.type_map) - set(BUILT_IN)
    added = {path for path in _fields(core) if path not in theirs and path.partition(".")[0] not in added_types}
    assert (added_types, added) == (ADDED_TYPES, ADDED)


ADDED_TYPES = {
    "CartPriceStep", "CartPriceStepKind", "Subscription", "VetrinaDeliveryProblem", "VetrinaDeliveryPromise",
    "VetrinaOpenHours", "VetrinaPickupPoint",
}  # fmt: skip
"""Types of ours that neither contract names."""
ADDED = {
    "Cart.priceExplanation", "CartDeliveryGroup.vetrinaProblems", "CartDeliveryOption.vetrinaIsEstimate",
    "CartDeliveryOption.vetrinaPickupPoint", "CartDeliveryOption.vetrinaPromise", "Order.priceExplanation",
}  # fmt: skip
"""And fields."""
