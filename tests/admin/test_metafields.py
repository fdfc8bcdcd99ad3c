"""Metafields as the staff defines and writes them, and what front ends then read and filter by."""

from typing import Any

import pytest
from sqlalchemy import select
from tests.support.asking import Admin
from tests.support.factories import make_product
from tests.support.managers import signed_in
from tests.support.storefront import ask
from tests.support.wares import ware

from vetrina.boot import compose
from vetrina.flows.defining import Definition, Entry, define_metafield, write_metafields
from vetrina.kernel.clock import SystemClock
from vetrina.kernel.context import Context
from vetrina.kernel.errors import BadInput
from vetrina.kernel.settings import Settings
from vetrina.plugin import Site
from vetrina.shop.catalog.models import Variant

CREATE = """mutation ($input: MetafieldDefinitionInput!) { metafieldDefinitionCreate(input: $input) {
    metafieldDefinition { id name isFilterable } userErrors { code field } } }"""
UPDATE = """mutation ($id: ID!, $input: MetafieldDefinitionInput!) { metafieldDefinitionUpdate(id: $id, input: $input) {
    metafieldDefinition { type name key } userErrors { code field } } }"""
DELETE = """mutation ($id: ID!) { metafieldDefinitionDelete(id: $id) { deletedId userErrors { code } } }"""
WRITE = """mutation ($id: ID!, $metafields: [MetafieldInput!], $gone: [MetafieldNamedInput!]) {
    metafieldsWrite(ownerId: $id, metafields: $metafields, delete: $gone) {
      metafields { namespace key value } userErrors { code field } } }"""
PROOF: dict[str, Any] = {
    "ownerType": "Product", "namespace": "wine", "key": "proof", "type": "number_integer", "isFilterable": True,
    "names": [{"language": "it", "name": "Gradazione"}, {"language": "en", "name": "Proof"}],
}  # fmt: skip


async def test_a_definition_binds_whoever_writes_and_names_a_facet(admin: Admin, ctx: Context) -> None:
    made = (await admin.ask(CREATE, {"input": PROOF}))["metafieldDefinitionCreate"]
    assert (made["userErrors"], made["metafieldDefinition"]["name"]) == ([], "Proof")
    again = (await admin.ask(CREATE, {"input": PROOF}))["metafieldDefinitionCreate"]
    assert again["userErrors"] == [{"code": "METAFIELD_DEFINED", "field": ["input", "key"]}]

    settings = Settings.model_validate({"database_url": "sqlite://", "secret_key": "x" * 32})
    runtime = await compose(settings, ctx.db, SystemClock(), answers=False)
    there = runtime.context()
    field = ("Product", "wine", "proof")
    assert there.shop.metafield_types[field] == "number_integer"
    assert there.shop.metafield_filters[field] == {"it": "Gradazione", "en": "Proof"}
    product = (await make_product(ctx, "Grappa")).product_id
    with pytest.raises(BadInput) as refused:
        await write_metafields(there, "Product", product, [_entry("single_line_text_field", "strong")])
    assert refused.value.field == ("metafields", "0", "type")
    assert await write_metafields(there, "Product", product, [_entry("number_integer", "42")]) == 1
    listed = """{ search(query: "grappa", first: 1) { productFilters { label values { label count } }
        nodes { ... on Product { metafield(namespace: "wine", key: "proof") { type value } } } } }"""
    found = await ask(there, listed)
    assert found["search"]["nodes"] == [{"metafield": {"type": "number_integer", "value": "42"}}]
    facets = {facet["label"]: facet["values"] for facet in found["search"]["productFilters"]}
    assert facets["Proof"] == [{"label": "42", "count": 1}]

    taken = {**PROOF, "type": "single_line_text_field"}
    key = made["metafieldDefinition"]["id"]
    changed = (await admin.ask(UPDATE, {"id": key, "input": taken}))["metafieldDefinitionUpdate"]
    assert changed["userErrors"] == [{"code": "METAFIELD_TYPE_IN_USE", "field": ["input", "type"]}]
    assert (await admin.ask(DELETE, {"id": key}))["metafieldDefinitionDelete"] == {"deletedId": key, "userErrors": []}
    assert (await admin.ask("{ metafieldDefinitions { key } }"))["metafieldDefinitions"] == []


async def test_values_are_written_and_deleted_by_who_may(admin: Admin, ctx: Context) -> None:
    product = f"gid://vetrina/Product/{await ctx.db.value(_product_of(await ware(ctx)))}"
    value = {"namespace": "custom", "key": "care", "type": "single_line_text_field", "value": "By hand"}
    wrote = (await admin.ask(WRITE, {"id": product, "metafields": [value]}))["metafieldsWrite"]
    assert (wrote["userErrors"], [one["value"] for one in wrote["metafields"]]) == ([], ["By hand"])
    gone = {"id": product, "gone": [{"namespace": "custom", "key": "care"}]}
    assert (await admin.ask(WRITE, gone))["metafieldsWrite"]["metafields"] == []
    for owner, code in (("gid://vetrina/Product/99999", "NOT_FOUND"), ("gid://vetrina/Cart/1", "BAD_USER_INPUT")):
        refused = (await admin.ask(WRITE, {"id": owner, "metafields": [value]}))["metafieldsWrite"]
        assert [error["code"] for error in refused["userErrors"]] == [code]
    reader = await admin.may("shop.read", "catalog.read")
    assert await reader.refused(WRITE, {"id": product, "metafields": [value]}) == ["FORBIDDEN"]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"owner_type": "Cart"}, "owner_type"),
        ({"namespace": "a b"}, "namespace"),
        ({"type": "number"}, "type"),
        ({"names": {"en": " "}}, "names"),
        ({"type": "json"}, "is_filterable"),
        ({"owner_type": "Order"}, "is_filterable"),
    ],
)
async def test_what_a_definition_cannot_be(ctx: Context, given: dict[str, Any], field: str) -> None:
    right: dict[str, Any] = {
        "owner_type": "Product", "namespace": "wine", "key": "proof", "type": "number_integer",
        "names": {"en": "Proof"}, "is_filterable": True,
    }  # fmt: skip
    with pytest.raises(BadInput) as refused:
        await define_metafield(ctx, Definition(**{**right, **given}))
    assert refused.value.field == (field,)


@pytest.mark.embedded
async def test_a_definition_is_made_by_form(ctx: Context, site: Site) -> None:
    mara = await signed_in(ctx, site)
    await mara.open("/admin/metafields/new")
    typed = {"owner_type": "Product", "namespace": "wine", "key": "proof", "type": "number_integer"}
    await mara.send("/admin/metafields", **typed)
    assert mara.answer.status_code == 422 and mara.page.wrong == ["name_en"]
    await mara.send("/admin/metafields", name_en="Proof", name_it="Gradazione", is_filterable="on")
    assert mara.where == "/admin/metafields" and "Proof" in mara.page.words
    await mara.open("/admin/metafields/1")
    await mara.send("/admin/metafields/1", name_en="Strength")
    assert "Strength" in mara.page.words
    await mara.open("/admin/metafields/1")
    await mara.send("/admin/metafields/1/delete")
    assert "Strength" not in mara.page.words
    await mara.client.aclose()


def _entry(kind: str, value: str) -> Entry:
    return Entry(namespace="wine", key="proof", type=kind, value=value)


def _product_of(variant_id: int) -> Any:
    return select(Variant.product_id).where(Variant.id == variant_id)
