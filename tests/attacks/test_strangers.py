"""Two customers: whatever takes an id is asked with the other's, and answers nothing of hers and changes nothing.

The questions come from the schema, so that a new field cannot be forgotten.
"""

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
from sqlalchemy import text
from tests.attacks.prying import documents, takes_id
from tests.support.customers import Hashes

from vetrina.flows import customers
from vetrina.kernel import crypto
from vetrina.testing import Workshop, a_shop, make_order
from vetrina.vocabulary import Address
from vetrina_mailbox.keeping import latest, whole_mail
from vetrina_storefront import door

pytestmark = pytest.mark.embedded
PLUGINS = ("checkout", "content", "mailbox", "metaobjects", "promotions", "seo")
SECRETS = ("alice@canary.example", "Canarini", "Via Segreta 77", "+390117777777")
HOME = Address(
    first_name="Alice", last_name="Canarini", address1="Via Segreta 77", city="Torino", zip="10121", province="TO",
    country="IT", phone="+390117777777",
)  # fmt: skip
HERS = {
    "customers_customer": "id",
    "customers_address": "customer_id",
    "orders_order": "customer_id",
    "orders_line": "",
}
"""Tables in which a stranger must move nothing of hers, and the column that says whose a row is; all are where none."""
SIGN_UP = "mutation ($input: CustomerCreateInput!) { customerCreate(input: $input) { userErrors { message } } }"
ACTIVATE = """mutation ($url: URL!, $password: String!) {
  customerActivateByUrl(activationUrl: $url, password: $password) { customerAccessToken { accessToken } } }"""
PASSWORD = "olive-e-capperi"


class People(msgspec.Struct):
    """Alice with an account, an address, a cart and an order; Bob with an account. Each by a token."""

    alice: str
    bob: str
    hers: list[str]
    """Ids of what is Alice's that anybody could guess: none holds a secret."""


@pytest.fixture
async def shop(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Workshop]:
    monkeypatch.setattr(crypto, "_HASHER", Hashes())
    async with a_shop(PLUGINS) as opened:
        yield opened


@pytest.fixture
async def people(shop: Workshop) -> People:
    alice, bob = await _account(shop, SECRETS[0]), await _account(shop, "bob@stranger.example")
    address = await customers.add_address(shop.buyer, alice, HOME)
    order = await make_order(shop.ctx, email=SECRETS[0], address=HOME, customer=alice)
    cart_id, key = (await shop.db.fetch(text("SELECT id, key FROM cart_cart ORDER BY id DESC")))[0]
    keys = {
        "Customer": order.customer_id, "MailingAddress": address.id, "Order": order.id, "Cart": cart_id,
        "CustomerAddress": address.id,
    }  # fmt: skip
    hers = [f"gid://vetrina/{kind}/{key}" for kind, key in keys.items()]
    hers += [f"gid://vetrina/Order/{order.number}", "gid://vetrina/Cart/", f"gid://vetrina/Cart/{key[:8]}"]
    return People(alice, bob, hers)


@pytest.mark.timeout(180)
async def test_a_stranger_learns_and_changes_nothing_of_anothers(shop: Workshop, people: People) -> None:
    schema = _schema(shop)
    told, before, asked = list[str](), await _rows(shop), set[str]()
    for given in people.hers:
        for token in (people.bob, None):
            for name, document, variables in documents(schema, given, token):
                answer = await _answer(shop, document, variables)
                told += [f"{name} with {given}: {secret}" for secret in SECRETS if secret in answer]
                asked.add(name)
    assert told == []
    assert await _rows(shop) == before
    assert len(asked) > 30, asked
    every = {f"query {name}" for name, field in schema.query_type.fields.items() if takes_id(schema, field)}
    every |= {f"mutation {name}" for name, field in schema.mutation_type.fields.items() if takes_id(schema, field)}
    assert asked == every


@pytest.mark.timeout(180)
async def test_with_her_own_token_the_same_questions_tell_and_change(shop: Workshop, people: People) -> None:
    """The control: who only asked what is refused to everybody would prove nothing."""
    before, told = await _rows(shop), set[str]()
    for given in people.hers[:3]:
        for name, document, variables in documents(_schema(shop), given, people.alice):
            answer = await _answer(shop, document, variables)
            told |= {name for secret in SECRETS if secret in answer}
    assert {"mutation customerDefaultAddressUpdate", "mutation customerAddressUpdate"} & told, told
    assert await _rows(shop) != before


def _schema(shop: Workshop) -> Any:
    return door.compose_storefront(shop.site.graphql)._schema


async def _answer(shop: Workshop, document: str, variables: dict[str, Any]) -> str:
    answer = await shop.client.post("/graphql", json={"query": document, "variables": variables})
    assert answer.status_code < 500, (document, answer.text)
    assert "GRAPHQL_VALIDATION_FAILED" not in answer.text, (document, answer.text)
    return answer.text


async def _rows(shop: Workshop) -> dict[str, list[Any]]:
    """All there is of hers."""
    found = dict[str, list[Any]]()
    for table, column in HERS.items():
        asked = text(f"SELECT * FROM {table} WHERE {column} IN (SELECT id FROM customers_customer "
                     "WHERE email = 'alice@canary.example')" if column else f"SELECT * FROM {table}")  # fmt: skip
        found[table] = await shop.db.fetch(asked)
    return found


async def _account(shop: Workshop, email: str) -> str:
    """The token of somebody who signed up and followed the link in his mail."""
    await shop.ask(SIGN_UP, input={"email": email, "password": PASSWORD})
    await shop.deliver()
    found = await whole_mail(shop.ctx, (await latest(shop.db, size=1))[0].id)
    assert found is not None
    link = next(word for word in found[1].text.split() if word.startswith("https://shop.test/"))
    opened = (await shop.ask(ACTIVATE, url=link, password=PASSWORD))["customerActivateByUrl"]
    token: str = opened["customerAccessToken"]["accessToken"]
    return token
