"""Set and delete metafields of carts."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import bindparam, select

from vetrina.flows.cart.changes import CartProblem, CartRefused, Edit, change_cart
from vetrina.kernel.context import Context
from vetrina.kernel.db import Reads
from vetrina.kernel.errors import BadInput
from vetrina.shop.cart.rules import MOST_METAFIELDS
from vetrina.shop.metafields import service as metafields
from vetrina.shop.metafields.models import Metafield
from vetrina.shop.metafields.rules import Entry, checked_entry
from vetrina.views.metafields import MetafieldRow, metafields_of

Path = tuple[str, ...]

OWNER = "Cart"


class MetafieldsOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a change of metafields: those set, in the order given, or what is wrong."""

    metafields: tuple[MetafieldRow, ...] = ()
    deleted_id: int | None = None
    errors: tuple[CartProblem, ...] = ()


async def set_metafields(ctx: Context, key: str, entries: Sequence[Entry]) -> MetafieldsOutcome:
    """Set metafields of a cart, all or none; setting what is there already changes nothing."""

    async def change(edit: Edit) -> None:
        for entry in checked:
            if await metafields.set_metafield(edit.session, OWNER, edit.cart.id, entry, edit.at):
                edit.touch()

    try:
        checked = checked_entries(ctx, entries, ("metafields",))
        outcome = await change_cart(ctx, key, change)
    except BadInput as refused:
        return MetafieldsOutcome(errors=(_value_problem(refused),))
    except CartRefused as refused:
        return MetafieldsOutcome(errors=_owner_problems(refused, ("metafields", "0", "owner_id")))
    assert outcome.cart is not None
    names = list(dict.fromkeys((entry.namespace, entry.key) for entry in checked))
    found = await metafields_of(ctx, OWNER, [outcome.cart.id], names)
    return MetafieldsOutcome(metafields=tuple(found[outcome.cart.id, *name] for name in names))


async def delete_metafield(ctx: Context, key: str, namespace: str, name: str) -> MetafieldsOutcome:
    """Delete one metafield of a cart."""

    async def change(edit: Edit) -> None:
        found = await edit.session.value(_FIND, {"cart_id": edit.cart.id, "namespace_": namespace, "key_": name})
        if found is None:
            message = "The cart has no such metafield."
            raise CartRefused(CartProblem(code="METAFIELD_DOES_NOT_EXIST", message=message, field=("input", "key")))
        await metafields.delete_metafield(edit.session, OWNER, edit.cart.id, namespace, name)
        edit.deleted_id = found
        edit.touch()

    try:
        outcome = await change_cart(ctx, key, change)
    except CartRefused as refused:
        return MetafieldsOutcome(errors=_owner_problems(refused, ("input", "owner_id")))
    return MetafieldsOutcome(deleted_id=outcome.deleted_id)


def checked_entries(ctx: Context, entries: Sequence[Entry], field: Path) -> tuple[Entry, ...]:
    """Metafields as they will be stored. Raises BadInput."""
    if len(entries) > MOST_METAFIELDS:
        raise BadInput(
            field=field,
            problem=f"At most {MOST_METAFIELDS} metafields can be set in one call.",
            reason="many",
            most=MOST_METAFIELDS,
        )
    declared = ctx.shop.metafield_types
    return tuple(checked_entry(entry, (*field, str(at)), OWNER, declared) for at, entry in enumerate(entries))


async def entries_of(reads: Reads, cart_id: int) -> tuple[Entry, ...]:
    """All metafields of a cart, as they could be set on another."""
    rows = await reads.fetch(_ENTRIES, {"cart_id": cart_id})
    return tuple(
        Entry(namespace=namespace, key=key, type=kind, value=value, description=description)
        for namespace, key, kind, value, description in rows
    )


def _value_problem(refused: BadInput) -> CartProblem:
    part = refused.field[-1] if refused.field else ""
    code = {"type": "INVALID_TYPE", "value": "INVALID_VALUE"}.get(part, "INVALID_VALUE")
    return CartProblem(code=code, message=refused.message, field=refused.field)


def _owner_problems(refused: CartRefused, field: Path) -> tuple[CartProblem, ...]:
    """What is wrong with the cart itself is, to the caller, a wrong owner."""
    return tuple(
        msgspec.structs.replace(problem, code="INVALID_OWNER", field=field)
        if problem.field == ("cart_id",)
        else problem
        for problem in refused.problems
    )


_FIND = select(Metafield.id).where(
    Metafield.owner_type == OWNER,
    Metafield.owner_id == bindparam("cart_id"),
    Metafield.namespace == bindparam("namespace_"),
    Metafield.key == bindparam("key_"),
)
_ENTRIES = (
    select(Metafield.namespace, Metafield.key, Metafield.type, Metafield.value, Metafield.description)
    .where(Metafield.owner_type == OWNER, Metafield.owner_id == bindparam("cart_id"))
    .order_by(Metafield.id)
)
