"""Hydrogen's own client signs in to a served shop and does all its template does; our schema is written as its is."""

import json
import re
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from graphql import GraphQLEnumType, GraphQLSchema, build_client_schema, build_schema
from sqlalchemy import update
from tests.support.browser_shop import Served, served_shop
from tests.support.front_ends import furnish, packages, told

from vetrina.flows.accounts.clients import add_client
from vetrina.flows.customers import join_proven
from vetrina.flows.history import import_orders
from vetrina.kernel.context import Context
from vetrina.kernel.crypto import hash_password
from vetrina.ports import PastCustomer, PastLine, PastOrder, PastPayment
from vetrina.shop.customers.models import Customer
from vetrina_storefront.accounts.schema import published

HERE = Path(__file__).parent
README = HERE.parents[1] / "storefront_api" / "README.md"
FRONT = "https://front.example"
ANNA, PASSWORD = "rossi@example.org", "una password di prova"


@pytest.fixture(scope="module")
def shop(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served_shop(sqlite_template, tmp_path_factory.mktemp("shop")) as served:
        yield served


def _sent(at: datetime) -> PastOrder:
    """An order whose goods are known to have left."""
    line = PastLine(sku=None, title="Panettone", quantity=1, unit_price=Decimal("24.00"))
    customer = PastCustomer(key="Rossi", email=ANNA, first_name="Anna", last_name="Rossi")
    facts: dict[str, Any] = {"currency": "EUR", "country": "IT", "lines": (line,), "customer": customer}
    return PastOrder(name="BV-1", first_row=1, at=at, sent_at=at, payment=PastPayment(received_at=at), **facts)


async def _prepare(ctx: Context) -> str:
    """A customer with a past and a password, and a front end; its key."""
    await import_orders(ctx, [_sent(ctx.now() - timedelta(days=90))], source="till")
    async with ctx.tx() as session:
        customer_id = await join_proven(ctx, session, ANNA)
        hashed = await hash_password(PASSWORD)
        await session.execute(update(Customer).where(Customer.id == customer_id).values(password_hash=hashed))
    return (await add_client(ctx, "Hydrogen", [f"{FRONT}/account/authorize"], [FRONT])).key


def test_hydrogens_client_does_all_its_template_does(shop: Served, tmp_path: Path) -> None:
    folder = furnish(tmp_path)
    shutil.copy(HERE / "hydrogen.mjs", folder)
    snippet = re.search(r"<!-- test: hydrogen -->\n```js\n(.*?)```", README.read_text(), re.S)
    assert snippet is not None
    (folder / "home.mjs").write_text(snippet[1])
    key = shop.do(_prepare)
    found = told(folder, "hydrogen.mjs", shop.url, key, ANNA, PASSWORD, environment={"PUBLIC_VETRINA_URL": shop.url})
    assert (found["language"], found["back"], found["authorized"]) == ("it", FRONT, "/account")
    assert found["loggedIn"] and found["refreshed"] and found["deleted"] and found["left"] == f"{FRONT}/"
    assert found["cart"] == {"cart": {"buyerIdentity": {"customer": {"email": ANNA}}}, "userErrors": []}
    assert found["afterwards"] == 302, "a token that was taken back leads to the sign-in again"
    renamed = found["renamed"]
    assert renamed["userErrors"] == [] and renamed["customer"]["emailAddress"] == {"emailAddress": ANNA}
    assert [(one["code"], one["field"]) for one in found["refused"]] == [
        ("COUNTRY_NOT_EXIST", ["address", "territoryCode"])
    ]
    assert found["updated"] == []
    kept = found["details"]["addresses"]["nodes"]
    assert kept == [found["details"]["defaultAddress"]] and kept[0]["zoneCode"] == "MI" and kept[0]["city"] == "Milano"
    assert kept[0]["formatted"] and kept[0]["phoneNumber"] == "+390115550100"
    orders = found["orders"]
    assert len(orders) >= 4 and (found["found"], found["missed"]) == (1, 0)
    assert [order["processedAt"] for order in orders] == sorted((one["processedAt"] for one in orders), reverse=True)
    assert found["order"] == orders[0] and found["order"]["lineItems"]["nodes"][0]["image"]["url"]
    assert orders[-1]["fulfillments"]["nodes"] == [{"status": "SUCCESS"}] and orders[-1]["name"] == "BV-1"
    page = httpx.get(orders[0]["statusPageUrl"], follow_redirects=True)
    assert page.status_code == 200 and orders[0]["name"] in page.text


@pytest.fixture(scope="module")
def theirs() -> GraphQLSchema:
    """The schema that Hydrogen's package brings."""
    file = packages() / "@shopify" / "hydrogen" / "dist" / "customer-account.schema.json"
    whole = json.loads(file.read_text())
    return build_client_schema(whole.get("data", whole))


STOREFRONTS = {"LanguageCode": {"LA", "MO", "SH"}}
"""Values that only the storefront's schema has."""


def test_what_is_published_is_written_as_in_hydrogens_schema(theirs: GraphQLSchema) -> None:
    ours = build_schema(published())
    added = {"DiscountCodeApplication.applicable"}
    seen = 0
    for name, mine in ours.type_map.items():
        if name.startswith("__"):
            continue
        their = theirs.type_map.get(name)
        assert type(their) is type(mine), name
        if isinstance(mine, GraphQLEnumType):
            assert set(mine.values) - set(cast(GraphQLEnumType, their).values) <= STOREFRONTS.get(name, set()), name
        for field, one in getattr(mine, "fields", {}).items():
            if f"{name}.{field}" in added:
                continue
            other = cast(Any, their).fields[field]
            assert str(one.type) == str(other.type), f"{name}.{field}"
            given, wanted = _arguments(one), _arguments(other)
            assert given == wanted, f"{name}.{field}"
            seen += 1
        interfaces = {each.name for each in getattr(mine, "interfaces", ())}
        assert interfaces <= {each.name for each in getattr(their, "interfaces", ())}, name
    assert seen > 150
    assert {each.name for each in ours.directives} >= {"inContext"}


def _arguments(field: Any) -> dict[str, tuple[str, Any]]:
    return {name: (str(one.type), one.default_value) for name, one in getattr(field, "args", {}).items()}
