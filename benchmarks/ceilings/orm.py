"""An ordinary application: strawberry types over ORM entities, a DataLoader per relation, both document caches.

It answers the list page over the same tables. On PostgreSQL every loader has a session of its own, because sibling
loaders run at once; on SQLite sessions are synchronous, which spares it the thread hops of an asynchronous driver.
"""

from collections import defaultdict
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Protocol

import msgspec
import strawberry
from benchmarks.ceilings.asked import Question, asked
from benchmarks.floors.words import amount, cursor
from litestar import Litestar
from sqlalchemy import ColumnElement, create_engine, func, select
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import sessionmaker
from strawberry.dataloader import DataLoader
from strawberry.extensions import ParserCache, ValidationCache

from vetrina.shop.catalog.models import Collection, CollectionProduct, Media, Product, ProductMedia, Variant
from vetrina.shop.inventory.models import Level, Location
from vetrina.shop.pricing.models import Price

BASE_URL = "https://shop.test"


class Rows(Protocol):
    """Runs a select in a session; its rows."""

    async def __call__(self, statement: Any) -> Sequence[Any]: ...


class Asked(dict[str, Any]):
    """One request's loaders, made as they are needed."""

    def __init__(self, rows: Rows) -> None:
        super().__init__()
        self.rows = rows

    def loader(self, name: str, load: Callable[[Rows, list[int]], Any]) -> DataLoader[int, Any]:
        if name not in self:

            async def batch(keys: list[int]) -> list[Any]:
                return await load(self.rows, keys)

            self[name] = DataLoader(load_fn=batch)
        return self[name]


Info = strawberry.Info[Asked, None]


@strawberry.type
class MoneyV2:
    amount: str
    currency_code: str


@strawberry.type
class Image:
    url: str
    alt_text: str | None
    width: int | None
    height: int | None


@strawberry.type
class PriceRange:
    min_variant_price: MoneyV2
    max_variant_price: MoneyV2


@strawberry.type(name="Collection")
class CollectionType:
    handle: str
    title: str


@strawberry.type(name="ProductVariant")
class VariantType:
    entity: strawberry.Private[Variant]

    @strawberry.field
    def id(self) -> strawberry.ID:
        return strawberry.ID(f"gid://vetrina/ProductVariant/{self.entity.id}")

    @strawberry.field
    def title(self) -> str:
        return self.entity.title

    @strawberry.field
    def sku(self) -> str | None:
        return self.entity.sku

    @strawberry.field
    async def available_for_sale(self, info: Info) -> bool:
        levels = await info.context.loader("levels", _levels).load(self.entity.id)
        room = sum(level.on_hand - level.reserved + level.backorder_limit for level in levels)
        return not levels or room >= self.entity.quantity_minimum

    @strawberry.field
    async def quantity_available(self, info: Info) -> int | None:
        levels = await info.context.loader("levels", _levels).load(self.entity.id)
        return max(0, sum(level.on_hand - level.reserved for level in levels)) if levels else None

    @strawberry.field
    async def price(self, info: Info) -> MoneyV2:
        price: Price = await info.context.loader("prices", _prices).load(self.entity.id)
        return _money(price.amount)


@strawberry.type
class VariantConnection:
    nodes: list[VariantType]


@strawberry.type
class CollectionConnection:
    nodes: list[CollectionType]


@strawberry.type(name="Product")
class ProductType:
    entity: strawberry.Private[Product]

    @strawberry.field
    def id(self) -> strawberry.ID:
        return strawberry.ID(f"gid://vetrina/Product/{self.entity.id}")

    @strawberry.field
    def handle(self) -> str:
        return self.entity.handle

    @strawberry.field
    def title(self) -> str:
        return self.entity.title

    @strawberry.field
    def vendor(self) -> str:
        return self.entity.vendor

    @strawberry.field
    async def featured_image(self, info: Info) -> Image | None:
        found: list[Media] = await info.context.loader("media", _media).load(self.entity.id)
        if not found:
            return None
        first = found[0]
        return Image(url=f"{BASE_URL}/media/{first.url}", alt_text=first.alt, width=first.width, height=first.height)

    @strawberry.field
    async def price_range(self, info: Info) -> PriceRange:
        variants: list[Variant] = await info.context.loader("variants", _variants).load(self.entity.id)
        prices = await info.context.loader("prices", _prices).load_many([variant.id for variant in variants])
        amounts = [price.amount for price in prices]
        return PriceRange(min_variant_price=_money(min(amounts)), max_variant_price=_money(max(amounts)))

    @strawberry.field
    async def variants(self, info: Info, first: int) -> VariantConnection:
        variants: list[Variant] = await info.context.loader("variants", _variants).load(self.entity.id)
        return VariantConnection(nodes=[VariantType(entity=variant) for variant in variants[:first]])

    @strawberry.field
    async def collections(self, info: Info, first: int) -> CollectionConnection:
        found: list[Collection] = await info.context.loader("collections", _collections).load(self.entity.id)
        nodes = [CollectionType(handle=one.handle, title=one.title) for one in found[:first]]
        return CollectionConnection(nodes=nodes)


@strawberry.type
class PageInfo:
    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@strawberry.type
class ProductConnection:
    page_info: PageInfo
    nodes: list[ProductType]


@strawberry.type
class Query:
    @strawberry.field
    async def products(self, info: Info, first: int) -> ProductConnection:
        statement = select(Product).where(Product.status == "active", Product.published_at <= func.now())
        rows = await info.context.rows(statement.order_by(Product.id).limit(first + 1))
        products = [product for (product,) in rows[:first]]
        return ProductConnection(
            page_info=PageInfo(
                has_next_page=len(rows) > first,
                has_previous_page=False,
                start_cursor=cursor(products[0].id) if products else None,
                end_cursor=cursor(products[-1].id) if products else None,
            ),
            nodes=[ProductType(entity=product) for product in products],
        )


@asynccontextmanager
async def orm_app(url: str) -> AsyncGenerator[Litestar]:
    """The application over a shop's database, at /graphql."""
    schema = strawberry.Schema(Query, extensions=[ParserCache, ValidationCache])
    async with _session_rows(url) as rows:

        async def answer(question: Question) -> bytes:
            result = await schema.execute(question.query, question.variables, Asked(rows))
            assert not result.errors, result.errors
            return msgspec.json.encode({"data": result.data})

        yield Litestar([asked("/graphql", answer)], openapi_config=None, logging_config=None)


@asynccontextmanager
async def _session_rows(url: str) -> AsyncGenerator[Rows]:
    if url.startswith("sqlite"):
        engine = create_engine(url)
        sessions = sessionmaker(engine, expire_on_commit=False)

        async def rows_here(statement: Any) -> Sequence[Any]:
            with sessions() as session:
                return session.execute(statement).all()

        yield rows_here
        engine.dispose()
        return
    pool = create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://"), pool_size=8)
    makers = async_sessionmaker(pool, expire_on_commit=False)

    async def rows_there(statement: Any) -> Sequence[Any]:
        async with makers() as session:
            return (await session.execute(statement)).all()

    yield rows_there
    await pool.dispose()


async def _variants(rows: Rows, product_ids: list[int]) -> list[Any]:
    statement = select(Variant).where(Variant.product_id.in_(product_ids), Variant.archived_at.is_(None))
    found = await rows(statement.order_by(Variant.position, Variant.id))
    return _grouped(product_ids, ((variant.product_id, variant) for (variant,) in found))


async def _prices(rows: Rows, variant_ids: list[int]) -> list[Any]:
    found = await rows(select(Price).where(Price.variant_id.in_(variant_ids), Price.price_list_id == 1))
    prices = {price.variant_id: price for (price,) in found}
    return [prices[key] for key in variant_ids]


async def _levels(rows: Rows, variant_ids: list[int]) -> list[Any]:
    active: ColumnElement[bool] = Location.is_active.is_(True)
    statement = select(Level).join(Location, Location.id == Level.location_id).where(active)
    found = await rows(statement.where(Level.variant_id.in_(variant_ids)))
    return _grouped(variant_ids, ((level.variant_id, level) for (level,) in found))


async def _media(rows: Rows, product_ids: list[int]) -> list[Any]:
    statement = select(ProductMedia.product_id, Media).join(Media, Media.id == ProductMedia.media_id)
    found = await rows(statement.where(ProductMedia.product_id.in_(product_ids)).order_by(ProductMedia.position))
    return _grouped(product_ids, found)


async def _collections(rows: Rows, product_ids: list[int]) -> list[Any]:
    statement = select(CollectionProduct.product_id, Collection).join(
        Collection, Collection.id == CollectionProduct.collection_id
    )
    found = await rows(statement.where(CollectionProduct.product_id.in_(product_ids)).order_by(Collection.id))
    return _grouped(product_ids, found)


def _grouped(keys: list[int], pairs: Any) -> list[Any]:
    found = defaultdict[int, list[Any]](list)
    for owner, entity in pairs:
        found[owner].append(entity)
    return [found[key] for key in keys]


def _money(cents: int) -> MoneyV2:
    return MoneyV2(amount=amount(cents), currency_code="EUR")
