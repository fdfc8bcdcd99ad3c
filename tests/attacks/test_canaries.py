"""Canaries: passwords, tokens and payment secrets are given to the shop, and are found in no log and no table.

And what a request says about itself is not believed: mails link to the configured address, whoever asks.
"""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import inspect, text
from structlog.testing import capture_logs
from tests.support.customers import Hashes

from vetrina.flows.staff.tokens import issue_token
from vetrina.kernel import crypto
from vetrina.kernel.migrate import _engine  # pyright: ignore[reportPrivateUsage]
from vetrina.testing import Workshop, a_shop
from vetrina_mailbox.keeping import latest, whole_mail

pytestmark = pytest.mark.embedded
PASSWORD = "canary-password-7391"
GUESS = "canary-guess-2264"
CARD_NUMBER = "4111111111111111"
TOKEN = "canary-browser-token-5518"
SIGN_UP = "mutation ($input: CustomerCreateInput!) { customerCreate(input: $input) { userErrors { message } } }"
SIGN_IN = """mutation ($input: CustomerAccessTokenCreateInput!) { customerAccessTokenCreate(input: $input) {
  customerAccessToken { accessToken } customerUserErrors { code message } } }"""
ACTIVATE = """mutation ($url: URL!, $password: String!) {
  customerActivateByUrl(activationUrl: $url, password: $password) { customerAccessToken { accessToken } } }"""
RECOVER = "mutation ($email: String!) { customerRecover(email: $email) { userErrors { message } } }"
PAY = """mutation ($cart: ID!, $payment: CartPaymentInput!) {
  cartPaymentUpdate(cartId: $cart, payment: $payment) { userErrors { code } } }"""
CREATE = "mutation { cartCreate { cart { id } } }"
FORGED = {
    "host": "evil.example", "x-forwarded-host": "evil.example", "forwarded": "host=evil.example;proto=http",
    "x-forwarded-proto": "http", "x-original-host": "evil.example", "x-forwarded-for": "203.0.113.9",
}  # fmt: skip
ANNA = "anna@canary.example"


@pytest.fixture
async def shop(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Workshop]:
    monkeypatch.setattr(crypto, "_HASHER", Hashes())
    async with a_shop(("mailbox",)) as opened:
        yield opened


async def link(shop: Workshop) -> str:
    """The link in the last mail."""
    await shop.deliver()
    found = await whole_mail(shop.ctx, (await latest(shop.db, size=1))[0].id)
    assert found is not None
    return next(word for word in found[1].text.split() if word.startswith("http"))


async def test_secrets_are_in_no_log_and_no_table(shop: Workshop) -> None:
    with capture_logs() as logs:
        await shop.ask(SIGN_UP, input={"email": ANNA, "password": PASSWORD})
        url = await link(shop)
        opened = await shop.ask(ACTIVATE, url=url, password=PASSWORD)
        access = opened["customerActivateByUrl"]["customerAccessToken"]["accessToken"]
        await shop.ask(SIGN_IN, input={"email": ANNA, "password": GUESS})
        staff = await issue_token(shop.ctx, "canary", ("shop.read",), known=shop.site.permissions)
        await shop.client.post("/admin/graphql", json={"query": "{ nonsense }"}, headers={"authorization": staff})
        cart = (await shop.ask(CREATE))["cartCreate"]["cart"]["id"]
        method = {"handle": "manual_payment:cash-on-delivery", "token": TOKEN}
        payment = {"amount": {"amount": "1.0", "currencyCode": "EUR"}, "providerPaymentMethod": method}
        await shop.ask(PAY, cart=cart, payment=payment)
        broken = {"query": f'{{ shop {{ name }} nonsense(password: "{PASSWORD}", card: "{CARD_NUMBER}") }}'}
        answer = await shop.client.post("/graphql", json=broken)
        assert answer.json()["errors"]
    canaries = (PASSWORD, GUESS, TOKEN, CARD_NUMBER, access, staff)
    said = str(logs)
    assert logs, "nothing was logged: there is nothing to look at"
    assert [one for one in canaries if one in said] == []
    kept = await _everything(shop)
    assert ANNA in kept, "the dump holds what the tables hold"
    assert [one for one in canaries if one in kept] == []


async def test_links_lead_to_the_configured_address_whatever_a_request_says(shop: Workshop) -> None:
    body = {"query": SIGN_UP, "variables": {"input": {"email": ANNA, "password": PASSWORD}}}
    answered = await shop.client.post("/graphql", json=body, headers=FORGED)
    assert "evil" not in answered.text
    url = await link(shop)
    assert url.startswith("https://shop.test/")
    await shop.ask(ACTIVATE, url=url, password=PASSWORD)
    await shop.client.post("/graphql", json={"query": RECOVER, "variables": {"email": ANNA}}, headers=FORGED)
    reset = await link(shop)
    assert reset != url and reset.startswith("https://shop.test/")
    for path in ("/robots.txt", "/sitemap.xml", "/"):
        page = await shop.client.get(path, headers=FORGED)
        assert "evil.example" not in page.text + str(page.headers), path


async def test_a_guesser_does_not_change_his_address_by_saying_so(shop: Workshop) -> None:
    """Ten tries at one account from one place: X-Forwarded-For and the like from a stranger make no other place."""
    answers = list[str]()
    for number in range(12):
        said = ("x-forwarded-for", "x-real-ip", "forwarded", "shopify-storefront-buyer-ip", "x-vetrina-buyer-ip")
        mine: dict[str, str] = {**dict.fromkeys(said, f"198.51.100.{number}")}
        tried = {"query": SIGN_IN, "variables": {"input": {"email": ANNA, "password": f"{GUESS}{number}"}}}
        answers.append((await shop.client.post("/graphql", json=tried, headers=mine)).text)
    assert "UNIDENTIFIED_CUSTOMER" in answers[0]
    assert "UNIDENTIFIED_CUSTOMER" not in answers[-1], answers[-1]


async def _everything(shop: Workshop) -> str:
    """Every row of every table, as text."""
    engine = _engine(shop.settings.database_url, is_writing=False)
    names = inspect(engine).get_table_names()
    engine.dispose()
    rows = [await shop.db.fetch(text(f'SELECT * FROM "{name}"')) for name in names]
    return str(rows)
