"""Documents: text parsed, validated and measured once, then kept; bounded."""

from collections import OrderedDict
from typing import Any

import msgspec
from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    parse,
    validate,
)
from graphql.language.visitor import REMOVE, Visitor, visit

from vetrina.graphql import limits
from vetrina.graphql.errors import Refused

MOST_DOCUMENTS = 1_000


class Document(msgspec.Struct, frozen=True):
    """A document that may be executed, or the errors that say why not."""

    node: DocumentNode | None
    """Without @defer: to answer at once is always allowed."""
    errors: tuple[GraphQLError, ...] = ()
    deferring: DocumentNode | None = None
    """The same as it was written, where it holds a @defer."""

    def unfolding(self) -> "Document":
        """The document as it was written: what it defers comes later."""
        return Document(self.deferring)

    def operation(self, name: str | None) -> OperationDefinitionNode:
        """The operation to run. Raises Refused when the name leaves a doubt."""
        assert self.node is not None
        operations = [item for item in self.node.definitions if isinstance(item, OperationDefinitionNode)]
        if name is not None:
            operations = [item for item in operations if item.name and item.name.value == name]
        if len(operations) != 1:
            problem = "No operation has that name." if name is not None else "Say which operation by operationName."
            raise Refused("GRAPHQL_VALIDATION_FAILED", problem)
        return operations[0]


class Documents:
    """One schema's documents, least recently used first out."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._known: OrderedDict[str, Document] = OrderedDict()

    def get(self, text: str) -> Document:
        """Parse, validate and measure a document, or remember having done it."""
        known = self._known.get(text)
        if known is not None:
            self._known.move_to_end(text)
            return known
        made = self._make(text)
        self._known[text] = made
        if len(self._known) > MOST_DOCUMENTS:
            self._known.popitem(last=False)
        return made

    def _make(self, text: str) -> Document:
        try:
            node = parse(text, max_tokens=limits.MOST_TOKENS)
        except GraphQLError as error:
            return Document(None, (_coded(error, "GRAPHQL_PARSE_FAILED"),))
        except RecursionError:
            return Document(None, (_refusal("GRAPHQL_PARSE_FAILED", "The document is nested too deeply."),))
        try:
            errors = validate(self._schema, node, max_errors=10)
            if errors:
                return Document(None, tuple(_coded(error, "GRAPHQL_VALIDATION_FAILED") for error in errors))
            limits.check_shape(node)
        except Refused as refused:
            return Document(None, (_refusal(refused.code, str(refused)),))
        except RecursionError:
            return Document(None, (_refusal("GRAPHQL_VALIDATION_FAILED", "The document is nested too deeply."),))
        whole = visit(node, _WithoutDefer())
        return Document(whole, deferring=None if whole is node else node)


class _WithoutDefer(Visitor):
    """Takes @defer out, for clients that do not take an answer in parts: what is deferred arrives with the rest."""

    def enter_directive(self, node: Any, *_: Any) -> Any:
        return REMOVE if node.name.value == "defer" else None


def _coded(error: GraphQLError, code: str) -> GraphQLError:
    return GraphQLError(
        error.message, nodes=error.nodes, source=error.source, positions=error.positions, extensions={"code": code}
    )


def _refusal(code: str, message: str) -> GraphQLError:
    return GraphQLError(message, extensions={"code": code})
