"""Every root field, generated from the schema, against every role: what is not allowed is refused, alone."""

from typing import Any, cast

import msgspec
import pytest
import strawberry
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_required_argument,
    is_required_input_field,
)
from tests.support.asking import Admin

from vetrina.graphql import Info, root
from vetrina.graphql.fields import PERMISSION
from vetrina.kernel.context import Context
from vetrina.plugin import GraphQLRoots, Site
from vetrina.plugin.collected import LeaveOut
from vetrina.views.catalog.product_desk import ProductDeskOrder, products_matching
from vetrina.views.deliveries import failing_deliveries
from vetrina.views.permissions import CORE_PERMISSIONS
from vetrina.views.staff import staff_tokens
from vetrina.views.stock import stock_list
from vetrina.views.windows import Window
from vetrina_admin.api.door import routes
from vetrina_admin.api.guard import Unguarded, check_guards
from vetrina_admin.api.schema import compose_admin

SCHEMA = compose_admin(CORE_PERMISSIONS)
ROLES = {
    "auditor": frozenset(code for code in CORE_PERMISSIONS if code.endswith(".read")),
    "stockroom": frozenset({"shop.read", "catalog.read", "stock.read", "stock.write"}),
    "catalogue": frozenset({"catalog.read", "catalog.write", "prices.read", "prices.write"}),
    "till": frozenset({"orders.read", "payments.write"}),
    "operator": frozenset({"deliveries.read", "deliveries.write", "plugins.read", "plugins.write"}),
    "owner": frozenset(CORE_PERMISSIONS),
}

JUDGED_BY_THEIR_FLOW = {"metafieldsWrite"}
"""Which permission to write they need depends on what is written on: tests/admin/test_metafields.py asks."""


def declared() -> dict[str, tuple[str, str]]:
    """Every root field of the composed schema by its wire name: its kind of operation and the permission it needs."""
    schema: GraphQLSchema = SCHEMA._schema
    found: dict[str, tuple[str, str]] = {}
    for operation, kind in (("query", schema.query_type), ("mutation", schema.mutation_type)):
        assert isinstance(kind, GraphQLObjectType)
        for name in kind.fields:
            field: Any = SCHEMA.get_field_for_type(name, kind.name)
            found[name] = (operation, field.metadata.get(PERMISSION))
    return found


FIELDS = declared()


def question(name: str) -> str:
    """The shortest valid document that calls a root field, every required argument given."""
    operation, _ = FIELDS[name]
    kind = SCHEMA._schema.query_type if operation == "query" else SCHEMA._schema.mutation_type
    assert kind is not None
    field = kind.fields[name]
    given = ", ".join(f"{key}: {literal(item.type)}" for key, item in field.args.items() if is_required_argument(item))
    selection = " { __typename }" if isinstance(get_named_type(field.type), GraphQLObjectType) else ""
    return f"{operation} {{ {name}{f'({given})' if given else ''}{selection} }}"


def literal(kind: Any) -> str:
    """A value that its type accepts and no flow does anything with."""
    if str(kind).startswith("["):
        return "[]"
    named = cast(GraphQLNamedType, get_named_type(kind))
    if isinstance(named, GraphQLEnumType):
        return next(iter(named.values))
    if isinstance(named, GraphQLInputObjectType):
        required = {name: item.type for name, item in named.fields.items() if is_required_input_field(item)}
        return "{" + ", ".join(f"{name}: {literal(item)}" for name, item in required.items()) + "}"
    plain = {"Int": "0", "Boolean": "true", "DateTime": '"2026-01-01T00:00:00Z"', "URL": '"https://example.org/a"'}
    return plain.get(named.name, '""')


@pytest.mark.parametrize("name", FIELDS)
def test_every_root_field_declares_a_permission_that_can_be_granted(name: str) -> None:
    assert FIELDS[name][1] in CORE_PERMISSIONS


def test_reading_needs_permissions_to_read_and_changing_permissions_to_write() -> None:
    verbs = {name: (operation, permission.rpartition(".")[2]) for name, (operation, permission) in FIELDS.items()}
    assert {name for name, verb in verbs.items() if verb == ("mutation", "read")} == JUDGED_BY_THEIR_FLOW
    assert {verb for name, verb in verbs.items() if name not in JUDGED_BY_THEIR_FLOW} == {
        ("query", "read"),
        ("mutation", "write"),
    }


@pytest.mark.parametrize("role", ROLES)
async def test_a_role_reaches_exactly_what_it_may(admin: Admin, ctx: Context, role: str) -> None:
    asking = await admin.may(*ROLES[role])
    before = await everything(ctx)
    for name, (_, permission) in FIELDS.items():
        answer = (await asking.post(question(name))).json()
        codes = [error["extensions"]["code"] for error in answer.get("errors", ())]
        if permission in ROLES[role]:
            assert "FORBIDDEN" not in codes, (name, answer)
            assert "GRAPHQL_VALIDATION_FAILED" not in codes, (name, answer)
        else:
            assert codes == ["FORBIDDEN"], (name, answer)
            assert answer["errors"][0]["message"] == f"This needs the permission {permission}."
    assert await everything(ctx) == before


async def everything(ctx: Context) -> list[Any]:
    """What no refused request may change."""
    products = await products_matching(ctx, ProductDeskOrder.ID, Window(size=10))
    return [
        *products,
        *await stock_list(ctx.db, size=10),
        *await staff_tokens(ctx.db, size=10),
        *await failing_deliveries(ctx.db, size=10),
    ]


async def test_a_forbidden_field_leaves_the_allowed_ones_beside_it_alone(admin: Admin) -> None:
    auditor = await admin.may("shop.read")
    answer = (await auditor.post('{ shop { name } product(handle: "oil") { title } }')).json()
    assert answer["data"] == {"shop": {"name": "Vetrina"}, "product": None}
    assert [error["path"] for error in answer["errors"]] == [["product"]]


@strawberry.type
class Open:
    """A root without a permission."""

    @root(description="Anybody's")
    async def anybodys(self, info: Info) -> int:
        return 1


@strawberry.type
class Misspelled:
    """A root whose permission nobody can have."""

    @root(permission="stocks.read", description="Nobody's")
    async def nobodys(self, info: Info) -> int:
        return 1


@pytest.mark.parametrize("holder", [Open, Misspelled])
def test_a_root_field_without_a_permission_of_ours_stops_the_start(holder: type[Any]) -> None:
    with pytest.raises(Unguarded, match=r"anybodys|nobodys"):
        check_guards([holder], CORE_PERMISSIONS)


@pytest.mark.parametrize("holder", [Open, Misspelled])
@pytest.mark.parametrize("where", ["query", "mutation"])
def test_a_plugin_with_such_a_field_is_left_out_by_its_name(site: Site, holder: type[Any], where: str) -> None:
    roots: dict[str, Any] = {where: holder}
    contributed = (("careless", GraphQLRoots(api="admin", **roots)),)
    with pytest.raises(LeaveOut, match="careless") as refused:
        routes(msgspec.structs.replace(site, graphql=contributed))
    assert refused.value.owner == "careless"


def test_the_storefronts_open_roots_are_none_of_the_admins_business(site: Site) -> None:
    contributed = (("careless", GraphQLRoots(api="storefront", query=Open)),)
    assert routes(msgspec.structs.replace(site, graphql=contributed))
