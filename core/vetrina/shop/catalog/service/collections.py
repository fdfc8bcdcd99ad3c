"""Create and edit collections, and put products in their places."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec import UNSET
from sqlalchemy import bindparam, delete, func, select, update

from vetrina.kernel.db import Session, id_in, table_of, text_in
from vetrina.kernel.errors import NotFound
from vetrina.shop.catalog.models import Collection, CollectionProduct, Media, Product
from vetrina.shop.catalog.rules import CollectionChanges, CollectionSheet, HandleTaken, ImageSheet, slug
from vetrina.shop.catalog.service.creation import media_row
from vetrina.shop.catalog.service.files import measure_known
from vetrina.shop.catalog.service.handles import free_handles
from vetrina.shop.catalog.service.texts import changed_texts, translate

COLUMNS = ("title", "handle", "description_html", "seo_title", "seo_description")


class CreatedCollection(msgspec.Struct, frozen=True):
    """What a new collection is called now."""

    collection_id: int
    handle: str


class CollectionEdit(msgspec.Struct, frozen=True):
    """What an edit changed, as the audit shows it; nothing when both are empty."""

    before: dict[str, Any]
    after: dict[str, Any]


class _CollectionRow(msgspec.Struct, frozen=True):
    id: int
    handle: str
    title: str
    description_html: str
    seo_title: str | None
    seo_description: str | None
    image_id: int | None
    published_at: datetime | None


async def create_collection(session: Session, sheet: CollectionSheet, *, at: datetime) -> CreatedCollection:
    """Write a checked sheet as a collection; a handle that is taken gets a number."""
    (handle,) = await free_handles(session, Collection, [sheet.handle or slug(sheet.title, "collection")])
    collection_id = await session.insert(
        Collection,
        handle=handle,
        title=sheet.title,
        description_html=sheet.description_html,
        seo_title=sheet.seo_title,
        seo_description=sheet.seo_description,
        image_id=await _picture(session, sheet.image, at) if sheet.image else None,
        published_at=at if sheet.is_published else None,
        created_at=at,
        updated_at=at,
    )
    await translate(session, "Collection", collection_id, sheet.texts)
    return CreatedCollection(collection_id, handle)


async def edit_collection(
    session: Session, collection_id: int, changes: CollectionChanges, *, at: datetime
) -> CollectionEdit:
    """Write checked changes. Raises NotFound, HandleTaken."""
    collection = await _locked(session, collection_id)
    given = {name: getattr(changes, name) for name in COLUMNS}
    if changes.image is not UNSET:
        given["image_id"] = await _picture(session, changes.image, at) if changes.image else None
    if changes.is_published is not UNSET and changes.is_published != (collection.published_at is not None):
        given["published_at"] = at if changes.is_published else None
    columns = {
        name: value for name, value in given.items() if value is not UNSET and value != getattr(collection, name)
    }
    if "handle" in columns and await session.fetch(_HOLDER, {"handle_": columns["handle"]}):
        raise HandleTaken(field=("handle",), handle=columns["handle"])
    before, after = {name: getattr(collection, name) for name in columns}, dict(columns)
    texts = await changed_texts(session, "Collection", collection_id, changes.texts)
    if texts:
        await translate(session, "Collection", collection_id, texts)
        after["texts"] = [f"{text.language}.{text.field}" for text in texts]
    if after:
        await _set_columns(session, collection_id, **columns, updated_at=at)
    return CollectionEdit(before, after)


async def put_products(
    session: Session, collection_id: int, product_ids: Sequence[int], *, position: int | None, at: datetime
) -> bool:
    """Put products in a collection from a position on, in the order given; those already in it move.

    Without a position, or beyond the last, they come last. Whether anything moved. Raises NotFound.
    """
    await _locked(session, collection_id)
    wanted = list(dict.fromkeys(product_ids))
    known = {product_id for (product_id,) in await session.fetch(_KNOWN, {"product_ids": wanted})}
    for product_id in wanted:
        if product_id not in known:
            raise NotFound(field=("product_ids",), what=f"The product {product_id}")
    standing = dict(await session.fetch(_PLACES, {"collection": collection_id}))  # pyright: ignore[reportArgumentType]
    others = [product_id for product_id in standing if product_id not in set(wanted)]
    cut = len(others) if position is None else position
    order = [*others[:cut], *wanted, *others[cut:]]
    moved = False
    for place, product_id in enumerate(order):
        if standing.get(product_id) != place:
            await session.put(
                CollectionProduct,
                ("collection_id", "product_id"),
                collection_id=collection_id,
                product_id=product_id,
                position=place,
            )
            moved = True
    if moved:
        await _set_columns(session, collection_id, updated_at=at)
    return moved


async def take_out(session: Session, collection_id: int, product_ids: Sequence[int], *, at: datetime) -> int:
    """Take products out of a collection; how many were in it. Raises NotFound."""
    await _locked(session, collection_id)
    gone = await session.execute(_TAKE_OUT, {"collection": collection_id, "product_ids": list(product_ids)})
    if gone:
        await _set_columns(session, collection_id, updated_at=at)
    return gone


async def titled(session: Session, titles: Sequence[str], *, at: datetime) -> dict[str, int]:
    """Collections by title: those there are, the oldest of each title, and new ones for the rest."""
    wanted = list(dict.fromkeys(titles))
    found: dict[str, int] = {}
    for title, collection_id in await session.fetch(_TITLED, {"titles": wanted}):
        found.setdefault(title, collection_id)
    for title in wanted:
        if title not in found:
            found[title] = (await create_collection(session, CollectionSheet(title=title), at=at)).collection_id
    return found


async def append(session: Session, memberships: Sequence[tuple[int, int]]) -> set[int]:
    """Put products last in collections, given as pairs of collection and product; which products were not in yet."""
    collection_ids = sorted({collection_id for collection_id, _ in memberships})
    product_ids = sorted({product_id for _, product_id in memberships})
    standing = set(await session.fetch(_MEMBERS, {"collection_ids": collection_ids, "product_ids": product_ids}))
    last = dict(await session.fetch(_LAST, {"collection_ids": collection_ids}))  # pyright: ignore[reportArgumentType]
    rows: list[dict[str, int]] = []
    for collection_id, product_id in dict.fromkeys(memberships):
        if (collection_id, product_id) not in standing:
            last[collection_id] = last[collection_id] + 1
            rows.append({"collection_id": collection_id, "product_id": product_id, "position": last[collection_id]})
    await session.add_many(CollectionProduct, rows)
    return {row["product_id"] for row in rows}


async def _locked(session: Session, collection_id: int) -> _CollectionRow:
    found = await session.one(_CollectionRow, _LOCKED, {"collection": collection_id})
    if found is None:
        raise NotFound(field=("collection_id",), what=f"The collection {collection_id}")
    return found


async def _picture(session: Session, image: ImageSheet, at: datetime) -> int:
    row = media_row(0, image, at)
    await measure_known(session, [row])
    del row["id"]
    return await session.insert(Media, **row)


async def _set_columns(session: Session, collection_id: int, **columns: Any) -> None:
    table = table_of(Collection)
    statement = (
        update(table)
        .where(table.c.id == bindparam("collection"))
        .values({name: bindparam(f"{name}_") for name in sorted(columns)})
    )
    values = {f"{key}_": value for key, value in columns.items()}
    await session.execute(statement, {"collection": collection_id, **values})


_LOCKED = (
    select(
        Collection.id,
        Collection.handle,
        Collection.title,
        Collection.description_html,
        Collection.seo_title,
        Collection.seo_description,
        Collection.image_id,
        Collection.published_at,
    )
    .where(Collection.id == bindparam("collection"))
    .with_for_update()
)
_HOLDER = select(Collection.id).where(Collection.handle == bindparam("handle_"))
_KNOWN = select(Product.id).where(id_in(Product.id, "product_ids"))
_PLACES = (
    select(CollectionProduct.product_id, CollectionProduct.position)
    .where(CollectionProduct.collection_id == bindparam("collection"))
    .order_by(CollectionProduct.position, CollectionProduct.product_id)
)
_TAKE_OUT = delete(table_of(CollectionProduct)).where(
    CollectionProduct.collection_id == bindparam("collection"),
    id_in(CollectionProduct.product_id, "product_ids", is_long=True),
)
_TITLED = select(Collection.title, Collection.id).where(text_in(Collection.title, "titles")).order_by(Collection.id)
_MEMBERS = select(CollectionProduct.collection_id, CollectionProduct.product_id).where(
    id_in(CollectionProduct.collection_id, "collection_ids"),
    id_in(CollectionProduct.product_id, "product_ids", is_long=True),
)
# One look at the end of the index per collection, however many products it has.
_LAST = select(
    Collection.id,
    func.coalesce(
        select(func.max(CollectionProduct.position))
        .where(CollectionProduct.collection_id == Collection.id)
        .scalar_subquery(),
        -1,
    ).label("last"),
).where(id_in(Collection.id, "collection_ids"))
