"""References of typed values: what a metafield or a metaobject's field of a reference type leads to."""

from collections.abc import Sequence
from typing import Any, Protocol

import msgspec

from vetrina.graphql.connections import Connection, connect_list, write_cursor
from vetrina.graphql.fields import Info, ctx_of
from vetrina.graphql.ids import split_gid
from vetrina.kernel.errors import BadInput
from vetrina.views.nodes import Key, nodes_by_key

FILES = ("GenericFile", "MediaImage", "Model3d", "Video")
REFERENCES = {
    "article_reference": ("Article",),
    "collection_reference": ("Collection",),
    "file_reference": FILES,
    "metaobject_reference": ("Metaobject",),
    "mixed_reference": ("Article", "Collection", *FILES, "Metaobject", "Page", "Product", "ProductVariant"),
    "page_reference": ("Page",),
    "product_reference": ("Product",),
    "variant_reference": ("ProductVariant",),
}
"""What a value of each type may refer to, if it is published; with list. before it, to several."""


class TypedValue(Protocol):
    """A value as the public API writes it, and its type."""

    @property
    def type(self) -> str: ...

    @property
    def value(self) -> str | None: ...


async def load_reference(rows: Sequence[TypedValue], info: Info) -> list[Any]:
    """What each value of a single reference refers to, if a buyer may see it."""
    wanted = [[] if _is_list(row) else _referred(row) for row in rows]
    found = await nodes_by_key(ctx_of(info), [key for keys in wanted for key in keys])
    return [found.get(keys[0]) if keys else None for keys in wanted]


async def load_references(
    rows: Sequence[TypedValue],
    info: Info,
    after: str | None = None,
    before: str | None = None,
    first: int | None = None,
    last: int | None = None,
) -> list[Connection[Any] | None]:
    """What each value of a list of references refers to; null for other types."""
    wanted = [_referred(row) if _is_list(row) else [] for row in rows]
    found = await nodes_by_key(ctx_of(info), [key for keys in wanted for key in keys])

    def connected(keys: list[Key]) -> Connection[Any]:
        seen = [found[key] for key in keys if key in found]
        return connect_list(seen, _cursor, first=first, last=last, after=after, before=before)

    return [connected(keys) if _is_list(row) else None for row, keys in zip(rows, wanted, strict=True)]


def _is_list(row: TypedValue) -> bool:
    return row.type.startswith("list.") and row.type.removeprefix("list.") in REFERENCES


def _referred(row: TypedValue) -> list[Key]:
    """The type and key of everything a value of a reference type names; other types name nothing."""
    kind = row.type.removeprefix("list.")
    if kind not in REFERENCES or row.value is None:
        return []
    try:
        ids = msgspec.json.decode(row.value, type=list[str]) if row.type.startswith("list.") else [row.value]
        keys = [split_gid(one) for one in ids]
    except (msgspec.MsgspecError, BadInput):
        return []
    return list(dict.fromkeys(key for key in keys if key[0] in REFERENCES[kind]))


def _cursor(row: Any) -> str:
    return write_cursor(row.type_name, str(row.id))
