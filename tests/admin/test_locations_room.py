"""Locations as a manager sees them: opened, corrected and closed, by form and over the API."""

import pytest
from tests.support.asking import Admin
from tests.support.managers import signed_in

from vetrina.kernel.context import Context
from vetrina.plugin import Site

UPDATE = """mutation ($id: ID!, $input: LocationSheetInput!) { locationUpdate(id: $id, input: $input) {
    location { id name isActive } userErrors { code field } } }"""
CREATE = """mutation ($input: LocationSheetInput!) { locationCreate(input: $input) {
    location { id name isActive } userErrors { code field } } }"""


@pytest.mark.embedded
async def test_a_location_is_opened_and_described_by_form(ctx: Context, site: Site) -> None:
    mara = await signed_in(ctx, site)
    await mara.open("/admin/locations/new")
    await mara.send("/admin/locations", name="Atelier", city="Torino", country="IT", latitude="Nord", longitude="7")
    assert mara.answer.status_code == 422 and mara.page.wrong == ["latitude"]
    assert mara.page.form("/admin/locations").fields["city"] == "Torino"
    await mara.send("/admin/locations", latitude="45,0703", longitude="7.6869")
    assert mara.where == "/admin/locations" and "Atelier is open." in mara.page.words
    await mara.open("/admin/locations/2")
    assert mara.page.form("/admin/locations/2").fields["latitude"] == "45.070300"
    await mara.send("/admin/locations/2", name="Main")
    assert mara.page.wrong == ["name"] and "Another location is called Main already." in mara.page.words
    await mara.client.aclose()


async def test_a_location_is_opened_and_closed_over_the_api(admin: Admin) -> None:
    given = {"name": "Atelier", "address": {"city": "Torino"}, "latitude": 45.0703, "longitude": 7.6869}
    made = (await admin.ask(CREATE, {"input": given}))["locationCreate"]
    assert (made["userErrors"], made["location"]["name"]) == ([], "Atelier")
    closed = {**given, "isActive": False}
    changed = await admin.ask(UPDATE, {"id": made["location"]["id"], "input": closed})
    assert changed["locationUpdate"]["location"]["isActive"] is False
    last = (await admin.ask("{ locations { id name } }"))["locations"][0]
    refused = await admin.ask(UPDATE, {"id": last["id"], "input": {"name": "Main", "isActive": False}})
    errors = refused["locationUpdate"]["userErrors"]
    assert errors == [{"code": "LOCATION_IS_NEEDED", "field": ["input", "isActive"]}]
    reader = await admin.may("shop.read")
    assert await reader.refused(CREATE, {"input": given}) == ["FORBIDDEN"]
