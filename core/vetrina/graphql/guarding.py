"""Plugins' fields, guarded: each behind a meter of its own, none able to take a core object or an answer down."""

import copy
from collections.abc import Awaitable, Callable, Collection
from functools import wraps
from types import MappingProxyType
from typing import Any

from strawberry.tools import create_type
from strawberry.types.base import StrawberryObjectDefinition, StrawberryOptional
from strawberry.types.field import StrawberryField
from strawberry.utils.str_converters import to_camel_case

from vetrina.graphql.fields import BATCH, PERMISSION, PERSONAL, ROOT, SHARED, batch, check_count, root
from vetrina.graphql.published import named_types
from vetrina.kernel.meters import Meters, Work
from vetrina.plugin.collected import LeaveOut
from vetrina.plugin.contributions import GraphQLFields, GraphQLRoots

DEADLINE = 3.0
"""Seconds a plugin's field may take."""
MUTATION_DEADLINE = 8.0
"""Seconds a plugin's mutation may take; a request has ten."""


class BadField(LeaveOut):
    """A plugin's field that would be no good neighbour: the plugin is left out, like one whose fields clash."""


def guarded(
    owner: str, part: GraphQLFields | GraphQLRoots, meters: Meters, claimed: Collection[str] = ()
) -> GraphQLFields | GraphQLRoots:
    """The same contribution with every resolver behind its meter. Raises BadField.

    Fields carry the plugin's prefix, unless they are among the contract names its manifest claims, and may be null:
    what fails in a plugin leaves null behind, with an error, and everything around it as it is.
    """
    if isinstance(part, GraphQLFields):
        fields = [_guard(owner, part.on, field, meters, DEADLINE) for field in _fields(part.fields)]
        _look(owner, part.on, fields, claimed)
        _look_at_types(owner, part.fields, claimed)
        return GraphQLFields(part.api, part.on, _holder(part.fields, fields))
    query = _root(owner, "Query", part.query, meters, DEADLINE, claimed)
    mutation = _root(owner, "Mutation", part.mutation, meters, MUTATION_DEADLINE, claimed)
    joining = [kind for members in part.members for kind in members.types]
    for holder in (part.query, part.mutation):
        if holder is not None:
            _look_at_types(owner, holder, claimed)
    for kind in (*part.types, *joining):
        _look_at_types(owner, kind, claimed, is_itself_seen=True)
    return GraphQLRoots(part.api, query, mutation, part.types, part.members)


def _root(
    owner: str, on: str, holder: type[Any] | None, meters: Meters, deadline: float, claimed: Collection[str]
) -> type[Any] | None:
    if holder is None:
        return None
    fields = [_guard(owner, on, field, meters, deadline) for field in _fields(holder)]
    _look(owner, on, fields, claimed)
    return _holder(holder, fields)


def _guard(owner: str, on: str, field: StrawberryField, meters: Meters, deadline: float) -> StrawberryField:
    """A copy of the field whose function runs behind a meter. Raises BadField for one written any other way."""
    work = Work(owner, "field", f"{on}.{to_camel_case(field.python_name)}")
    function: Callable[..., Awaitable[Any]] | None = field.metadata.get(ROOT) or field.metadata.get(BATCH)
    if function is None:
        raise BadField(owner, f"{owner} writes {work.name} with neither root nor batch of vetrina.graphql")

    is_batch = BATCH in field.metadata

    @wraps(function)
    async def metered(*args: Any, **kwargs: Any) -> Any:
        async def answer() -> Any:
            found = await function(*args, **kwargs)
            if is_batch:
                check_count(function, args[0], found)
            return found

        return await meters.run(work, answer, deadline)

    permission = field.metadata.get(PERMISSION)
    if ROOT in field.metadata:
        fresh = root(metered, permission=permission, shared=field.metadata[SHARED])
    else:
        fresh = batch(metered, permission=permission, personal=field.metadata[PERSONAL])
    guarded_field = copy.copy(field)
    guarded_field.metadata = MappingProxyType({**field.metadata, **fresh.metadata})
    guarded_field.base_resolver = fresh.base_resolver
    return guarded_field


def _look(owner: str, on: str, fields: Collection[StrawberryField], claimed: Collection[str]) -> None:
    for field in fields:
        name = field.graphql_name or to_camel_case(field.python_name)
        if name in claimed:
            continue
        if not name.startswith(to_camel_case(owner)):
            raise BadField(owner, f"{owner} adds {on}.{name}, which must begin with {to_camel_case(owner)}")
        if on != "Mutation" and not isinstance(field.type, StrawberryOptional):
            raise BadField(owner, f"{owner} adds {on}.{name}, which must be able to be null: plugins fail")


def _look_at_types(owner: str, holder: type[Any], claimed: Collection[str], *, is_itself_seen: bool = False) -> None:
    """Every type of the plugin's own package that its fields lead to carries the plugin's name, or a claimed one."""
    prefix = owner.title().replace("_", "")
    named = named_types([holder], within=holder.__module__.partition(".")[0])
    for name, kind in named.types.items():
        if kind is holder and not is_itself_seen:
            continue
        if name not in claimed and not name.startswith(prefix):
            raise BadField(owner, f"{owner} adds the type {name}, which must begin with {prefix}")


def _fields(holder: type[Any]) -> list[StrawberryField]:
    definition: StrawberryObjectDefinition = holder.__strawberry_definition__
    return list(getattr(definition, "fields", ()))


def _holder(holder: type[Any], fields: list[StrawberryField]) -> type[Any]:
    return create_type(holder.__name__, fields)
