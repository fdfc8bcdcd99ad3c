"""What the core's own tables hold of one plugin: all that goes when it is removed."""

from collections.abc import Collection
from typing import Any

import msgspec
from sqlalchemy import Select, Text, and_, bindparam, func, literal, or_, select, union_all

from vetrina.kernel.db import Reads
from vetrina.kernel.jobs import JobRun
from vetrina.kernel.messages.tables import InboxMessage, OutboxCursor, OutboxFailure
from vetrina.shop.metafields.models import Metafield
from vetrina.shop.plugins.models import PluginMeter, PluginState
from vetrina.views.plugins import port_orders

OF_EVENTS = "event:"
"""What the keys of deliveries' marks begin with; a provider's messages have others."""


class Trace(msgspec.Struct, frozen=True):
    """Rows of one kind: settings, cursors, failures, marks, jobs, measurements, metafields, places."""

    kind: str
    rows: int


async def traces(
    db: Reads, name: str, ports: Collection[tuple[str, str]], metafields: Collection[tuple[str, str]]
) -> list[Trace]:
    """Every kind, counted. `ports` are the names and keys it serves, `metafields` the owner types and keys it has."""
    found = [Trace(kind, count) for kind, count in await db.fetch(_COUNTS, {"name": name, "prefix": f"{name}."})]
    orders = await port_orders(db)
    found.append(Trace("places", sum(key in orders.get(port, ()) for port, key in ports)))
    if metafields:
        found.append(Trace("metafields", await db.value(_metafields(name, metafields))))
    return found


def _metafields(name: str, declared: Collection[tuple[str, str]]) -> Select[Any]:
    each = (and_(Metafield.owner_type == owner_type, Metafield.key == key) for owner_type, key in declared)
    return select(func.count()).select_from(Metafield).where(Metafield.namespace == name, or_(*each))


_PREFIX = bindparam("prefix", type_=Text())
_COUNTS = union_all(
    select(literal("settings"), func.count()).where(PluginState.name == bindparam("name")),
    select(literal("cursors"), func.count()).where(OutboxCursor.subscriber.startswith(_PREFIX)),
    select(literal("failures"), func.count()).where(OutboxFailure.subscriber.startswith(_PREFIX)),
    select(literal("marks"), func.count()).where(
        InboxMessage.source.startswith(_PREFIX), InboxMessage.key.startswith(OF_EVENTS)
    ),
    select(literal("jobs"), func.count()).where(JobRun.name.startswith(_PREFIX)),
    select(literal("measurements"), func.count()).where(PluginMeter.owner == bindparam("name")),
)
