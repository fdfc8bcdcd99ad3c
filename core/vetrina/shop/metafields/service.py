"""Set and delete metafields of whatever noun owns them; keep what the staff has defined of them."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec
from sqlalchemy import bindparam, delete, func, or_, select, update

from vetrina.kernel.db import Session, id_in, table_of
from vetrina.kernel.errors import NotFound
from vetrina.shop.metafields.models import Metafield, MetafieldDefinition
from vetrina.shop.metafields.rules import Definition, DefinitionTaken, Entry, OtherTypeInUse


async def set_metafield(session: Session, owner_type: str, owner_id: int, entry: Entry, at: datetime) -> bool:
    """Set one checked metafield; whether that changed anything."""
    key = {"owner_type": owner_type, "owner_id": owner_id, "namespace": entry.namespace, "key": entry.key}
    values = {"type": entry.type, "value": entry.value, "description": entry.description, "updated_at": at}
    changed = await session.execute(_CHANGE, {f"{name}_": value for name, value in {**key, **values}.items()})
    return changed == 1 or await session.add_if_absent(Metafield, **key, **values, created_at=at)


async def set_first_metafields(
    session: Session, owner_type: str, owned: Iterable[tuple[int, Sequence[Entry]]], at: datetime
) -> None:
    """Set metafields of owners made in this transaction, which have none, in one round trip."""
    rows = [
        {
            "owner_type": owner_type,
            "owner_id": owner_id,
            "namespace": entry.namespace,
            "key": entry.key,
            "type": entry.type,
            "value": entry.value,
            "description": entry.description,
            "created_at": at,
            "updated_at": at,
        }
        for owner_id, entries in owned
        for entry in {(entry.namespace, entry.key): entry for entry in entries}.values()
    ]
    await session.add_many(Metafield, rows)


async def delete_metafield(session: Session, owner_type: str, owner_id: int, namespace: str, key: str) -> bool:
    """Delete one metafield; whether it was there."""
    found = {"owner_type_": owner_type, "owner_id_": owner_id, "namespace_": namespace, "key_": key}
    return await session.execute(_DELETE, found) == 1


async def forget_owners(session: Session, owner_type: str, owner_ids: Sequence[int]) -> int:
    """Delete all metafields of owners that go; how many."""
    return await session.execute(_FORGET, {"owner_type_": owner_type, "owner_ids": owner_ids})


async def forget_key(session: Session, owner_type: str, namespace: str, key: str) -> int:
    """Delete one metafield of every owner of a type; how many."""
    return await session.execute(_FORGET_KEY, {"owner_type_": owner_type, "namespace_": namespace, "key_": key})


async def define(session: Session, new: Definition, at: datetime) -> int:
    """Keep a checked definition; its id. Raises DefinitionTaken, OtherTypeInUse."""
    await _check_values(session, new)
    if await session.fetch(_DEFINED, _name_of(new)):
        raise DefinitionTaken(field=("key",), namespace=new.namespace, key=new.key)
    return await session.insert(MetafieldDefinition, **msgspec.structs.asdict(new), updated_at=at)


async def redefine(session: Session, definition_id: int, new: Definition, at: datetime) -> None:
    """Write a definition anew; what it defines stays. Raises NotFound, OtherTypeInUse."""
    await _check_values(session, new)
    changed = await session.execute(
        _REDEFINE,
        {
            "definition_": definition_id,
            "type_": new.type,
            "names_": new.names,
            "description_": new.description,
            "is_filterable_": new.is_filterable,
            "at_": at,
        },
    )
    if not changed:
        raise NotFound(what="The definition")


async def undefine(session: Session, definition_id: int) -> None:
    """Forget a definition; values stay as they are."""
    await session.execute(_UNDEFINE, {"definition_": definition_id})


async def _check_values(session: Session, new: Definition) -> None:
    """Nothing that stands may be of another type than it is said to be."""
    count = await session.value(_OF_ANOTHER_TYPE, {**_name_of(new), "type_": new.type})
    if count:
        raise OtherTypeInUse(field=("type",), namespace=new.namespace, key=new.key, count=count)


def _name_of(definition: Definition) -> dict[str, str]:
    return {
        "owner_type_": definition.owner_type,
        "namespace_": definition.namespace,
        "key_": definition.key,
    }


_DEFINED = select(MetafieldDefinition.id).where(
    MetafieldDefinition.owner_type == bindparam("owner_type_"),
    MetafieldDefinition.namespace == bindparam("namespace_"),
    MetafieldDefinition.key == bindparam("key_"),
)
_REDEFINE = (
    update(table_of(MetafieldDefinition))
    .where(MetafieldDefinition.id == bindparam("definition_"))
    .values(
        type=bindparam("type_"),
        names=bindparam("names_"),
        description=bindparam("description_"),
        is_filterable=bindparam("is_filterable_"),
        updated_at=bindparam("at_"),
    )
)
_UNDEFINE = delete(table_of(MetafieldDefinition)).where(MetafieldDefinition.id == bindparam("definition_"))
_OF_ANOTHER_TYPE = select(func.count()).where(
    Metafield.owner_type == bindparam("owner_type_"),
    Metafield.namespace == bindparam("namespace_"),
    Metafield.key == bindparam("key_"),
    Metafield.type != bindparam("type_"),
)
_HERE = (
    Metafield.owner_type == bindparam("owner_type_"),
    Metafield.owner_id == bindparam("owner_id_"),
    Metafield.namespace == bindparam("namespace_"),
    Metafield.key == bindparam("key_"),
)
_CHANGE = (
    update(table_of(Metafield))
    .where(
        *_HERE,
        or_(
            Metafield.type != bindparam("type_"),
            Metafield.value != bindparam("value_"),
            Metafield.description.is_distinct_from(bindparam("description_", type_=Metafield.description.type)),
        ),
    )
    .values(
        type=bindparam("type_"),
        value=bindparam("value_"),
        description=bindparam("description_"),
        updated_at=bindparam("updated_at_"),
    )
)
_DELETE = delete(table_of(Metafield)).where(*_HERE)
_FORGET = delete(table_of(Metafield)).where(
    Metafield.owner_type == bindparam("owner_type_"), id_in(Metafield.owner_id, "owner_ids")
)
_FORGET_KEY = delete(table_of(Metafield)).where(
    Metafield.owner_type == bindparam("owner_type_"),
    Metafield.namespace == bindparam("namespace_"),
    Metafield.key == bindparam("key_"),
)
