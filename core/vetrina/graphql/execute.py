"""Run an operation on the reference executor: graphql-core over the composed schema."""

import asyncio
import inspect
from collections.abc import Mapping
from typing import Any

from graphql import (
    ExecutionResult,
    GraphQLSchema,
    OperationDefinitionNode,
    experimental_execute_incrementally,  # pyright: ignore[reportUnknownVariableType]
)

from vetrina.graphql.documents import Document
from vetrina.graphql.fields import RequestState
from vetrina.graphql.limits import DEADLINE
from vetrina.kernel.context import Context
from vetrina.kernel.errors import Unavailable


async def run(
    schema: GraphQLSchema,
    document: Document,
    operation: OperationDefinitionNode,
    variables: Mapping[str, Any],
    ctx: Context,
) -> ExecutionResult:
    """Execute one operation of a checked document within the deadline. Raises Unavailable past it."""
    assert document.node is not None
    try:
        async with asyncio.timeout(DEADLINE):
            # The plain executor turns schemas with @defer away; documents.py has already taken @defer out.
            result: Any = experimental_execute_incrementally(
                schema,
                document.node,
                variable_values=dict(variables),
                operation_name=operation.name.value if operation.name else None,
                context_value=RequestState(ctx, {}),
            )
            return await result if inspect.isawaitable(result) else result
    except TimeoutError as error:
        raise Unavailable(f"the operation took longer than {DEADLINE} s") from error
