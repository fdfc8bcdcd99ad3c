"""Metafields of what a plugin publishes: the rows are the core's, whose they are is the plugin's to know."""

from collections.abc import Sequence

from vetrina.flows.catalog.inputs import checked_metafields
from vetrina.kernel.context import Context
from vetrina.kernel.errors import BadInput
from vetrina.shop.metafields import service as metafields
from vetrina.shop.metafields.rules import Entry

MOST_AT_ONCE = 25
CORES = frozenset(
    {"Cart", "Collection", "Customer", "Location", "Market", "Order", "Product", "ProductVariant", "Shop"}
)
"""Owners whose metafields are written by flows of their own."""


async def set_metafields(
    ctx: Context, permission: str, owner_type: str, owner_id: int, entries: Sequence[Entry]
) -> list[str]:
    """Set metafields of a plugin's own row, which it has found to be there; the names of those that changed.

    Needs the permission under which the plugin lets its rows be changed. Raises BadInput.
    """
    ctx.require(permission)
    _is_a_plugins(owner_type)
    if len(entries) > MOST_AT_ONCE:
        raise BadInput(
            field=("metafields",),
            problem=f"At most {MOST_AT_ONCE} metafields are set at once.",
            reason="many",
            most=MOST_AT_ONCE,
        )
    checked = checked_metafields(entries, owner_type, ctx.shop.metafield_types)
    async with ctx.tx() as session:
        return [
            f"{entry.namespace}.{entry.key}"
            for entry in checked
            if await metafields.set_metafield(session, owner_type, owner_id, entry, ctx.now())
        ]


async def forget_metafields(ctx: Context, permission: str, owner_type: str, owner_ids: Sequence[int]) -> int:
    """Delete all metafields of a plugin's rows that are gone; how many. Needs the same permission."""
    ctx.require(permission)
    _is_a_plugins(owner_type)
    async with ctx.tx() as session:
        return await metafields.forget_owners(session, owner_type, list(owner_ids))


def _is_a_plugins(owner_type: str) -> None:
    if owner_type in CORES:
        raise BadInput(
            field=("owner_type",), problem=f"Metafields of a {owner_type} are not a plugin's to write.", reason="choice"
        )
