"""Statements that a plugin's fields cost: counted for one parent and for twenty."""

import re
from collections.abc import Mapping
from typing import Any

from vetrina.plugin.contributions import GraphQLFields
from vetrina.testing.doctor.grades import Outcome, failed, passed, spared
from vetrina.testing.doctor.patient import Patient
from vetrina.testing.shop import Workshop, a_shop

FEW, MANY = 1, 20
LISTS: Mapping[tuple[str, str], str] = {
    ("storefront", "Product"): "{ products(first: %d) { nodes { %s } } }",
    ("storefront", "ProductVariant"): "{ products(first: %d) { nodes { variants(first: 1) { nodes { %s } } } } }",
    ("admin", "Product"): "{ products(first: %d) { nodes { %s } } }",
    ("admin", "ProductVariant"): "{ products(first: %d) { nodes { variants { %s } } } }",
    ("admin", "Order"): "{ orders(first: %d) { nodes { %s } } }",
}
"""How many of a type are asked for, by API and type."""
DEEPEST = 3
_TYPE = """
query ($name: String!) {
  __type(name: $name) {
    fields { name args { name defaultValue type { kind } } type { ...seen } }
  }
}
fragment seen on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }
"""


async def budget(patient: Patient) -> Outcome:
    """Ask every field it adds to a type that can be listed."""
    told, left = list[str](), list[str]()
    async with a_shop([*patient.needed, patient.name]) as shop:
        await shop.order(await shop.product())
        await shop.deliver(even_failing=True)
        documents = list[tuple[str, str, str]]()
        for part in patient.items(GraphQLFields):
            for field in await _asked(shop, part):
                listed = LISTS.get((part.api, part.on))
                if listed is None or not field:
                    left.append(f"{part.on}.{field}")
                else:
                    documents.append((part.api, f"{part.on}.{field.partition(' ')[0]}", listed % (MANY, field)))
        few = [await _count(shop, api, document) for api, _, document in documents]
        product = await shop.product()
        for _ in range(MANY - FEW):
            await shop.order(await shop.product(), product, paid=False)
        await shop.deliver(even_failing=True)
        for (api, name, document), before in zip(documents, few, strict=True):
            after = await _count(shop, api, document)
            if after != before:
                reason = f"{name} costs {before} statements for one and {after} for {MANY}"
                return failed(reason, "write it with `batch` and read for all parents in one statement")
            told.append(f"{name} {after}")
    if not told:
        return spared(f"no list leads to {', '.join(left)}")
    return passed(", ".join(told) + (f"; no list leads to {', '.join(left)}" if left else ""))


async def _count(shop: Workshop, api: str, document: str) -> int:
    ask = shop.ask if api == "storefront" else shop.ask_admin
    await ask(document)
    with shop.statements() as texts:
        await ask(document)
    return len(texts)


async def _asked(shop: Workshop, part: GraphQLFields) -> list[str]:
    """Its fields, each with a selection as deep as it takes; those that need an argument are left out."""
    known = {field["name"]: field for field in await _fields(shop, part.api, part.on)}
    names = [_wire(field.python_name) for field in part.fields.__strawberry_definition__.fields]
    found = list[str]()
    for name in names:
        if name in known and not _needs_arguments(known[name]):
            found.append(name + await _selection(shop, part.api, known[name], DEEPEST))
    return found


async def _selection(shop: Workshop, api: str, field: Any, depth: int) -> str:
    kind = field["type"]
    while kind.get("ofType") is not None:
        kind = kind["ofType"]
    if kind["kind"] in ("SCALAR", "ENUM"):
        return ""
    if depth == 0 or kind["kind"] == "UNION":
        return " { __typename }"
    inner = [
        each["name"] + await _selection(shop, api, each, depth - 1)
        for each in await _fields(shop, api, kind["name"])
        if not _needs_arguments(each)
    ]
    return f" {{ {' '.join(inner) or '__typename'} }}"


async def _fields(shop: Workshop, api: str, name: str) -> list[Any]:
    ask = shop.ask if api == "storefront" else shop.ask_admin
    kind: Any = (await ask(_TYPE, name=name))["__type"]
    return [] if kind is None else kind["fields"] or []


def _needs_arguments(field: Any) -> bool:
    return any(each["type"]["kind"] == "NON_NULL" and each["defaultValue"] is None for each in field["args"])


def _wire(python_name: str) -> str:
    return re.sub(r"_+([a-z0-9])", lambda found: found[1].upper(), python_name)
