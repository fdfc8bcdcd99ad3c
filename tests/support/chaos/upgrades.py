"""Deeds on files and tables: a catalogue is imported, a plugin's tables are made and changed."""

import asyncio
import shutil
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar

from sqlalchemy import select, text
from tests.support.chaos.buying import Deed, Told

from vetrina.flows import imports
from vetrina.flows.plugins import switch_off, switch_on
from vetrina.kernel import migrate
from vetrina.kernel.migrate import Migrated
from vetrina.ports import CatalogueFormat, Policy, PriceDraft, ProductDraft, RowProblem, VariantDraft
from vetrina.shop.catalog.models import Product
from vetrina.testing.shop import Workshop

OUTSIDE = Path(__file__).parents[2] / "outside_plugin"
PRODUCTS = 7


class Shelf:
    """A catalogue of a few products that are in no file."""

    policy: ClassVar[Policy] = CatalogueFormat.policy
    title = "A shelf"

    def __init__(self, name: str) -> None:
        self.name = name

    def recognises(self, path: Path) -> bool:
        return False

    def read(self, path: Path) -> Iterator[ProductDraft | RowProblem]:
        for number in range(PRODUCTS):
            variant = VariantDraft(prices=(PriceDraft(currency="EUR", amount=Decimal(5)),), stock=3)
            title = f"{self.name} {number}"
            yield ProductDraft(source_key=f"p{number}", first_row=number + 1, title=title, variants=(variant,))


async def prepare_import(shop: Workshop, tell: Told) -> Deed:
    """A catalogue of several batches; a run that was stopped goes on when it is started again."""
    name = f"shelf-{int(shop.clock.now().timestamp())}"
    tell(source=name)
    return lambda: _import(shop, name)


async def import_again(shop: Workshop, told: Mapping[str, Any]) -> None:
    """Afterwards each product is there once."""
    await _import(shop, told["source"])
    titled = Product.title.startswith(told["source"])
    titles = [row[0] for row in await shop.db.fetch(select(Product.title).where(titled).order_by(Product.title))]
    assert titles == [f"{told['source']} {number}" for number in range(PRODUCTS)], titles


async def _import(shop: Workshop, name: str) -> None:
    imports.PRODUCTS_AT_ONCE = 3
    await imports.import_products(shop.ctx, Shelf(name), Path(), source=name)


async def prepare_first(shop: Workshop, tell: Told) -> Deed:
    """A plugin's tables are made, and it is switched on."""
    first, second = _folders(shop)
    await asyncio.to_thread(migrate.remove, shop.settings.database_url, second, "wishes")
    await switch_off(shop.ctx, ["bell"])
    return lambda: _make(shop, first)


async def first_again(shop: Workshop, told: Mapping[str, Any]) -> None:
    """Afterwards the table is there, in its first form, and another run has nothing to do."""
    first, _ = _folders(shop)
    await _make(shop, first)
    await _check(shop, first, "")


async def prepare_second(shop: Workshop, tell: Told) -> Deed:
    """A plugin whose tables are there, with a row in them, is brought to its second version."""
    first, second = _folders(shop)
    url = shop.settings.database_url
    await asyncio.to_thread(migrate.remove, url, second, "wishes")
    await asyncio.to_thread(migrate.upgrade_one, url, first, "wishes")
    return lambda: _upgrade(shop, second)


async def second_again(shop: Workshop, told: Mapping[str, Any]) -> None:
    """Afterwards the table has its second form, and another run has nothing to do."""
    _, second = _folders(shop)
    await _upgrade(shop, second)
    await _check(shop, second, "note")


async def _make(shop: Workshop, folders: Mapping[str, Path]) -> None:
    await _upgrade(shop, folders)
    await switch_on(shop.ctx, ["bell"])


async def _upgrade(shop: Workshop, folders: Mapping[str, Path]) -> None:
    _all_well(await asyncio.to_thread(migrate.upgrade_one, shop.settings.database_url, folders, "wishes"))


async def _check(shop: Workshop, folders: Mapping[str, Path], column: str) -> None:
    done = await asyncio.to_thread(migrate.upgrade_one, shop.settings.database_url, folders, "wishes")
    assert not done.done.get("wishes"), f"a second run did something: {done}"
    assert await shop.db.value(text("SELECT count(*) FROM wishes_wish")) == 0
    if column:
        await shop.db.value(text(f"SELECT max({column}) FROM wishes_wish"))


def _all_well(done: Migrated) -> None:
    assert not done.failed, done.failed


def _folders(shop: Workshop) -> tuple[dict[str, Path], dict[str, Path]]:
    """The folders of migrations of both versions; of the second the first is part, as in its wheel."""
    found = list[dict[str, Path]]()
    for number, layers in (("1", ("v1",)), ("2", ("v1", "v2"))):
        folder = Path(shop.settings.media_root).parent / f"wishes{number}"
        for layer in layers:
            source = OUTSIDE / layer / "vetrina_wishes" / "migrations"
            shutil.copytree(source, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
        found.append({"wishes": folder})
    return found[0], found[1]
