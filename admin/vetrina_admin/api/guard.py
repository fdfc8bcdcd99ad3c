"""Deny by default: a root field without a permission of its own stops the start."""

from collections.abc import Collection, Iterable
from typing import Any

from strawberry.types.field import StrawberryField

from vetrina.graphql.fields import PERMISSION
from vetrina.kernel.errors import Fault
from vetrina.plugin.collected import LeaveOut
from vetrina.plugin.contributions import GraphQLFields, GraphQLRoots


class Unguarded(Fault):
    """A root field that anybody with a token could call."""


class PluginUnguarded(LeaveOut):
    """A plugin brings such a field: the plugin is left out, like one whose fields clash."""


def check_guards(holders: Iterable[type[Any]], known: Collection[str]) -> None:
    """Raises Unguarded for a root field of ours without a permission, or with one nobody can be granted."""
    for holder in holders:
        problem = _problem(holder, known)
        if problem is not None:
            raise Unguarded(problem)


def check_contributed(contributed: Iterable[tuple[str, GraphQLFields | GraphQLRoots]], known: Collection[str]) -> None:
    """The same for plugins' roots; raises PluginUnguarded with the plugin's name."""
    for owner, part in contributed:
        if part.api != "admin" or not isinstance(part, GraphQLRoots):
            continue
        for holder in (part.query, part.mutation):
            problem = _problem(holder, known) if holder is not None else None
            if problem is not None:
                raise PluginUnguarded(owner, f"{owner}: {problem}")


def _problem(holder: type[Any], known: Collection[str]) -> str | None:
    fields: list[StrawberryField] = holder.__strawberry_definition__.fields
    for field in fields:
        permission = field.metadata.get(PERMISSION)
        if permission is None:
            return f"the admin's root field {field.python_name} declares no permission"
        if permission not in known:
            return f"the admin's root field {field.python_name} needs {permission}, which is no permission"
    return None
