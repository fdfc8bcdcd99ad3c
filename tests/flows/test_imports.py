"""Catalogues are taken over whole product by whole product, and again without changing what did not change."""

import os
from collections.abc import Iterator
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any, ClassVar

import pytest
from msgspec.structs import replace
from sqlalchemy import func, select
from tests.support import shops
from tests.support.traces import actions, events, row_counts

from vetrina.flows import catalog, imports
from vetrina.flows.imports import FileNotUnderstood, ImportReport, NoSuchFormat, find_format, import_products, preview
from vetrina.flows.reporting import MOST_PROBLEMS
from vetrina.kernel.context import Actor, Context
from vetrina.kernel.errors import NotAllowed
from vetrina.kernel.registry import Provided
from vetrina.ports import (
    CatalogueFormat,
    ImageDraft,
    MetafieldDraft,
    PriceDraft,
    ProductDraft,
    RowProblem,
    TranslationDraft,
    VariantDraft,
)
from vetrina.shop.catalog.models import (
    Collection,
    CollectionProduct,
    Media,
    Product,
    ProductMedia,
    ProductTag,
    SearchTerm,
    Translation,
    Variant,
)
from vetrina.shop.inventory.models import Level, Movement
from vetrina.shop.metafields.models import Metafield
from vetrina.shop.pricing.models import Price
from vetrina_importers import OlistFolder, SaleorFixture, SpreeCsv, VendureCsv

SETS = Path(os.environ.get("VETRINA_DATA", Path(__file__).parents[3] / "shared" / "data"))
NOWHERE = Path("nowhere")


class Shelf(CatalogueFormat):
    """A reader of drafts that a test holds in its hand."""

    title = "Shelf"
    recognised: ClassVar[str] = ".shelf"

    def __init__(self, *items: ProductDraft | RowProblem) -> None:
        self.items = items

    def recognises(self, path: Path) -> bool:
        return path.suffix == self.recognised

    def read(self, path: Path) -> Iterator[ProductDraft | RowProblem]:
        yield from self.items


def euro(amount: str, compare_at: str | None = None, currency: str | None = "EUR") -> PriceDraft:
    return PriceDraft(currency=currency, amount=Decimal(amount), compare_at=Decimal(compare_at) if compare_at else None)


def variant(*options: tuple[str, str], price: str | None = "10", **fields: Any) -> VariantDraft:
    whole: dict[str, Any] = {"prices": (euro(price),) if price else (), **fields}
    return VariantDraft(options=options, **whole)


def draft(key: str, **fields: Any) -> ProductDraft:
    whole: dict[str, Any] = {"title": f"Product {key}", "variants": (variant(),), "first_row": 2, **fields}
    return ProductDraft(source_key=key, **whole)


RICH = draft(
    "rich",
    handle="Rich Oil",
    description_html="<p onclick=x>Green</p>",
    vendor="Frantoio",
    product_type="Oil",
    tags=("Bio",),
    collections=("Oils", "Gifts"),
    images=(ImageDraft(url="a.png", alt="A"), ImageDraft(url="b.png")),
    metafields=(MetafieldDraft(namespace="custom", key="year", type="number_integer", value="2025"),),
    translations=(TranslationDraft(language="it", field="title", value="Olio"),),
    variants=(
        variant(("Size", "S"), price="5", stock=3, sku="S-1", image="b.png", weight=500),
        variant(("Size", "M"), prices=(euro("9", "10"), euro("8", currency="GBP")), stock=0, backorder=True),
    ),
)


async def run(ctx: Context, *items: ProductDraft | RowProblem, **options: Any) -> ImportReport:
    return await import_products(ctx, Shelf(*items), NOWHERE, source="test", **options)


def counts(report: ImportReport) -> tuple[int, int, int, int, int]:
    return (report.read, report.created, report.updated, report.unchanged, report.skipped)


async def column(ctx: Context, statement: Any) -> list[Any]:
    return [row[0] for row in await ctx.db.fetch(statement)]


async def test_a_draft_becomes_a_product_with_all_it_brings(ctx: Context) -> None:
    report = await run(ctx, RICH)
    assert counts(report) == (1, 1, 0, 0, 0)
    assert (report.variants, report.prices) == (2, 3)
    row = select(Product.handle, Product.description_html, Product.vendor, Product.status, Product.source_key)
    assert await ctx.db.fetch(row) == [("rich-oil", "<p>Green</p>", "Frantoio", "active", "test:rich")]
    assert await column(ctx, select(Variant.title).order_by(Variant.position)) == ["S", "M"]
    prices = select(Price.amount, Price.compare_at).order_by(Price.variant_id, Price.price_list_id)
    assert await ctx.db.fetch(prices) == [(500, None), (900, 1_000), (800, None)]
    levels = await ctx.db.fetch(select(Level.on_hand, Level.backorder_limit).order_by(Level.variant_id))
    assert levels == [(3, 0), (0, 1_000_000)]
    assert await column(ctx, select(ProductTag.tag)) == ["Bio"]
    assert await column(ctx, select(Collection.title).order_by(Collection.id)) == ["Oils", "Gifts"]
    assert len(await column(ctx, select(CollectionProduct.product_id))) == 2
    assert await column(ctx, select(Media.url).order_by(Media.id)) == ["a.png", "b.png"]
    assert await column(ctx, select(Metafield.value)) == ["2025"]
    assert await column(ctx, select(Translation.value)) == ["Olio"]
    assert "olio" in await column(ctx, select(SearchTerm.term).where(SearchTerm.language == "it"))


async def test_a_second_run_writes_nothing_at_all(ctx: Context, clock: shops.StillClock) -> None:
    await run(ctx, RICH, draft("2"))
    before = await row_counts(ctx.db)
    clock.move(days=1)
    report = await run(ctx, replace(RICH, first_row=700), draft("2"))
    assert counts(report) == (2, 0, 0, 2, 0)
    assert (report.variants, report.prices) == (3, 4)
    assert await row_counts(ctx.db) == before


async def test_a_dry_run_counts_the_same_and_writes_nothing(ctx: Context) -> None:
    await run(ctx, draft("old"), draft("changing"))
    before = await row_counts(ctx.db)
    items = (draft("old"), draft("changing", title="Changed"), RICH, draft("bad", title=""))
    rehearsed = await run(ctx, *items, dry_run=True)
    assert await row_counts(ctx.db) == before
    done = await run(ctx, *items)
    assert counts(rehearsed) == counts(done) == (4, 1, 1, 1, 1)
    assert (rehearsed.variants, rehearsed.prices) == (done.variants, done.prices)


CHANGES: list[tuple[str, dict[str, Any]]] = [
    ("title", {"title": "Richer oil"}),
    ("description", {"description_html": "<p>Greener</p>"}),
    ("vendor", {"vendor": "Other"}),
    ("tags", {"tags": ("DOP", "Bio")}),
    ("pictures", {"images": (ImageDraft(url="b.png"), ImageDraft(url="c.png"))}),
    ("metafield", {"metafields": (replace(RICH.metafields[0], value="2026"),)}),
    ("translation", {"translations": (replace(RICH.translations[0], value="Oli"),)}),
    ("publication", {"published": False}),
    ("price", {"variants": (replace(RICH.variants[0], prices=(euro("6"),)), RICH.variants[1])}),
    ("another price",
     {"variants": (replace(RICH.variants[0], prices=(euro("5"), euro("4", currency="USD"))), RICH.variants[1])}),
    ("code", {"variants": (replace(RICH.variants[0], sku="S-2"), RICH.variants[1])}),
    ("one more variant", {"variants": (*RICH.variants, variant(("Size", "L")))}),
    ("one variant less", {"variants": RICH.variants[:1]}),
    ("order of variants", {"variants": RICH.variants[::-1]}),
    ("other options", {"variants": (variant(("Format", "1 l")),)}),
]  # fmt: skip


@pytest.mark.parametrize("fields", [fields for _, fields in CHANGES], ids=[name for name, _ in CHANGES])
async def test_what_changed_in_the_source_changes_here_once(
    ctx: Context, clock: shops.StillClock, fields: dict[str, Any]
) -> None:
    await run(ctx, RICH)
    product_id = await ctx.db.value(select(Product.id))
    clock.move(days=1)
    changed = replace(RICH, **fields)
    assert counts(await run(ctx, changed)) == (1, 0, 1, 0, 0)
    assert await events(ctx.db) == [
        ("ProductCreated", f"product:{product_id}"),
        ("ProductChanged", f"product:{product_id}"),
    ]
    before = await row_counts(ctx.db)
    assert counts(await run(ctx, changed)) == (1, 0, 0, 1, 0)
    assert await row_counts(ctx.db) == before
    fresh, found = await _as_new(ctx, changed), await _portrait(ctx, product_id)
    assert found == fresh


async def _as_new(ctx: Context, item: ProductDraft) -> dict[str, Any]:
    """What the draft looks like in a shop that never knew another version of it."""
    await import_products(ctx, Shelf(item), NOWHERE, source="another")
    return await _portrait(ctx, await ctx.db.value(select(func.max(Product.id))))


async def _portrait(ctx: Context, product_id: int) -> dict[str, Any]:
    """Everything a buyer could see of a product, without keys."""
    live = (Variant.product_id == product_id, Variant.archived_at.is_(None))
    return {
        "product": await ctx.db.fetch(
            select(Product.title, Product.description_html, Product.vendor, Product.status).where(
                Product.id == product_id
            )
        ),
        "tags": await ctx.db.fetch(
            select(ProductTag.tag).where(ProductTag.product_id == product_id).order_by(ProductTag.position)
        ),
        "pictures": await ctx.db.fetch(
            select(Media.url, Media.alt)
            .join(ProductMedia, ProductMedia.media_id == Media.id)
            .where(ProductMedia.product_id == product_id)
            .order_by(ProductMedia.position)
        ),
        "variants": await ctx.db.fetch(
            select(Variant.title, Variant.sku, Variant.weight, Media.url, Price.amount, Price.compare_at)
            .outerjoin(Media, Media.id == Variant.image_id)
            .outerjoin(Price, Price.variant_id == Variant.id)
            .where(*live)
            .order_by(Variant.position, Price.price_list_id)
        ),
        "stock": await ctx.db.fetch(
            select(Variant.title, Level.on_hand)
            .join(Level, Level.variant_id == Variant.id)
            .where(*live)
            .order_by(Variant.position)
        ),
        "metafields": await ctx.db.fetch(
            select(Metafield.key, Metafield.value).where(Metafield.owner_id == product_id)
        ),
        "texts": await ctx.db.fetch(
            select(Translation.language, Translation.value).where(
                Translation.owner_type == "Product", Translation.owner_id == product_id
            )
        ),
        "words": await ctx.db.fetch(
            select(SearchTerm.language, SearchTerm.term, SearchTerm.weight)
            .where(SearchTerm.product_id == product_id)
            .order_by(SearchTerm.language, SearchTerm.term)
        ),
    }


async def test_an_update_keeps_the_address_the_identity_and_what_the_staff_added(ctx: Context) -> None:
    await run(ctx, RICH)
    product_id, variants = await ctx.db.value(select(Product.id)), await column(ctx, select(Variant.id))
    shelf = await catalog.create_collection(ctx, catalog.CollectionSheet(title="Our choice"))
    await catalog.put_in_collection(ctx, shelf.collection_id, (product_id,))
    await run(ctx, replace(RICH, title="Other", handle="other", collections=("Oils", "New")))
    assert await column(ctx, select(Product.handle)) == ["rich-oil"]
    assert await column(ctx, select(Variant.id)) == variants
    assert len(await column(ctx, select(CollectionProduct.collection_id))) == 4


async def test_live_stock_is_overwritten_only_when_asked(ctx: Context, clock: shops.StillClock) -> None:
    await run(ctx, draft("1", variants=(variant(stock=5),)))
    changed = draft("1", variants=(variant(stock=9),))
    assert counts(await run(ctx, changed)) == (1, 0, 0, 1, 0)
    assert await column(ctx, select(Level.on_hand)) == [5]
    assert counts(await run(ctx, changed, stock=True)) == (1, 0, 1, 0, 0)
    assert await column(ctx, select(Level.on_hand)) == [9]
    movements = select(Movement.kind, Movement.on_hand).order_by(Movement.id)
    assert await ctx.db.fetch(movements) == [("received", 5), ("corrected", 4)]
    clock.move(hours=1)
    before = await row_counts(ctx.db)
    assert counts(await run(ctx, changed, stock=True)) == (1, 0, 0, 1, 0)
    assert await row_counts(ctx.db) == before


async def test_the_stock_of_what_has_become_a_bundle_is_not_the_sources(ctx: Context, clock: shops.StillClock) -> None:
    await run(ctx, draft("box", variants=(variant(stock=0),)), draft("oil", variants=(variant(stock=5),)))
    box, oil = await column(ctx, select(Variant.id).join(Product).order_by(Product.source_key))
    await catalog.set_components(ctx, box, [catalog.Component(oil, 2)])
    clock.move(hours=1)
    again = draft("box", variants=(variant(stock=9),)), draft("oil", variants=(variant(stock=7),))
    await run(ctx, *again, stock=True)
    assert dict(await ctx.db.fetch(select(Level.variant_id, Level.on_hand))) == {box: 0, oil: 7}  # pyright: ignore[reportArgumentType]


async def test_a_product_the_staff_archived_stays_archived(ctx: Context) -> None:
    await run(ctx, draft("1"))
    await catalog.archive_product(ctx, await ctx.db.value(select(Product.id)))
    before = await row_counts(ctx.db)
    assert counts(await run(ctx, draft("1", title="Back again"), stock=True)) == (1, 0, 0, 1, 0)
    assert await row_counts(ctx.db) == before


async def test_a_product_without_a_price_waits_as_a_draft_until_it_has_one(ctx: Context) -> None:
    await run(ctx, draft("1", variants=(variant(price=None),)), draft("2", published=False))
    assert await column(ctx, select(Product.status).order_by(Product.id)) == ["draft", "draft"]
    await run(ctx, draft("1"), draft("2"))
    assert await column(ctx, select(Product.status).order_by(Product.id)) == ["active", "active"]


async def test_a_currency_without_a_list_is_reported_once_and_taken_up_when_there_is_one(ctx: Context) -> None:
    both = (euro("10"), euro("40", currency="PLN"))
    items = [draft(str(number), variants=(variant(prices=both),), first_row=number) for number in range(3)]
    items.append(draft("only", variants=(variant(prices=(euro("40", currency="PLN"),)),)))
    report = await run(ctx, *items)
    assert counts(report) == (4, 4, 0, 0, 0)
    assert report.skipped_prices == {"PLN": 4}
    assert [(problem.code, problem.row) for problem in report.problems] == [("NO_SUCH_PRICE_LIST", 0)]
    assert (await column(ctx, select(Product.status).order_by(Product.id)))[2:] == ["active", "draft"]
    async with ctx.tx() as session:
        from vetrina.shop.pricing.models import PriceList

        await session.insert(PriceList, handle="poland", name="Poland", currency="PLN")
    assert counts(await run(ctx, *items)) == (4, 0, 4, 0, 0)
    assert len(await column(ctx, select(Price.amount).where(Price.amount == 4_000))) == 4


async def test_a_price_without_currency_is_in_the_default_markets(ctx: Context) -> None:
    await run(ctx, draft("1", variants=(variant(prices=(euro("7.5", currency=None),)),)))
    prices = await ctx.db.fetch(select(Price.price_list_id, Price.amount))
    assert prices == [(ctx.place.price_list_id, 750)]


BAD: list[tuple[str, str | None, dict[str, Any]]] = [
    ("BAD_USER_INPUT", "title", {"title": "a" * 256}),
    ("BAD_USER_INPUT", "title", {"title": "a\0"}),
    ("BAD_USER_INPUT", "variants.0.prices.0.amount", {"variants": (variant(price="-1"),)}),
    ("BAD_USER_INPUT", "variants.0.prices.0.amount", {"variants": (variant(price="1.001"),)}),
    ("BAD_USER_INPUT", "variants.0.prices.0.amount", {"variants": (variant(price="1e16"),)}),
    ("BAD_USER_INPUT", "variants.0.prices.1", {"variants": (variant(prices=(euro("1"), euro("2", currency=None))),)}),
    ("BAD_USER_INPUT", "variants.1.options", {"variants": (variant(("A", "1")), variant(("A", "1")))}),
    ("BAD_USER_INPUT", "variants.1.options", {"variants": (variant(("A", "1")), variant(("B", "1")))}),
    ("BAD_USER_INPUT", "variants", {"variants": ()}),
    ("BAD_USER_INPUT", "variants.0.stock", {"variants": (variant(stock=10**9),)}),
    ("BAD_USER_INPUT", "images.0.url", {"images": (ImageDraft(url="javascript:x"),)}),
    ("BAD_USER_INPUT", "metafields.0.value",
     {"metafields": (MetafieldDraft(namespace="a", key="b", type="date", value="now"),)}),
    ("BAD_USER_INPUT", "texts.0.field",
     {"translations": (TranslationDraft(language="it", field="vendor", value="x"),)}),
]  # fmt: skip


async def test_a_bad_product_is_left_out_whole_and_the_others_come_in(ctx: Context) -> None:
    bad = [draft(f"bad {row}", first_row=row, **fields) for row, (_, _, fields) in enumerate(BAD)]
    report = await run(ctx, draft("first"), *bad, draft("last"))
    assert counts(report) == (len(bad) + 2, 2, 0, 0, len(bad))
    found = [(problem.row, problem.code, problem.field) for problem in report.problems]
    assert found == [(row, code, field) for row, (code, field, _) in enumerate(BAD)]
    assert await column(ctx, select(Product.source_key).order_by(Product.id)) == ["test:first", "test:last"]
    assert len(await column(ctx, select(Variant.id))) == len(await column(ctx, select(Price.amount))) == 2


async def test_a_standing_product_keeps_its_state_when_its_new_version_is_bad(ctx: Context) -> None:
    await run(ctx, RICH)
    before = await row_counts(ctx.db)
    bad = replace(RICH, title="New", variants=(*RICH.variants, variant(("Size", "L"), price="-1")))
    assert counts(await run(ctx, bad)) == (1, 0, 0, 0, 1)
    assert await row_counts(ctx.db) == before
    assert await column(ctx, select(Product.title)) == [RICH.title]


async def test_what_the_reader_could_not_read_is_counted_by_row(ctx: Context) -> None:
    problems = [RowProblem(row=row, field="price", code="PRICE_INVALID", message="No.") for row in (3, 3, 4)]
    report = await run(ctx, draft("1"), *problems, draft("2"))
    assert counts(report) == (2, 2, 0, 0, 2)
    assert (report.problems, report.problem_count) == (problems, 3)


async def test_all_problems_are_counted_and_the_first_are_kept(ctx: Context) -> None:
    problems = [RowProblem(row=row, field=None, code="X", message="No.") for row in range(MOST_PROBLEMS + 500)]
    report = await run(ctx, *problems)
    assert (report.problem_count, len(report.problems)) == (MOST_PROBLEMS + 500, MOST_PROBLEMS)


async def test_a_product_named_twice_is_taken_once(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "PRODUCTS_AT_ONCE", 2)
    items = [draft("1"), draft("2"), draft("3"), draft("1", title="Again", first_row=9)]
    for created, unchanged in ((3, 0), (0, 3)):
        report = await run(ctx, *items)
        assert counts(report) == (4, created, 0, unchanged, 1)
        assert [(problem.code, problem.row) for problem in report.problems] == [("PRODUCT_REPEATED", 9)]


async def test_products_of_one_title_each_get_a_handle(ctx: Context) -> None:
    await run(ctx, *(draft(str(number), title="Oil") for number in range(450)))
    handles = await column(ctx, select(Product.handle).order_by(Product.id))
    assert handles == ["oil", *(f"oil-{number}" for number in range(1, 450))]


class Interrupted(Exception):
    """The process ends here."""


async def test_a_run_that_was_stopped_goes_on_where_it_was(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "PRODUCTS_AT_ONCE", 10)
    items = [draft(str(number), collections=("All",)) for number in range(45)]

    class Stopping(Shelf):
        def read(self, path: Path) -> Iterator[ProductDraft | RowProblem]:
            yield from items[:27]
            raise Interrupted

    with pytest.raises(Interrupted):
        await import_products(ctx, Stopping(), NOWHERE, source="test")
    assert len(await column(ctx, select(Product.id))) == 20
    reports: list[tuple[int, ...]] = []

    def note(report: ImportReport) -> None:
        reports.append(counts(report))

    report = await run(ctx, *items, progress=note)
    assert counts(report) == (45, 25, 0, 20, 0)
    assert reports == sorted(reports)
    assert len(reports) == 5
    places = await column(ctx, select(CollectionProduct.position).order_by(CollectionProduct.position))
    assert places == list(range(45))
    assert [name for name, _ in await events(ctx.db)] == ["ProductCreated"] * 45


async def test_a_batch_the_database_refuses_is_tried_product_by_product(
    ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else writes one of the products between look-up and writing: the others are not held up by it."""
    await run(ctx, draft("taken"))
    from vetrina.flows.imports import batches

    fetch, looked = type(ctx.db).fetch, [0]

    async def blind_once(self: Any, statement: Any, params: Any = None) -> Any:
        if statement is batches._STANDING:
            looked[0] += 1
            if looked[0] == 1:
                return []
        return await fetch(self, statement, params)

    monkeypatch.setattr(type(ctx.db), "fetch", blind_once)
    report = await run(ctx, draft("1"), draft("taken"), draft("2"))
    assert counts(report) == (3, 2, 0, 1, 0)
    assert len(await column(ctx, select(Product.id))) == 3


async def test_an_import_is_audited_batch_by_batch(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "PRODUCTS_AT_ONCE", 2)
    await run(ctx, *(draft(str(number)) for number in range(5)))
    assert await actions(ctx.db) == [("products.imported", "import:test")] * 3


async def test_an_import_needs_all_its_permissions(ctx: Context) -> None:
    for missing in ("catalog.write", "prices.write", "stock.write"):
        granted = frozenset({"catalog.write", "prices.write", "stock.write"} - {missing})
        with pytest.raises(NotAllowed):
            await run(shops.context(ctx.shop, ctx.place, Actor("staff", 7, "anna", granted)), draft("1"))


async def test_a_file_finds_its_reader(ctx: Context, clock: shops.StillClock, tmp_path: Path) -> None:
    shelf = Shelf(draft("1"), RowProblem(row=3, field=None, code="X", message="No."), draft("2"))
    shop = shops.make_shop(ctx.db, clock, [Provided(CatalogueFormat, "shelf", "test", shelf)])
    there = shops.context(shop, ctx.place)
    path = tmp_path / "products.shelf"
    path.write_text("")
    found = preview(there, find_format(there, path), path, limit=2)
    assert (found.format, found.title, len(found.drafts), len(found.problems)) == ("shelf", "Shelf", 1, 1)
    assert find_format(there, tmp_path / "products.csv", "shelf").key == "shelf"
    with pytest.raises(NoSuchFormat):
        find_format(there, path, "telepathy")
    for unknown in (tmp_path / "missing.shelf", tmp_path):
        with pytest.raises(FileNotUnderstood):
            find_format(there, unknown)


REAL: list[tuple[CatalogueFormat, str, tuple[int, int]]] = [
    (VendureCsv(), "vendure_catalogue/products.csv", (54, 88)),
    (SpreeCsv(), "spree_catalogue/products.csv", (37, 87)),
    (SaleorFixture(), "saleor_catalogue", (32, 73)),
]


@pytest.mark.parametrize(("reader", "name", "expected"), REAL, ids=[name for _, name, _ in REAL])
async def test_real_catalogues_come_over_whole(
    ctx: Context, reader: CatalogueFormat, name: str, expected: tuple[int, int]
) -> None:
    if not (SETS / name).exists():
        pytest.skip(f"the data set is not at {SETS / name}")
    report = await import_products(ctx, reader, SETS / name, source="real")
    assert (counts(report), report.variants) == ((expected[0], expected[0], 0, 0, 0), expected[1])
    assert await ctx.db.value(select(func.count()).select_from(Variant)) == expected[1]
    before = await row_counts(ctx.db)
    assert counts(await import_products(ctx, reader, SETS / name, source="real")) == (expected[0], 0, 0, expected[0], 0)
    assert await row_counts(ctx.db) == before


class First(CatalogueFormat):
    """The beginning of another reader's catalogue."""

    def __init__(self, reader: CatalogueFormat, count: int) -> None:
        self.title, self.reader, self.count = reader.title, reader, count

    def recognises(self, path: Path) -> bool:
        return self.reader.recognises(path)

    def read(self, path: Path) -> Iterator[ProductDraft | RowProblem]:
        return islice(self.reader.read(path), self.count)


@pytest.mark.embedded  # the size is the reader's affair; other imports write to both engines
async def test_a_marketplace_of_tens_of_thousands_is_understood_and_comes_over_in_batches(ctx: Context) -> None:
    folder = SETS / "olist_products"
    if not folder.exists():
        pytest.skip(f"the data set is not at {folder}")
    rehearsed = await import_products(ctx, OlistFolder(), folder, source="olist", dry_run=True)
    assert counts(rehearsed) == (32_951, 32_951, 0, 0, 0)
    done = await import_products(ctx, First(OlistFolder(), 1_500), folder, source="olist")
    assert counts(done) == (1_500, 1_500, 0, 0, 0)
    assert await ctx.db.value(select(func.count()).select_from(Product)) == 1_500
    again = await import_products(ctx, First(OlistFolder(), 2_000), folder, source="olist")
    assert counts(again) == (2_000, 500, 0, 1_500, 0)
