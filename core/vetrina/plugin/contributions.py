"""What hooks return: Provide, React, Job, GraphQLFields, GraphQLRoots, Command and the routes of a door."""

from collections.abc import Awaitable, Callable
from typing import Any, Generic, Literal, TypeVar

import msgspec

from vetrina.kernel.context import Context
from vetrina.kernel.messages import Event

E = TypeVar("E", bound=Event)

Api = Literal["storefront", "admin", "customer"]


class Provide(msgspec.Struct, frozen=True):
    """Serve a port: `implementation` fulfils the Protocol; `key` names it among the port's others."""

    port: type[Any]
    key: str
    implementation: Any


class React(msgspec.Struct, Generic[E], frozen=True):
    """Hear an event after its commit. `run` is retried when it raises and parked when it goes on raising.

    Each reaction has a cursor of its own and moves on at its own pace: a slow one delays nobody. Its name is the
    plugin's and the function's; renamed, it is a new one, and a new one hears what happens from then on. When the
    plugin is switched off nothing more is delivered, but the cursor stays: switched on again, the reaction is told all
    that happened meanwhile, in order. Only a plugin that is removed is forgotten.
    """

    event: type[E]
    run: Callable[[Context, E], Awaitable[None]]


class GraphQLFields(msgspec.Struct, frozen=True):
    """Add the fields of a strawberry type to a published type, by its name: on="Product"."""

    api: Api
    on: str
    fields: type[Any]


class UnionMembers(msgspec.Struct, frozen=True):
    """Let types join a published union, by its name; where nobody publishes it, nothing happens."""

    union: str
    types: tuple[type[Any], ...]


class GraphQLRoots(msgspec.Struct, frozen=True):
    """Add root fields, types that no field mentions, and members of published unions."""

    api: Api
    query: type[Any] | None = None
    mutation: type[Any] | None = None
    types: tuple[type[Any], ...] = ()
    members: tuple[UnionMembers, ...] = ()
