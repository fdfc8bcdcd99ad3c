"""The plans of one operation: made when they are first asked for, one for each way its flags can stand."""

from collections import OrderedDict
from typing import Any

from graphql import DirectiveNode, DocumentNode, OperationDefinitionNode, VariableNode
from graphql.execution.values import VariableValues
from graphql.language.visitor import Visitor, visit

from vetrina.graphql.documents import Document
from vetrina.graphql.plan import Plan, Uncompilable, make_plan
from vetrina.graphql.schema import ComposedSchema

MOST_PLANS = 16
"""Plans of one operation: one for each combination of the variables in @skip, @include and @defer, the last used."""

_FLAGGING = ("skip", "include", "defer")


class Plans:
    """The plans of one operation of a document."""

    def __init__(self, schema: ComposedSchema, document: Document, node: OperationDefinitionNode) -> None:
        assert document.node is not None
        self._schema = schema
        self._document = document
        self._node = node
        self._plans: OrderedDict[tuple[Any, ...], Plan | None] = OrderedDict()
        self.flags = _flags(document.node)
        """The variables that say what of the operation is answered, and when."""

    def __len__(self) -> int:
        return len(self._plans)

    def of(self, variables: VariableValues) -> Plan | None:
        """The plan for the values of the flags; None where the reference runs the operation.

        Raises GraphQLError when a flag of the operation's own fields is null.
        """
        slot = tuple(variables.coerced.get(name) for name in self.flags)
        if slot in self._plans:
            self._plans.move_to_end(slot)
            return self._plans[slot]
        try:
            plan = make_plan(self._schema, self._document, self._node, self._only_flags(variables))
        except Uncompilable:
            plan = None
        self._plans[slot] = plan
        if len(self._plans) > MOST_PLANS:
            self._plans.popitem(last=False)
        return plan

    def _only_flags(self, variables: VariableValues) -> VariableValues:
        """A plan outlives its first request: it keeps nothing of it but what it was made for."""
        sources = {name: source for name, source in variables.sources.items() if name in self.flags}
        return VariableValues(
            sources, {name: variables.coerced[name] for name in self.flags if name in variables.coerced}
        )


class _FlagNames(Visitor):
    """Collects the variables that directives ask whether something is answered, and when."""

    def __init__(self) -> None:
        super().__init__()
        self.names: dict[str, None] = {}

    def enter_directive(self, node: DirectiveNode, *_: Any) -> None:
        if node.name.value in _FLAGGING:
            for argument in node.arguments or ():
                if isinstance(argument.value, VariableNode):
                    self.names[argument.value.name.value] = None


def _flags(document: DocumentNode) -> tuple[str, ...]:
    found = _FlagNames()
    visit(document, found)
    return tuple(found.names)
