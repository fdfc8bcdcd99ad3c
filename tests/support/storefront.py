"""Asking the storefront without HTTP: one document, one context, what came of it."""

from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from graphql import GraphQLSchema

from vetrina.graphql.errors import shown
from vetrina.graphql.operations import Operations
from vetrina.graphql.schema import ComposedSchema
from vetrina.kernel.context import BUYER, Context
from vetrina.views.markets import atlas
from vetrina_storefront.context import place_asked_for, told_in_context
from vetrina_storefront.schema import compose_storefront

DOCUMENTS = Path(__file__).parent.parent / "storefront" / "documents"


@cache
def _composed() -> ComposedSchema:
    return compose_storefront()


def schema() -> GraphQLSchema:
    """The storefront's schema without plugins."""
    return _composed()._schema


@cache
def operations() -> Operations:
    """That schema's operations."""
    return Operations(_composed())


def document(name: str) -> str:
    """A front end's document from tests/storefront/documents, with the fragments it spreads."""
    return (DOCUMENTS / f"{name}.graphql").read_text()


async def answer(ctx: Context, text: str, **variables: Any) -> dict[str, Any]:
    """What a buyer is answered, errors included."""
    operation = operations().prepare(text, None)
    if operation.errors:
        return {"data": None, "errors": [shown(error, "test") for error in operation.errors]}
    place = (await atlas(ctx.db)).place(*place_asked_for(operation.node, variables))
    buyer = msgspec.structs.replace(ctx, place=place, actor=BUYER, **told_in_context(operation.node, variables))
    result = await operation.run(variables, buyer)
    assert not operation.counts.deopt
    data = msgspec.json.decode(msgspec.json.encode(result.data))
    return {"data": data, "errors": [shown(error, "test") for error in result.errors or ()]}


async def ask(ctx: Context, text: str, **variables: Any) -> Any:
    """Ask a question that must succeed; its data."""
    given = await answer(ctx, text, **variables)
    assert not given["errors"], given["errors"]
    return given["data"]


async def refusals(ctx: Context, text: str, **variables: Any) -> list[dict[str, Any]]:
    """Ask a question that must fail; the extensions of its errors."""
    given = await answer(ctx, text, **variables)
    assert given["errors"], given["data"]
    return [error["extensions"] for error in given["errors"]]
