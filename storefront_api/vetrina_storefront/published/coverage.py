"""COVERAGE.md: the public contract beside what is served, name by name."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, cast

import msgspec
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
)

from vetrina_storefront.published.whole import Whole

ROOTS = {"QueryRoot": "Queries", "Mutation": "Mutations"}

REASONS: tuple[tuple[str, str], ...] = (
    (r".*[sS]hopPay.*", "Shop Pay is one vendor's wallet: who takes money is a payment plugin's business."),
    (r".*Multipass.*", "Multipass signs customers in by one vendor's scheme; accounts do it by OpenID Connect."),
    (r"ScriptDiscountApplication", "Scripts are one vendor's way to write discounts; here plugins give prices."),
    (r"MetafieldParentResource = (Company|CompanyLocation)", "Companies have no metafields."),
    (r"MetafieldParentResource = SellingPlan", "Selling plans have no metafields."),
    (r"MenuItemResource = Metaobject", "Menus lead to an entry of metaobjects by its address."),
)
"""Why something of the contract is absent, by a pattern of its name: the first that fits."""
UNUSED = "Nothing in the contract leads to it, but what is absent."

INTRODUCTION = """# Coverage

What of the public Storefront API 2026-04, with the payment types this shop adds to it, is served with every plugin of
this repository on. Written by `make docs` where the contract is at hand; a test compares it, and fails for anything
that is absent without a reason.
"""


class Item(msgspec.Struct, frozen=True):
    """One name of a schema: its kind, its whole name, and that of the type or field it stands in."""

    kind: str
    name: str
    of: str


def coverage(contract: GraphQLSchema, published: Whole) -> str:
    """The whole document."""
    ours = {item.name for item in items(published.schema)}
    theirs = list(items(contract))
    absent = dict(missing(contract, published.schema))
    sections = [INTRODUCTION, _summary(theirs, ours), *_roots(contract, published), _types(contract, published)]
    sections.append("## Absent on purpose\n\n" + "\n".join(_reasoned(absent)))
    more = [item for item in items(published.schema) if item.name not in {one.name for one in theirs}]
    sections.append("## Added\n\nNames of our own.\n\n" + "\n".join(_added(more, published)) + "\n")
    return "\n".join(sections)


def missing(contract: GraphQLSchema, schema: GraphQLSchema) -> Iterator[tuple[str, str | None]]:
    """What of the contract is not served: its name, and why; None where nobody knows a reason."""
    ours = {item.name for item in items(schema)}
    reached = _reached(contract)
    gone = set[str]()
    for item in sorted(items(contract), key=lambda item: item.kind != "types"):
        if item.name in ours:
            continue
        gone.add(item.name)
        if item.of in gone:
            continue  # of what is absent, everything is
        unused = UNUSED if item.kind == "types" and item.name not in reached else None
        yield item.name, _reason(item.name) or unused


def items(schema: GraphQLSchema) -> Iterator[Item]:
    """Everything of a schema that has a name, introspection left out."""
    for name, kind in sorted(schema.type_map.items()):
        if name.startswith("__"):
            continue
        if name not in ROOTS:
            yield Item("types", name, "")
        for field, definition in sorted(_fields(kind).items()):
            yield Item(_kind(kind, name), f"{name}.{field}", name)
            for argument in sorted(getattr(definition, "args", ())):
                yield Item("arguments", f"{name}.{field}({argument}:)", f"{name}.{field}")
        if isinstance(kind, GraphQLUnionType):
            for member in sorted(member.name for member in kind.types):
                yield Item("members of unions", f"{name} = {member}", name)


def _kind(kind: object, name: str) -> str:
    if name in ROOTS:
        return ROOTS[name].lower()
    if isinstance(kind, GraphQLEnumType):
        return "enum values"
    return "input fields" if isinstance(kind, GraphQLInputObjectType) else "fields"


def _fields(kind: object) -> Mapping[str, Any]:
    if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
        return kind.fields
    return kind.values if isinstance(kind, GraphQLEnumType) else {}


def _reached(schema: GraphQLSchema) -> set[str]:
    """Types that the roots lead to, but not through what is absent for a reason."""
    directives: list[Any] = list(schema.directives)
    waiting = [*ROOTS, *(_named(argument) for one in directives for argument in one.args.values())]
    implementers: dict[str, list[str]] = {}
    for name, kind in schema.type_map.items():
        for interface in getattr(kind, "interfaces", ()):
            implementers.setdefault(interface.name, []).append(name)
    reached = set[str]()
    while waiting:
        name = waiting.pop()
        if name in reached or _reason(name):
            continue
        reached.add(name)
        waiting += [*_leads(name, schema.type_map[name]), *implementers.get(name, ())]
    return reached


def _leads(name: str, kind: Any) -> Iterator[str]:
    """The types that stand in a type."""
    for field, definition in _fields(kind).items():
        if hasattr(definition, "type") and not _reason(f"{name}.{field}"):
            yield _named(definition)
            yield from (_named(argument) for argument in getattr(definition, "args", {}).values())
    members = kind.types if isinstance(kind, GraphQLUnionType) else getattr(kind, "interfaces", ())
    yield from (member.name for member in members)


def _named(definition: Any) -> str:
    return cast(Any, get_named_type(definition.type)).name


def _reason(name: str) -> str | None:
    return next((why for pattern, why in REASONS if re.fullmatch(pattern, name)), None)


def _summary(theirs: list[Item], ours: set[str]) -> str:
    lines = ["| | in the contract | served |", "| --- | --- | --- |"]
    for kind in dict.fromkeys(item.kind for item in sorted(theirs, key=_rank)):
        names = [item.name for item in theirs if item.kind == kind]
        lines.append(f"| {kind} | {len(names)} | {sum(name in ours for name in names)} |")
    return "\n".join(lines) + "\n"


def _rank(item: Item) -> int:
    order = ("queries", "mutations", "types", "fields", "arguments", "input fields", "enum values")
    return order.index(item.kind) if item.kind in order else len(order)


def _roots(contract: GraphQLSchema, published: Whole) -> Iterator[str]:
    for name, title in ROOTS.items():
        mine, theirs = _fields(published.schema.type_map[name]), _fields(contract.type_map[name])
        lines = [
            f"| `{field}` | {published.owner(name, field) if field in mine else 'nobody'} |" for field in sorted(theirs)
        ]
        yield f"## {title}\n\n| name | by |\n| --- | --- |\n" + "\n".join(lines) + "\n"


def _types(contract: GraphQLSchema, published: Whole) -> str:
    lines = ["## Types", "", "Fields, values of enums and members of unions, so many of so many.", ""]
    lines += ["| name | by | served |", "| --- | --- | --- |"]
    served = published.schema.type_map
    ours = {item.name for item in items(published.schema)}
    parts: dict[str, list[str]] = {}
    for item in items(contract):
        if item.of and item.kind != "arguments":
            parts.setdefault(item.of, []).append(item.name)
    for name in sorted(contract.type_map):
        if name in ROOTS or name.startswith("__") or name not in served:
            continue
        within = parts.get(name, [])
        count = f"{sum(part in ours for part in within)} of {len(within)}" if within else "whole"
        lines.append(f"| `{name}` | {published.owner(name)} | {count} |")
    return "\n".join(lines) + "\n"


def _reasoned(absent: Mapping[str, str | None]) -> Iterator[str]:
    by_reason: dict[str, list[str]] = {}
    for name, why in absent.items():
        by_reason.setdefault(why or "Not yet.", []).append(f"`{name}`")
    for why, names in sorted(by_reason.items()):
        yield f"{why} {', '.join(names)}.\n"


def _added(more: list[Item], published: Whole) -> Iterator[str]:
    new = {item.name for item in more if item.kind == "types"}
    for item in more:
        if item.of in new or item.kind == "arguments":
            continue
        has_resolver = item.kind in ("queries", "mutations", "fields")
        field = item.name.partition(".")[2] if has_resolver else None
        yield f"* `{item.name}` ({published.owner(item.of or item.name, field)})"
