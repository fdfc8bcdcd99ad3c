"""Define metafields, and set those of the core's own nouns. A definition asks for a new Runtime, as settings do."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Select, bindparam, select

from vetrina.flows.auditing import audited
from vetrina.flows.catalog.inputs import checked_metafields
from vetrina.kernel.context import Context, once
from vetrina.kernel.db import BigInt, Session
from vetrina.kernel.errors import BadInput, NotFound
from vetrina.kernel.messages import emit
from vetrina.kernel.texts import text
from vetrina.shop.catalog.events import ProductChanged
from vetrina.shop.catalog.models import Collection, Product, Variant
from vetrina.shop.customers.models import Customer
from vetrina.shop.inventory.models import Location
from vetrina.shop.markets.models import Market, ShopProfile
from vetrina.shop.metafields import service
from vetrina.shop.metafields.rules import (
    LONGEST_VALUE,
    MOST_DEFINITIONS,
    TYPES,
    DefinedElsewhere,
    Definition,
    Entry,
    checked_definition,
)
from vetrina.shop.orders.models import Order
from vetrina.shop.plugins import service as generations
from vetrina.views.metafields import DefinitionRow, defined_metafields

__all__ = [
    "WRITERS",
    "Definition",
    "Entry",
    "checked_value",
    "define_metafield",
    "redefine_metafield",
    "undefine_metafield",
    "write_metafields",
]

MOST_AT_ONCE = 25
WRITERS: Mapping[str, str] = {
    "Product": "catalog.write",
    "ProductVariant": "catalog.write",
    "Collection": "catalog.write",
    "Customer": "customers.write",
    "Location": "shop.write",
    "Market": "shop.write",
    "Order": "orders.write",
    "Shop": "shop.write",
}
"""Who may write metafields of a noun of the core's; a cart's are its buyer's."""


@once
async def define_metafield(ctx: Context, new: Definition) -> int:
    """Say what a metafield means: from now on its values are of that type. Its id. Needs shop.write.

    Raises BadInput, DefinitionTaken, DefinedElsewhere, and OtherTypeInUse where values of another type stand.
    """
    ctx.require("shop.write")
    checked = checked_definition(new, WRITERS)
    if _field(checked) in ctx.shop.metafield_types and not await _is_ours(ctx, checked):
        raise DefinedElsewhere(field=("namespace",), namespace=checked.namespace, key=checked.key)
    if len(await defined_metafields(ctx.db)) >= MOST_DEFINITIONS:
        raise BadInput(
            field=("key",),
            problem=f"There are {MOST_DEFINITIONS} definitions, which is the most.",
            reason="full",
            most=MOST_DEFINITIONS,
        )
    async with ctx.tx() as session:
        definition_id = session.outcome = await service.define(session, checked, ctx.now())
        await _tell(ctx, session, "metafield.defined", checked, None, checked)
    return definition_id


@once
async def redefine_metafield(ctx: Context, definition_id: int, new: Definition) -> None:
    """Change a definition's type, names, description and filter; whose it is and its key stay. Needs shop.write.

    Raises BadInput, NotFound, OtherTypeInUse.
    """
    ctx.require("shop.write")
    known = await _known(ctx, definition_id)
    kept = {"owner_type": known.owner_type, "namespace": known.namespace, "key": known.key}
    checked = checked_definition(msgspec.structs.replace(new, **kept), WRITERS)
    async with ctx.tx() as session:
        await service.redefine(session, definition_id, checked, ctx.now())
        await _tell(ctx, session, "metafield.redefined", checked, known, checked)


@once
async def undefine_metafield(ctx: Context, definition_id: int) -> None:
    """Forget a definition; the values stay, and may be of any type again. Needs shop.write. Raises NotFound."""
    ctx.require("shop.write")
    known = await _known(ctx, definition_id)
    async with ctx.tx() as session:
        await service.undefine(session, definition_id)
        await _tell(ctx, session, "metafield.undefined", known, known, None)


@once
async def write_metafields(
    ctx: Context, owner_type: str, owner_id: int, entries: Sequence[Entry], gone: Sequence[tuple[str, str]] = ()
) -> int:
    """Set metafields of one of the core's nouns, and delete those `gone`, named by namespace and key; how many changed.

    Needs the permission to write the noun. Raises BadInput, NotFound.
    """
    if owner_type not in WRITERS:
        raise BadInput(
            field=("owner_type",), problem=f"Metafields stand on one of {', '.join(sorted(WRITERS))}.", reason="choice"
        )
    ctx.require(WRITERS[owner_type])
    if len(entries) + len(gone) > MOST_AT_ONCE:
        raise BadInput(
            field=("metafields",),
            problem=f"At most {MOST_AT_ONCE} metafields are written at once.",
            reason="many",
            most=MOST_AT_ONCE,
        )
    checked = checked_metafields(entries, owner_type, ctx.shop.metafield_types)
    async with ctx.tx() as session:
        if await session.value(_OWNERS[owner_type], {"key": owner_id}) is None:
            raise NotFound(what=f"The {owner_type}")
        changed = [
            f"{entry.namespace}.{entry.key}"
            for entry in checked
            if await service.set_metafield(session, owner_type, owner_id, entry, ctx.now())
        ]
        changed += [
            f"{namespace}.{key}"
            for namespace, key in gone
            if await service.delete_metafield(session, owner_type, owner_id, namespace, key)
        ]
        if changed:
            after = {"metafields": changed}
            await audited(ctx, session, "metafields.written", f"{owner_type}:{owner_id}", after=after)
            await _tell_product(ctx, session, owner_type, owner_id)
        session.outcome = len(changed)
    return len(changed)


def checked_value(kind: str, value: str, field: tuple[str, ...]) -> str:
    """A value of one of metafields' types as it is written down, for what plugins keep of the same types.

    Raises BadInput.
    """
    return TYPES[kind](text(value, field=field, limit=LONGEST_VALUE, required=True), field)


def _field(definition: Definition) -> tuple[str, str, str]:
    return definition.owner_type, definition.namespace, definition.key


async def _is_ours(ctx: Context, definition: Definition) -> bool:
    """Whether the staff has defined it, so that the database is to say that it is taken."""
    return any(row.field == _field(definition) for row in await defined_metafields(ctx.db))


async def _known(ctx: Context, definition_id: int) -> DefinitionRow:
    found = next((row for row in await defined_metafields(ctx.db) if row.id == definition_id), None)
    if found is None:
        raise NotFound(what="The definition")
    return found


async def _tell(
    ctx: Context,
    session: Session,
    action: str,
    named: DefinitionRow | Definition,
    before: DefinitionRow | None,
    after: Definition | None,
) -> None:
    """Every process looks definitions up in its Runtime: another one is asked for."""
    await generations.next_generation(session)
    subject = f"metafield:{named.owner_type}.{named.namespace}.{named.key}"
    await audited(ctx, session, action, subject, before=_plain(before), after=_plain(after))


def _plain(definition: DefinitionRow | Definition | None) -> dict[str, Any] | None:
    return None if definition is None else msgspec.to_builtins(definition)


async def _tell_product(ctx: Context, session: Session, owner_type: str, owner_id: int) -> None:
    if owner_type in ("Product", "ProductVariant"):
        statement = _PRODUCT if owner_type == "Product" else _PRODUCT_OF_VARIANT
        [(product_id, handle)] = await session.fetch(statement, {"key": owner_id})
        await emit(session, ProductChanged(product_id=product_id, handle=handle), ctx.now())


_KEY = bindparam("key", type_=BigInt)
_PRODUCT = select(Product.id, Product.handle).where(Product.id == _KEY)
_PRODUCT_OF_VARIANT = (
    select(Product.id, Product.handle).join(Variant, Variant.product_id == Product.id).where(Variant.id == _KEY)
)
_OWNERS: Mapping[str, Select[Any]] = {
    name: select(model.id).where(model.id == _KEY)
    for name, model in {
        "Product": Product,
        "ProductVariant": Variant,
        "Collection": Collection,
        "Customer": Customer,
        "Location": Location,
        "Market": Market,
        "Order": Order,
        "Shop": ShopProfile,
    }.items()
}
