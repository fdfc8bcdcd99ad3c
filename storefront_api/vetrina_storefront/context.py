"""@inContext: what an operation asks to be answered for, and what it tells of the visitor."""

from collections.abc import Mapping
from typing import Any, cast

from graphql import (
    EnumValueNode,
    NullValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    StringValueNode,
    VariableNode,
    value_from_ast_untyped,
)
from graphql.language.ast import ValueNode

from vetrina.graphql import int_key_of
from vetrina.kernel.errors import BadInput

CONSENTS = {
    "analytics": "analytics",
    "marketing": "marketing",
    "preferences": "preferences",
    "saleOfData": "sale_of_data",
}
"""What a visitor may agree to: the wire's words and ours."""


def place_asked_for(operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """Country (ISO 3166-1) and language (ISO 639, lower case) of @inContext; None where it does not say.

    The directive is on the operation, so it is read before anything runs. Values that are not of their enum are
    refused when the variables are coerced; here they lead nowhere.
    """
    arguments = {
        argument.name.value: _value(argument.value, operation, variables)
        for directive in operation.directives or ()
        if directive.name.value == "inContext"
        for argument in directive.arguments or ()
    }
    country, language = arguments.get("country"), arguments.get("language")
    return country, language.lower().replace("_", "-") if language else None


def token_asked_for(operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> str | None:
    """The customer access token that @inContext names its buyer by."""
    for directive in operation.directives or ():
        for argument in directive.arguments or ():
            if directive.name.value == "inContext" and argument.name.value == "buyer":
                return _token(argument.value, operation, variables)
    return None


def told_in_context(operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> dict[str, Any]:
    """What @inContext tells beside place and buyer, in the Context's own words; nothing where it tells nothing.

    Values of another kind are refused when the variables are coerced; here they lead nowhere.
    """
    told: dict[str, Any] = {}
    for directive in operation.directives or ():
        if directive.name.value != "inContext":
            continue
        for argument in directive.arguments or ():
            match argument.name.value:
                case "preferredLocationId":
                    told["preferred_location_id"] = _location(_plain(argument.value, operation, variables))
                case "visitorConsent":
                    told["consent"] = _consent(_plain(argument.value, operation, variables))
                case _:
                    pass
    return told


def names_no_buyer(operation: OperationDefinitionNode) -> bool:
    """Whether @inContext leaves open who is buying: then everybody in that place is answered alike."""
    return all(
        directive.name.value != "inContext"
        or argument.name.value != "buyer"
        or isinstance(argument.value, NullValueNode)
        for directive in operation.directives or ()
        for argument in directive.arguments or ()
    )


def _location(given: Any) -> int | None:
    try:
        return int_key_of(given, "Location") if isinstance(given, str) else None
    except BadInput:
        return None


def _consent(given: Any) -> dict[str, bool] | None:
    """The answers that were given; None where there are none."""
    answers = cast("dict[str, Any]", given) if isinstance(given, dict) else {}
    return {ours: answers[wire] for wire, ours in CONSENTS.items() if isinstance(answers.get(wire), bool)} or None


def _plain(node: ValueNode, operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> Any:
    """A value as it is written, with variables and their defaults put in."""
    defaults = {
        definition.variable.name.value: value_from_ast_untyped(definition.default_value)
        for definition in operation.variable_definitions or ()
        if definition.default_value is not None
    }
    return value_from_ast_untyped(node, {**defaults, **variables})


def _token(node: ValueNode, operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> str | None:
    """In an object as it is written, in a variable's, or in a variable inside of one."""
    if isinstance(node, VariableNode):
        given = variables.get(node.name.value)
        token = cast("dict[str, Any]", given).get("customerAccessToken") if isinstance(given, dict) else None
        return token if isinstance(token, str) else None
    fields = node.fields if isinstance(node, ObjectValueNode) else ()
    named = (field.value for field in fields if field.name.value == "customerAccessToken")
    return next((_value(value, operation, variables) for value in named), None)


def _value(node: ValueNode, operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> str | None:
    if isinstance(node, VariableNode):
        name = node.name.value
        if name in variables:
            given = variables[name]
            return given if isinstance(given, str) else None
        default = next(
            (
                definition.default_value
                for definition in operation.variable_definitions or ()
                if definition.variable.name.value == name
            ),
            None,
        )
        return _value(default, operation, variables) if default is not None else None
    return node.value if isinstance(node, EnumValueNode | StringValueNode) else None
