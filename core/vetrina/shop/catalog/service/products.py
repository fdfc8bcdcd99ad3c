"""Edit, publish and archive one product."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec import UNSET
from sqlalchemy import bindparam, delete, select, update

from vetrina.kernel.db import BigInt, Session, table_of
from vetrina.kernel.errors import NotFound
from vetrina.shop.catalog.models import Product, ProductTag, Variant
from vetrina.shop.catalog.rules import HandleTaken, ProductChanges, ProductIsArchived, check_publishable
from vetrina.shop.catalog.service.media import set_images
from vetrina.shop.catalog.service.texts import changed_texts, reindex, translate
from vetrina.vocabulary import ProductStatus

COLUMNS = (
    "title", "handle", "description_html", "vendor", "product_type", "is_gift_card", "seo_title", "seo_description",
)  # fmt: skip


class ProductRow(msgspec.Struct, frozen=True):
    """A product as its table holds it, locked for its editor."""

    id: int
    handle: str
    title: str
    description_html: str
    vendor: str
    product_type: str
    status: str
    is_gift_card: bool
    seo_title: str | None
    seo_description: str | None
    source_digest: str | None
    published_at: datetime | None


class Edit(msgspec.Struct, frozen=True):
    """What an edit changed, as the audit shows it; nothing when both are empty."""

    handle: str
    before: dict[str, Any]
    after: dict[str, Any]


async def count_sold(session: Session, pieces: Mapping[int, int]) -> None:
    """Let so many more pieces of each product count as sold lately; fewer, where the number is negative."""
    await session.execute_many(
        _SOLD, [{"product": product_id, "pieces": count} for product_id, count in sorted(pieces.items())]
    )


async def locked(session: Session, product_id: int) -> ProductRow:
    """The product, kept from other writers until the transaction ends. Raises NotFound."""
    found = await session.one(ProductRow, _LOCKED, {"product": product_id})
    if found is None:
        raise NotFound(field=("product_id",), what=f"The product {product_id}")
    return found


async def editable(session: Session, product_id: int) -> ProductRow:
    """The locked product, as long as it is not archived. Raises NotFound, ProductIsArchived."""
    product = await locked(session, product_id)
    if product.status == ProductStatus.ARCHIVED:
        raise ProductIsArchived(product_id=product_id)
    return product


async def edit(session: Session, product_id: int, changes: ProductChanges, *, language: str, at: datetime) -> Edit:
    """Write checked changes and the search words they lead to. Raises NotFound, ProductIsArchived, HandleTaken."""
    product = await editable(session, product_id)
    given = {name: getattr(changes, name) for name in COLUMNS}
    columns = {name: value for name, value in given.items() if value is not UNSET and value != getattr(product, name)}
    before = {name: getattr(product, name) for name in columns}
    after = dict(columns)
    if "handle" in columns:
        await _claim_handle(session, columns["handle"])
    if changes.tags is not UNSET:
        tags = await _tags(session, product_id)
        if tags != changes.tags:
            before["tags"], after["tags"] = list(tags), list(changes.tags)
            await _set_tags(session, product_id, changes.tags)
    if changes.images is not UNSET and await set_images(session, product_id, changes.images, at):
        after["images"] = len(changes.images)
    texts = await changed_texts(session, "Product", product_id, changes.texts)
    if texts:
        await translate(session, "Product", product_id, texts)
        after["texts"] = [f"{text.language}.{text.field}" for text in texts]
    if after:
        await set_columns(session, product_id, **columns, updated_at=at)
        await reindex(session, [product_id], language)
    return Edit(columns.get("handle", product.handle), before, after)


async def publish(session: Session, product_id: int, *, from_: datetime, at: datetime) -> Edit:
    """Put a product on sale from a time on. Raises NotFound, ProductIsArchived."""
    product = await locked(session, product_id)
    check_publishable(product_id, product.status)
    return await _set_publication(session, product, ProductStatus.ACTIVE, from_, at)


async def unpublish(session: Session, product_id: int, *, at: datetime) -> Edit:
    """Take a product off sale; it becomes a draft. Raises NotFound, ProductIsArchived."""
    product = await locked(session, product_id)
    check_publishable(product_id, product.status)
    return await _set_publication(session, product, ProductStatus.DRAFT, None, at)


async def archive(session: Session, product_id: int, *, at: datetime) -> Edit:
    """Take a product off sale for good, with its variants; a second time changes nothing. Raises NotFound."""
    product = await locked(session, product_id)
    if product.status == ProductStatus.ARCHIVED:
        return Edit(product.handle, {}, {})
    await session.execute(_ARCHIVE_VARIANTS, {"product": product_id, "at_": at})
    return await _set_publication(session, product, ProductStatus.ARCHIVED, None, at)


async def touch(session: Session, product_id: int, at: datetime) -> None:
    """Say that something of the product changed."""
    await set_columns(session, product_id, updated_at=at)


async def set_columns(session: Session, product_id: int, **columns: Any) -> None:
    """Write some of a product's columns."""
    table = table_of(Product)
    statement = (
        update(table)
        .where(table.c.id == bindparam("product"))
        .values({name: bindparam(f"{name}_") for name in sorted(columns)})
    )
    await session.execute(statement, {"product": product_id, **{f"{key}_": value for key, value in columns.items()}})


async def _claim_handle(session: Session, handle: str) -> None:
    if await session.fetch(_HOLDER, {"handle_": handle}):
        raise HandleTaken(field=("handle",), handle=handle)


async def _set_publication(
    session: Session, product: ProductRow, status: ProductStatus, published_at: datetime | None, at: datetime
) -> Edit:
    if (product.status, product.published_at) == (status, published_at):
        return Edit(product.handle, {}, {})
    await set_columns(session, product.id, status=status.value, published_at=published_at, updated_at=at)
    return Edit(
        product.handle,
        {"status": product.status, "published_at": product.published_at},
        {"status": status.value, "published_at": published_at},
    )


async def _tags(session: Session, product_id: int) -> tuple[str, ...]:
    return tuple(tag for (tag,) in await session.fetch(_TAGS, {"product": product_id}))


async def _set_tags(session: Session, product_id: int, tags: Sequence[str]) -> None:
    await session.execute(_UNTAG, {"product": product_id})
    rows = [{"product_id": product_id, "tag": tag, "position": position} for position, tag in enumerate(tags)]
    await session.add_many(ProductTag, rows)


_SOLD = (
    update(table_of(Product))
    .values(selling_rank=table_of(Product).c.selling_rank - bindparam("pieces", type_=BigInt))
    .where(table_of(Product).c.id == bindparam("product", type_=BigInt))
)
_LOCKED = (
    select(
        Product.id,
        Product.handle,
        Product.title,
        Product.description_html,
        Product.vendor,
        Product.product_type,
        Product.status,
        Product.is_gift_card,
        Product.seo_title,
        Product.seo_description,
        Product.source_digest,
        Product.published_at,
    )
    .where(Product.id == bindparam("product"))
    .with_for_update()
)
_HOLDER = select(Product.id).where(Product.handle == bindparam("handle_"))
_TAGS = select(ProductTag.tag).where(ProductTag.product_id == bindparam("product")).order_by(ProductTag.position)
_UNTAG = delete(table_of(ProductTag)).where(ProductTag.product_id == bindparam("product"))
_ARCHIVE_VARIANTS = (
    update(table_of(Variant))
    .where(Variant.product_id == bindparam("product"), Variant.archived_at.is_(None))
    .values(archived_at=bindparam("at_"), updated_at=bindparam("at_"))
)
