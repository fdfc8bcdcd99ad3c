"""The shop's own schema on graphql-core, as strawberry runs it, with parsed and validated documents kept."""

import msgspec
from benchmarks.ceilings.asked import Question, asked
from litestar.handlers import ASGIRouteHandler

from vetrina.graphql.documents import Documents
from vetrina.graphql.execute import run
from vetrina.kernel.context import BUYER
from vetrina.plugin import Site
from vetrina_storefront.schema import compose_storefront


def stock(path: str, site: Site) -> ASGIRouteHandler:
    """The route that answers by the stock executor."""
    schema = compose_storefront(site.graphql)._schema
    documents = Documents(schema)

    async def answer(question: Question) -> bytes:
        document = documents.get(question.query)
        ctx = await site.context(BUYER)
        result = await run(schema, document, document.operation(None), question.variables, ctx)
        assert not result.errors, result.errors
        return msgspec.json.encode({"data": result.data})

    return asked(path, answer)
