"""The staff write the catalogue: whole products or none, every change told and audited."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import pytest
from sqlalchemy import select
from tests.support import shops
from tests.support.factories import make_product, make_variant
from tests.support.traces import actions, events, row_counts

from vetrina.flows import catalog
from vetrina.flows.catalog import (
    CollectionChanges,
    CollectionSheet,
    Created,
    Entry,
    HandleTaken,
    ImageSheet,
    LastVariant,
    NewPrice,
    NewProduct,
    NewVariant,
    OptionChanges,
    OptionSheet,
    ProductChanges,
    ProductIsArchived,
    Text,
    ValueChanges,
    ValueSheet,
    VariantChanges,
)
from vetrina.flows.prices import NoSuchPriceList
from vetrina.kernel.context import Actor, Context
from vetrina.kernel.errors import BadInput, NotAllowed, NotFound, NotSignedIn, Refusal
from vetrina.shop.catalog.models import (
    CollectionProduct,
    Media,
    Option,
    OptionValue,
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

SHIRT = {"Size": ("S", "M"), "Colour": ("Red", "Blue")}


async def titles(ctx: Context, product_id: int) -> list[str]:
    """Live variants in order."""
    statement = (
        select(Variant.title)
        .where(Variant.product_id == product_id, Variant.archived_at.is_(None))
        .order_by(Variant.position)
    )
    return [title for (title,) in await ctx.db.fetch(statement)]


async def term_weights(ctx: Context, language: str) -> dict[str, int]:
    statement = select(SearchTerm.term, SearchTerm.weight).where(SearchTerm.language == language)
    return dict(await ctx.db.fetch(statement))  # pyright: ignore[reportArgumentType]


def staff(ctx: Context, *permissions: str) -> Context:
    return shops.context(ctx.shop, ctx.place, Actor("staff", 7, "anna", frozenset(permissions)))


async def test_a_product_is_created_with_everything_that_belongs_to_it(ctx: Context) -> None:
    created = await make_product(
        ctx,
        "Olio d'oliva",
        options=SHIRT,
        prices={"GBP": "11"},
        stock=4,
        tags=("Bio", "DOP"),
        images=(ImageSheet(url="a.png", alt="A bottle"),),
        texts=(Text("it", "title", "Olio"),),
        metafields=(Entry(namespace="custom", key="year", type="number_integer", value="2025"),),
        variant={"image": "a.png", "sku": "OLIO", "backorder_limit": 3},
    )
    assert created.handle == "olio-d-oliva"
    assert await titles(ctx, created.product_id) == ["S / Red", "S / Blue", "M / Red", "M / Blue"]
    prices = await ctx.db.fetch(select(Price.variant_id, Price.amount).order_by(Price.variant_id, Price.amount))
    assert prices == [(key, amount) for key in created.variant_ids for amount in (1_100, 1_250)]
    levels = await ctx.db.fetch(select(Level.on_hand, Level.reserved, Level.backorder_limit))
    assert levels == [(4, 0, 3)] * 4
    assert await ctx.db.value(select(Metafield.value)) == "2025"
    assert await ctx.db.fetch(select(ProductTag.tag).order_by(ProductTag.position)) == [("Bio",), ("DOP",)]
    assert await ctx.db.fetch(select(Variant.image_id).distinct()) == await ctx.db.fetch(select(Media.id))
    assert await events(ctx.db) == [("ProductCreated", f"product:{created.product_id}")]
    assert await actions(ctx.db) == [("product.created", f"product:{created.product_id}")]


async def test_a_new_product_is_on_sale_unless_it_is_a_draft(ctx: Context) -> None:
    await make_product(ctx, "Shown")
    await make_product(ctx, "Hidden", status="draft")
    found = await ctx.db.fetch(select(Product.title, Product.status, Product.published_at).order_by(Product.id))
    assert found == [("Shown", "active", ctx.now()), ("Hidden", "draft", None)]


async def test_stock_is_counted_only_where_it_was_given(ctx: Context) -> None:
    await make_variant(ctx, title="Endless", stock=None)
    empty = await make_variant(ctx, title="Empty", stock=0)
    assert await ctx.db.fetch(select(Level.variant_id, Level.on_hand)) == [(empty, 0)]
    assert await ctx.db.fetch(select(Movement.id)) == []


async def test_a_title_that_is_taken_gets_a_number_and_a_chosen_handle_is_refused(ctx: Context) -> None:
    handles = [(await make_product(ctx, "Olive oil")).handle for _ in range(12)]
    assert handles == ["olive-oil", *(f"olive-oil-{number}" for number in range(1, 12))]
    before = await row_counts(ctx.db)
    with pytest.raises(HandleTaken) as refused:
        await make_product(ctx, "Other", handle="olive-oil")
    assert refused.value.field == ("handle",)
    assert await row_counts(ctx.db) == before


async def test_two_who_choose_a_title_at_once_both_get_a_product_or_a_plain_answer(ctx: Context) -> None:
    answers = await asyncio.gather(*(make_product(ctx, "Olive oil") for _ in range(8)), return_exceptions=True)
    created = [answer for answer in answers if not isinstance(answer, BaseException)]
    assert created
    assert all(isinstance(answer, HandleTaken) for answer in answers if isinstance(answer, BaseException))
    assert await ctx.db.value(select(Product.id).where(Product.handle == "olive-oil")) is not None
    assert len(await ctx.db.fetch(select(Product.id))) == len(created)


BAD: list[tuple[dict[str, Any], type[Refusal]]] = [
    ({"title": "a" * 1_000_000}, BadInput),
    ({"title": "a\0b"}, BadInput),
    ({"title": "\ud800"}, BadInput),
    ({"price": "-1"}, BadInput),
    ({"price": "1.234"}, BadInput),
    ({"price": str(10**16)}, BadInput),
    ({"price": "NaN"}, BadInput),
    ({"price": "1e999999"}, BadInput),
    ({"price": "ten"}, BadInput),
    ({"price": ""}, BadInput),
    ({"prices": {"EUR": "3"}}, BadInput),
    ({"prices": {"PLN": "3"}}, NoSuchPriceList),
    ({"stock": -1}, BadInput),
    ({"stock": 10**9}, BadInput),
    ({"variant": {"backorder_limit": 2**53}}, BadInput),
    ({"variant": {"sku": "a\0"}}, BadInput),
    ({"options": {"Size": ("S", "S")}}, BadInput),
    ({"options": {"Size": ("S",), "size": ("M",)}}, BadInput),
    ({"metafields": (Entry(namespace="custom", key="k", type="color", value="red"),)}, BadInput),
    ({"variant": {"metafields": (Entry(namespace="custom", key="k", type="x", value="red"),)}}, BadInput),
]


async def test_a_bad_product_leaves_no_trace(ctx: Context) -> None:
    before = await row_counts(ctx.db)
    for fields, refusal in BAD:
        with pytest.raises(refusal):
            await make_product(ctx, **fields)
        assert await row_counts(ctx.db) == before, fields


async def test_what_somebody_may_not_do_he_cannot_bring_in_with_a_product(ctx: Context) -> None:
    before = await row_counts(ctx.db)
    with pytest.raises(NotSignedIn):
        await make_product(shops.context(ctx.shop, ctx.place, Actor("buyer")))
    with pytest.raises(NotAllowed):
        await make_product(staff(ctx, "prices.write", "stock.write"))
    with pytest.raises(NotAllowed):
        await make_product(staff(ctx, "catalog.write", "stock.write"))
    with pytest.raises(NotAllowed):
        await make_product(staff(ctx, "catalog.write", "prices.write"))
    assert await row_counts(ctx.db) == before
    await make_product(staff(ctx, "catalog.write"), price=None, stock=None)


CHANGES: list[Callable[[Context], Awaitable[object]]] = [
    lambda ctx: catalog.edit_product(ctx, 1, ProductChanges()),
    lambda ctx: catalog.publish_product(ctx, 1),
    lambda ctx: catalog.unpublish_product(ctx, 1),
    lambda ctx: catalog.archive_product(ctx, 1),
    lambda ctx: catalog.archive_variant(ctx, 1),
    lambda ctx: catalog.edit_variant(ctx, 1, VariantChanges()),
    lambda ctx: catalog.edit_option(ctx, 1, OptionChanges()),
    lambda ctx: catalog.add_variants(ctx, 1, ()),
    lambda ctx: catalog.arrange_variants(ctx, 1, (), (NewVariant(),)),
    lambda ctx: catalog.create_collection(ctx, CollectionSheet(title="x")),
    lambda ctx: catalog.edit_collection(ctx, 1, CollectionChanges()),
    lambda ctx: catalog.put_in_collection(ctx, 1, ()),
    lambda ctx: catalog.take_from_collection(ctx, 1, ()),
]


async def test_every_change_needs_the_permission(ctx: Context) -> None:
    for call in CHANGES:
        with pytest.raises(NotAllowed):
            await call(staff(ctx, "catalog.read"))


OF_NOTHING: list[Callable[[Context], Awaitable[object]]] = [
    lambda ctx: catalog.edit_product(ctx, 2**53, ProductChanges()),
    lambda ctx: catalog.publish_product(ctx, 0),
    lambda ctx: catalog.unpublish_product(ctx, -1),
    lambda ctx: catalog.archive_product(ctx, 99),
    lambda ctx: catalog.archive_variant(ctx, 99),
    lambda ctx: catalog.edit_variant(ctx, 99, VariantChanges(sku="x")),
    lambda ctx: catalog.edit_option(ctx, 99, OptionChanges(name="x")),
    lambda ctx: catalog.add_variants(ctx, 99, (NewVariant(),)),
    lambda ctx: catalog.arrange_variants(ctx, 99, (), (NewVariant(),)),
    lambda ctx: catalog.edit_collection(ctx, 99, CollectionChanges()),
    lambda ctx: catalog.put_in_collection(ctx, 99, ()),
    lambda ctx: catalog.take_from_collection(ctx, 99, ()),
]


async def test_what_is_not_there_is_not_found(ctx: Context) -> None:
    before = await row_counts(ctx.db)
    for call in OF_NOTHING:
        with pytest.raises(NotFound):
            await call(ctx)
    assert await row_counts(ctx.db) == before


async def test_an_edit_writes_what_it_names_and_leaves_the_rest(ctx: Context, clock: shops.StillClock) -> None:
    created = await make_product(ctx, "Oil", vendor="Frantoio", tags=("a",), seo_title="Oil!")
    clock.move(minutes=5)
    await catalog.edit_product(
        ctx,
        created.product_id,
        ProductChanges(title="Olive oil", handle="extra", tags=("b", "a"), seo_title=None),
        metafields=(Entry(namespace="custom", key="year", type="number_integer", value="2025"),),
    )
    row = await ctx.db.fetch(
        select(Product.title, Product.handle, Product.vendor, Product.seo_title, Product.created_at, Product.updated_at)
    )
    assert row[0][:4] == ("Olive oil", "extra", "Frantoio", None)
    assert row[0][5] == ctx.now() != row[0][4]
    assert await ctx.db.fetch(select(ProductTag.tag).order_by(ProductTag.position)) == [("b",), ("a",)]
    assert "olive" in await term_weights(ctx, "en")
    assert await events(ctx.db) == [
        ("ProductCreated", f"product:{created.product_id}"),
        ("ProductChanged", f"product:{created.product_id}"),
        ("AddressChanged", "address:/products/oil"),
    ]


async def test_an_edit_that_changes_nothing_is_not_told(ctx: Context, clock: shops.StillClock) -> None:
    created = await make_product(
        ctx, "Oil", tags=("a",), images=(ImageSheet(url="a.png"),), texts=(Text("it", "title", "Olio"),)
    )
    before = await row_counts(ctx.db)
    clock.move(minutes=5)
    await catalog.edit_product(
        ctx,
        created.product_id,
        ProductChanges(
            title="Oil", tags=("a",), images=(ImageSheet(url="a.png"),), texts=(Text("it", "title", "Olio"),)
        ),
    )
    await catalog.edit_variant(ctx, created.variant_ids[0], VariantChanges(weight=None))
    assert await row_counts(ctx.db) == before
    assert await ctx.db.value(select(Product.updated_at)) != ctx.now()


async def test_an_edit_cannot_take_anothers_handle(ctx: Context) -> None:
    await make_product(ctx, "Oil")
    other = await make_product(ctx, "Salt")
    with pytest.raises(HandleTaken):
        await catalog.edit_product(ctx, other.product_id, ProductChanges(title="New", handle="oil"))
    assert await ctx.db.value(select(Product.title).where(Product.id == other.product_id)) == "Salt"
    await catalog.edit_product(ctx, other.product_id, ProductChanges(handle="salt"))


async def test_pictures_keep_their_order_and_variants_forget_those_that_go(ctx: Context) -> None:
    created = await make_product(
        ctx, images=(ImageSheet(url="a.png"), ImageSheet(url="b.png")), variant={"image": "a.png"}
    )
    kept = await ctx.db.value(select(Media.id).where(Media.url == "b.png"))
    images = (ImageSheet(url="c.png"), ImageSheet(url="b.png", alt="Bottle", width=10, height=20))
    await catalog.edit_product(ctx, created.product_id, ProductChanges(images=images))
    statement = (
        select(Media.url, Media.alt, Media.id)
        .join(ProductMedia, ProductMedia.media_id == Media.id)
        .order_by(ProductMedia.position)
    )
    found = await ctx.db.fetch(statement)
    assert [row[:2] for row in found] == [("c.png", None), ("b.png", "Bottle")]
    assert found[1][2] == kept
    assert await ctx.db.value(select(Variant.image_id)) is None


async def test_search_words_follow_the_texts_in_every_language(ctx: Context) -> None:
    created = await make_product(
        ctx,
        "Olive oil",
        vendor="Frantoio",
        description_html="<p>Cold pressed</p>",
        variant={"sku": "AB-12"},
        texts=(Text("it", "title", "Olio d'oliva"), Text("it", "description_html", "<p>Spremuto a freddo</p>")),
    )
    english, italian = await term_weights(ctx, "en"), await term_weights(ctx, "it")
    assert english["oil"] > english["frantoio"] > english["pressed"]
    assert {"ab", "12", "ab12"} <= english.keys() & italian.keys()
    assert {"olio", "spremuto", "frantoio"} <= italian.keys()
    assert not {"oil", "pressed"} & italian.keys()
    await catalog.edit_product(
        ctx, created.product_id, ProductChanges(texts=(Text("it", "title", ""), Text("it", "description_html", "")))
    )
    assert await term_weights(ctx, "it") == {}
    assert await ctx.db.fetch(select(Translation.value)) == []


async def test_a_product_is_published_unpublished_and_archived(ctx: Context, clock: shops.StillClock) -> None:
    created = await make_product(ctx, status="draft")
    product_id = created.product_id
    state = select(Product.status, Product.published_at)
    clock.move(hours=1)
    await catalog.publish_product(ctx, product_id)
    assert await ctx.db.fetch(state) == [("active", ctx.now())]
    await catalog.unpublish_product(ctx, product_id)
    assert await ctx.db.fetch(state) == [("draft", None)]
    await catalog.archive_product(ctx, product_id)
    await catalog.archive_product(ctx, product_id)
    assert await ctx.db.fetch(state) == [("archived", None)]
    assert await titles(ctx, product_id) == []
    assert [name for name, _ in await events(ctx.db)] == [
        "ProductCreated", "ProductChanged", "ProductChanged", "ProductArchived",
    ]  # fmt: skip
    assert [action for action, _ in await actions(ctx.db)] == [
        "product.created", "product.published", "product.unpublished", "product.archived",
    ]  # fmt: skip


OF_THE_PAST: list[Callable[[Context, Created], Awaitable[object]]] = [
    lambda ctx, made: catalog.edit_product(ctx, made.product_id, ProductChanges(title="x")),
    lambda ctx, made: catalog.publish_product(ctx, made.product_id),
    lambda ctx, made: catalog.unpublish_product(ctx, made.product_id),
    lambda ctx, made: catalog.add_variants(ctx, made.product_id, (NewVariant(),)),
    lambda ctx, made: catalog.arrange_variants(ctx, made.product_id, (), (NewVariant(),)),
    lambda ctx, made: catalog.edit_variant(ctx, made.variant_ids[0], VariantChanges(sku="x")),
    lambda ctx, made: catalog.archive_variant(ctx, made.variant_ids[0]),
]


async def test_an_archived_product_stays_as_it_was(ctx: Context) -> None:
    made = await make_product(ctx)
    await catalog.archive_product(ctx, made.product_id)
    before = await row_counts(ctx.db)
    for call in OF_THE_PAST:
        with pytest.raises(ProductIsArchived):
            await call(ctx, made)
    assert await row_counts(ctx.db) == before


async def test_variants_are_added_behind_the_others_with_price_and_stock(ctx: Context) -> None:
    created = await make_product(ctx, options={"Size": ("S", "M")})
    added = await catalog.add_variants(
        ctx,
        created.product_id,
        (NewVariant(options=(("size", "XL"),), sku="XL", prices=(NewPrice(amount="15"),), stock=2, image="xl.png"),),
    )
    assert await titles(ctx, created.product_id) == ["S", "M", "XL"]
    assert await ctx.db.value(select(Price.amount).where(Price.variant_id == added[0])) == 1_500
    assert await ctx.db.value(select(Level.on_hand).where(Level.variant_id == added[0])) == 2
    assert "xl" in await term_weights(ctx, "en")


async def test_a_variant_of_other_options_or_one_that_exists_is_refused(ctx: Context) -> None:
    created = await make_product(ctx, options={"Size": ("S", "M")})
    before = await row_counts(ctx.db)
    refused: list[tuple[tuple[str, str], ...]] = [
        (("Size", "S"),), (("Colour", "Red"),), (), (("Size", "XL"), ("Colour", "Red")), (("Size", ""),),
    ]  # fmt: skip
    for options in refused:
        with pytest.raises(BadInput):
            await catalog.add_variants(ctx, created.product_id, (NewVariant(options=options),))
    assert await row_counts(ctx.db) == before


async def test_a_variant_is_archived_but_not_the_last(ctx: Context) -> None:
    created = await make_product(ctx, options={"Size": ("S", "M")}, variant={"sku": "OIL"})
    await catalog.archive_variant(ctx, created.variant_ids[0])
    assert await titles(ctx, created.product_id) == ["M"]
    with pytest.raises(NotFound):
        await catalog.archive_variant(ctx, created.variant_ids[0])
    with pytest.raises(LastVariant):
        await catalog.archive_variant(ctx, created.variant_ids[1])
    again = await catalog.add_variants(ctx, created.product_id, (NewVariant(options=(("Size", "S"),)),))
    assert again[0] not in created.variant_ids


async def test_a_variant_is_edited_within_its_quantity_rule(ctx: Context) -> None:
    created = await make_product(ctx)
    variant_id = created.variant_ids[0]
    await catalog.edit_variant(
        ctx, variant_id, VariantChanges(sku="NEW", weight=500, quantity_minimum=2, quantity_maximum=6, image="n.png")
    )
    found = await ctx.db.fetch(select(Variant.sku, Variant.weight, Variant.quantity_minimum, Variant.quantity_maximum))
    assert found == [("NEW", 500, 2, 6)]
    assert "new" in await term_weights(ctx, "en")
    with pytest.raises(BadInput):
        await catalog.edit_variant(ctx, variant_id, VariantChanges(quantity_maximum=1))
    assert await ctx.db.value(select(Variant.quantity_maximum)) == 6


async def test_variants_are_arranged_so_that_matching_ones_stay_the_same(ctx: Context) -> None:
    created = await make_product(ctx, options={"Size": ("S", "M", "L")})
    wanted = tuple(
        NewVariant(options=(("Size", size),), sku=f"{size}-1", prices=(NewPrice(amount="9"),))
        for size in ("L", "XL", "S")
    )
    arranged = await catalog.arrange_variants(ctx, created.product_id, (), wanted)
    assert await titles(ctx, created.product_id) == ["L", "XL", "S"]
    assert (arranged.variant_ids[0], arranged.variant_ids[2]) == (created.variant_ids[2], created.variant_ids[0])
    assert (arranged.new_ids, arranged.archived) == (frozenset({arranged.variant_ids[1]}), 1)
    prices = dict(await ctx.db.fetch(select(Price.variant_id, Price.amount)))  # pyright: ignore[reportArgumentType]
    assert [prices[key] for key in arranged.variant_ids] == [1_250, 900, 1_250]
    before = await row_counts(ctx.db)
    again = await catalog.arrange_variants(ctx, created.product_id, (), wanted)
    assert not again.is_changed
    assert await row_counts(ctx.db) == before


async def test_other_options_make_all_variants_new(ctx: Context) -> None:
    created = await make_product(ctx)
    options = (
        OptionSheet(
            name="Colour",
            values=(ValueSheet(name="Red", swatch="#FF0000", texts=(Text("it", "name", "Rosso"),)),),
            texts=(Text("it", "name", "Colore"),),
        ),
    )
    arranged = await catalog.arrange_variants(
        ctx, created.product_id, options, (NewVariant(options=(("Colour", "Red"),)),)
    )
    assert arranged.variant_ids[0] not in created.variant_ids
    assert await titles(ctx, created.product_id) == ["Red"]
    assert len(await ctx.db.fetch(select(Translation.value))) == 2
    back = await catalog.arrange_variants(ctx, created.product_id, (), (NewVariant(),))
    assert await titles(ctx, created.product_id) == ["Default Title"]
    assert back.variant_ids[0] not in created.variant_ids
    assert await ctx.db.fetch(select(Option.id)) == []
    assert await ctx.db.fetch(select(Translation.value)) == []


async def test_options_and_values_are_renamed_and_titles_follow(ctx: Context) -> None:
    created = await make_product(ctx, options=SHIRT)
    option_id = await ctx.db.value(select(Option.id).where(Option.name == "Size"))
    small = await ctx.db.value(select(OptionValue.id).where(OptionValue.name == "S"))
    changes = OptionChanges(
        name="Taglia",
        values=(ValueChanges(id=small, name="Piccola", swatch="#000000", texts=(Text("en", "name", "Small"),)),),
        texts=(Text("en", "name", "Size"),),
    )
    await catalog.edit_option(ctx, option_id, changes)
    assert (await titles(ctx, created.product_id))[:2] == ["Piccola / Red", "Piccola / Blue"]
    assert "piccola" in await term_weights(ctx, "en")
    refused = [
        OptionChanges(name="colour"),
        OptionChanges(name=""),
        OptionChanges(values=(ValueChanges(id=small, name="M"),)),
        OptionChanges(values=(ValueChanges(id=small, swatch="black"),)),
        OptionChanges(texts=(Text("en", "title", "Size"),)),
    ]
    before = await row_counts(ctx.db)
    for bad in refused:
        with pytest.raises(BadInput):
            await catalog.edit_option(ctx, option_id, bad)
    assert await row_counts(ctx.db) == before


async def places(ctx: Context, collection_id: int) -> list[int]:
    statement = (
        select(CollectionProduct.product_id)
        .where(CollectionProduct.collection_id == collection_id)
        .order_by(CollectionProduct.position)
    )
    return [product_id for (product_id,) in await ctx.db.fetch(statement)]


async def test_products_stand_in_a_collection_where_they_are_put(ctx: Context) -> None:
    one, two, three, four = [(await make_product(ctx, f"P{number}")).product_id for number in range(4)]
    created = await catalog.create_collection(ctx, CollectionSheet(title="Oli e aceti"))
    assert created.handle == "oli-e-aceti"
    collection_id = created.collection_id
    await catalog.put_in_collection(ctx, collection_id, (one, two, one))
    await catalog.put_in_collection(ctx, collection_id, (three,), position=0)
    await catalog.put_in_collection(ctx, collection_id, (four,), position=2)
    assert await places(ctx, collection_id) == [three, one, four, two]
    await catalog.put_in_collection(ctx, collection_id, (two, three), position=1)
    assert await places(ctx, collection_id) == [one, two, three, four]
    before = await row_counts(ctx.db)
    await catalog.put_in_collection(ctx, collection_id, (four,), position=900)
    assert await row_counts(ctx.db) == before
    assert await catalog.take_from_collection(ctx, collection_id, (one, 99)) == 1
    assert await places(ctx, collection_id) == [two, three, four]


async def test_an_unknown_product_or_place_keeps_the_whole_call_out(ctx: Context) -> None:
    one = (await make_product(ctx)).product_id
    collection_id = (await catalog.create_collection(ctx, CollectionSheet(title="Oli"))).collection_id
    with pytest.raises(NotFound):
        await catalog.put_in_collection(ctx, collection_id, (one, 99))
    with pytest.raises(BadInput):
        await catalog.put_in_collection(ctx, collection_id, (one,), position=-1)
    with pytest.raises(BadInput):
        await catalog.put_in_collection(ctx, collection_id, tuple(range(251)))
    assert await places(ctx, collection_id) == []


async def test_a_collection_is_edited_and_its_handle_is_its_own(ctx: Context) -> None:
    first = await catalog.create_collection(ctx, CollectionSheet(title="Oli", image=ImageSheet(url="oli.png")))
    second = await catalog.create_collection(ctx, CollectionSheet(title="Oli"))
    assert (first.handle, second.handle) == ("oli", "oli-1")
    with pytest.raises(HandleTaken):
        await catalog.create_collection(ctx, CollectionSheet(title="Altri", handle="oli"))
    with pytest.raises(HandleTaken):
        await catalog.edit_collection(ctx, second.collection_id, CollectionChanges(handle="oli"))
    changes = CollectionChanges(
        title="Aceti", handle="aceti", is_published=False, image=None, texts=(Text("en", "title", "Vinegars"),)
    )
    await catalog.edit_collection(ctx, second.collection_id, changes)
    before = await row_counts(ctx.db)
    await catalog.edit_collection(ctx, second.collection_id, changes)
    assert await row_counts(ctx.db) == before


def test_a_new_product_can_be_read_from_json() -> None:
    raw = b'{"title":"Oil","variants":[{"prices":[{"amount":"12.50"}],"stock":3}],"status":"draft"}'
    assert msgspec.json.decode(raw, type=NewProduct).variants[0].prices[0].amount == "12.50"
