"""Metaobjects: kinds are defined, entries written, and read by front ends in the contract's words."""

from collections.abc import AsyncGenerator
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy import update
from tests.support.managers import signed_in

from vetrina.flows.catalog import HandleTaken
from vetrina.flows.defining import Entry, write_metafields
from vetrina.kernel.context import Actor, Context
from vetrina.kernel.db import table_of
from vetrina.kernel.errors import BadInput, NotAllowed, NotFound
from vetrina.testing import Workshop, a_shop
from vetrina_admin.pages.asking import SESSION, cookie_name
from vetrina_metaobjects import flows
from vetrina_metaobjects.health import FieldsGone, look
from vetrina_metaobjects.models import MetaobjectDefinition
from vetrina_metaobjects.samples import MAKER, write
from vetrina_metaobjects.sheets import DefinitionSheet, EntrySheet, FieldSheet

WHOLE = """fragment Whole on Metaobject { id handle type updatedAt onlineStoreUrl
  seo { title { value } description { key } } fields { key type value }
  name: field(key: "name") { value } none: field(key: "none") { value } }"""
STALL = DefinitionSheet(
    type="stall",
    name="Stalls",
    fields=(
        FieldSheet(key="maker", type="metaobject_reference"),
        FieldSheet(key="wares", type="list.product_reference"),
        FieldSheet(key="note", type="single_line_text_field"),
    ),
)


@pytest.fixture
async def shop() -> AsyncGenerator[Workshop]:
    async with a_shop(["metaobjects"]) as shop:
        yield shop


async def maker(ctx: Context, name: str = "Valdolmo", **values: str) -> tuple[int, int]:
    """A kind with one published entry."""
    kind = await flows.define(ctx, MAKER)
    return kind, await flows.create_entry(ctx, kind, EntrySheet(values={"name": name, **values}), ctx.now())


async def test_an_entry_is_asked_for_in_every_way_the_contract_has(shop: Workshop) -> None:
    await write(shop.ctx)
    text = f"""query ($id: ID!) {{ metaobject(handle: {{type: "maker", handle: "frantoio-valdolmo"}}) {{ ...Whole }}
        byId: metaobject(id: $id) {{ handle }} node(id: $id) {{ id ... on Metaobject {{ handle }} }}
        draft: metaobject(handle: {{type: "maker", handle: "nobody"}}) {{ id }} }} {WHOLE}"""
    found = await shop.ask(text, id="gid://shopify/Metaobject/1")
    entry = found["metaobject"]
    assert (entry["handle"], entry["type"], entry["name"], entry["none"]) == (
        "frantoio-valdolmo", "maker", {"value": "Frantoio Valdolmo"}, None,
    )  # fmt: skip
    assert [field["key"] for field in entry["fields"]] == ["name", "place", "since", "story", "website"]
    assert entry["seo"] == {"title": {"value": "Frantoio Valdolmo"}, "description": {"key": "story"}}
    assert entry["onlineStoreUrl"].endswith("/pages/maker/frantoio-valdolmo")
    assert (found["byId"], found["node"]["handle"], found["draft"]) == (
        {"handle": "frantoio-valdolmo"}, "frantoio-valdolmo", None,
    )  # fmt: skip
    italian = await shop.ask(
        """query @inContext(language: IT) { metaobject(id: "gid://vetrina/Metaobject/1") {
            story: field(key: "story") { value } place: field(key: "place") { value } } }"""
    )
    assert italian["metaobject"]["story"]["value"].startswith("Quattro generazioni")
    assert italian["metaobject"]["place"]["value"] == "Imperia, Liguria"


async def test_entries_of_a_kind_are_paged_and_drafts_wait(shop: Workshop) -> None:
    kind, _ = await maker(shop.ctx, "A")
    for name in "BCD":
        await flows.create_entry(shop.ctx, kind, EntrySheet(values={"name": name}), shop.ctx.now())
    await flows.create_entry(shop.ctx, kind, EntrySheet(values={"name": "Draft"}))
    later = shop.ctx.now() + timedelta(days=1)
    await flows.create_entry(shop.ctx, kind, EntrySheet(values={"name": "Later"}), later)
    text = """query ($after: String, $sort: String, $reverse: Boolean) {
        metaobjects(type: "maker", first: 2, after: $after, sortKey: $sort, reverse: $reverse) {
          nodes { handle } pageInfo { hasNextPage endCursor } } }"""
    seen, after = list[str](), None
    while True:
        page = (await shop.ask(text, after=after, sort="updated_at", reverse=True))["metaobjects"]
        seen += [node["handle"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert seen == ["d", "c", "b", "a"]
    assert (await shop.ask('{ metaobjects(type: "nothing", first: 5) { nodes { id } } }'))["metaobjects"]["nodes"] == []


async def test_references_lead_both_ways(shop: Workshop) -> None:
    ctx = shop.ctx
    _, entry = await maker(ctx)
    oil, salt = (await shop.product("Oil")).product_id, (await shop.product("Salt")).product_id
    stall = await flows.define(ctx, STALL)
    wares = f'["gid://vetrina/Product/{oil}", "gid://vetrina/Product/{salt}", "gid://vetrina/Product/99999"]'
    values = {"maker": f"gid://vetrina/Metaobject/{entry}", "wares": wares}
    await flows.create_entry(ctx, stall, EntrySheet(values=values, handle="piazza"), ctx.now())
    text = """{ metaobject(handle: {type: "stall", handle: "piazza"}) {
        maker: field(key: "maker") { reference { ... on Metaobject { handle } }
          references(first: 1) { nodes { __typename } } }
        wares: field(key: "wares") { reference { __typename } references(first: 5) {
          nodes { ... on Product { title } } } } } }"""
    found = (await shop.ask(text))["metaobject"]
    assert found["maker"] == {"reference": {"handle": "valdolmo"}, "references": None}
    assert found["wares"] == {"reference": None, "references": {"nodes": [{"title": "Oil"}, {"title": "Salt"}]}}
    made_by = Entry(namespace="custom", key="maker", type="metaobject_reference", value=values["maker"])
    await write_metafields(ctx, "Product", oil, [made_by])
    text = f"""{{ node(id: "gid://vetrina/Product/{oil}") {{ ... on Product {{
        metafield(key: "maker") {{ reference {{ ... on Metaobject {{ handle }} }} }} }} }} }}"""
    assert (await shop.ask(text))["node"]["metafield"]["reference"] == {"handle": "valdolmo"}
    await flows.remove_entry(ctx, entry)
    assert (await shop.ask(text))["node"]["metafield"]["reference"] is None


async def test_statements_do_not_grow(shop: Workshop) -> None:
    kind, _ = await maker(shop.ctx, "A")
    text = f"""{{ metaobjects(type: "maker", first: 50) {{ nodes {{ ...Whole }} }} }} {WHOLE}"""
    await shop.ask(text)
    with shop.statements() as few:
        await shop.ask(text)
    for number in range(12):
        await flows.create_entry(shop.ctx, kind, EntrySheet(values={"name": f"M {number}"}), shop.ctx.now())
    with shop.statements() as many:
        assert len((await shop.ask(text))["metaobjects"]["nodes"]) == 13
    assert len(many) == len(few)


async def test_what_kinds_and_entries_cannot_be(shop: Workshop) -> None:
    ctx = shop.ctx
    kind, entry = await maker(ctx)
    wrong: list[tuple[dict[str, Any], tuple[str, ...]]] = [
        ({"type": "A B"}, ("type",)),
        ({"name": ""}, ("name",)),
        ({"fields": ()}, ("fields",)),
        ({"fields": (FieldSheet(key="1", type="url"),)}, ("fields", "0", "key")),
        ({"fields": (FieldSheet(key="a", type="text"),)}, ("fields", "0", "type")),
        ({"fields": (FieldSheet(key="a", type="url"), FieldSheet(key="a", type="url"))}, ("fields",)),
        ({"seo_title_key": "gone"}, ("seo_title_key",)),
    ]
    right: dict[str, Any] = {"type": "other", "name": "Other", "fields": MAKER.fields}
    for given, field in wrong:
        with pytest.raises(BadInput) as refused:
            await flows.define(ctx, DefinitionSheet(**{**right, **given}))
        assert refused.value.field == field
    with pytest.raises(flows.TypeTaken):
        await flows.define(ctx, MAKER)
    for values, field in (({}, "name"), ({"name": "A", "since": "long ago"}, "since"), ({"name": "A", "x": "1"}, "x")):
        with pytest.raises(BadInput) as refused:
            await flows.create_entry(ctx, kind, EntrySheet(values=values))
        assert refused.value.field == (field,)
    with pytest.raises(HandleTaken):
        await flows.create_entry(ctx, kind, EntrySheet(values={"name": "B"}, handle="valdolmo"))
    with pytest.raises(BadInput) as refused:
        await flows.translate_entry(ctx, entry, "it", {"since": "1900"})
    assert refused.value.field == ("since",)
    moved = DefinitionSheet(type="maker", name="Makers", fields=(FieldSheet(key="name", type="number_integer"),))
    with pytest.raises(flows.FieldInUse):
        await flows.redefine(ctx, kind, moved)
    with pytest.raises(flows.DefinitionInUse):
        await flows.undefine(ctx, kind)
    with pytest.raises(NotFound):
        await flows.edit_entry(ctx, 999, EntrySheet(values={"name": "A"}))
    reader = msgspec.structs.replace(ctx, actor=Actor("staff", name="t", permissions=frozenset({"metaobjects.read"})))
    for forbidden in (
        flows.define(reader, STALL),
        flows.remove_entry(reader, entry),
        flows.publish_entry(reader, entry),
    ):
        with pytest.raises(NotAllowed):
            await forbidden


async def test_a_field_that_goes_is_noticed_where_the_kind_still_names_it(shop: Workshop) -> None:
    kind, entry = await maker(shop.ctx, story="Long")
    await look(shop.ctx)
    fewer = DefinitionSheet(
        type="maker", name="Makers", fields=(FieldSheet(key="name", type="single_line_text_field"),)
    )
    await flows.redefine(shop.ctx, kind, fewer)
    await look(shop.ctx)
    await flows.edit_entry(shop.ctx, entry, EntrySheet(values={"name": "Valdolmo & sons"}))
    text = """{ metaobject(id: "gid://vetrina/Metaobject/1") {
        handle fields { key value } onlineStoreUrl seo { title { key } } } }"""
    assert (await shop.ask(text))["metaobject"] == {
        "handle": "valdolmo", "fields": [{"key": "name", "value": "Valdolmo & sons"}],
        "onlineStoreUrl": None, "seo": None,
    }  # fmt: skip
    async with shop.ctx.tx() as session:
        await session.execute(update(table_of(MetaobjectDefinition)).values(seo_title_key="gone"))
    with pytest.raises(FieldsGone):
        await look(shop.ctx)


@pytest.mark.embedded
async def test_the_desk_asks_for_the_fields_of_a_kind(shop: Workshop) -> None:
    await shop.answer()
    boss = await signed_in(shop.ctx, shop.site, "metaobjects.read", "metaobjects.write")
    secret = boss.client.cookies.get(SESSION) or ""
    boss.client.cookies.set(cookie_name(shop.site, SESSION), secret, domain="shop.test", path="/")
    await write(shop.ctx)

    async def act(path: str, action: str, **typed: str) -> None:
        await boss.open(path)
        form = next(form for form in boss.page.forms if form.fields.get("action") == action)
        await boss.post(path, form.fields | typed)

    here, there = "/admin/metaobjects/definitions/1", "/admin/metaobjects/entries/4"
    await act(here, "create", **{"f.name": "Corte", "f.since": "long ago"})
    assert (boss.answer.status_code, boss.page.wrong) == (422, ["f.since"])
    await act(here, "create", **{"f.name": "Corte", "f.since": "1999"})
    assert boss.where == there and "Draft" in boss.page.words
    await act(there, "publish")
    assert "Published" in boss.page.words
    await act(f"{there}/it", "translate", **{"f.story": "Una corte."})
    text = """query @inContext(language: IT) { metaobject(id: "gid://vetrina/Metaobject/4") {
        field(key: "story") { value } } }"""
    assert (await shop.ask(text))["metaobject"]["field"]["value"] == "Una corte."
    await act(there, "edit", **{"f.name": "Corte Bruna", "f.since": ""})
    await act(here, "redefine", **{"f.title_key": "gone"})
    assert boss.page.wrong == ["f.title_key"]
    await boss.client.aclose()
