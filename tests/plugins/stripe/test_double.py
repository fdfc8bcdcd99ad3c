"""The double itself: Stripe's own SDK finds in it what it expects of Stripe; its faults are those it was ordered."""

import asyncio
import json
from typing import Any

import httpx
import pytest
import stripe
from tests.support.shops import StillClock

from vetrina.testing.stripe import CARDS, StripeDouble

pytestmark = [
    pytest.mark.embedded,
    pytest.mark.filterwarnings("ignore:Use 'content="),  # the SDK's own client gives text where bytes are wanted
]
VERIFY: Any = getattr(stripe.WebhookSignature, "verify_header")  # noqa: B009
ASKED: Any = {
    "amount": 1000,
    "currency": "eur",
    "confirm": True,
    "payment_method": "pm_card_visa",
    "metadata": {"k": "one"},
}
OFF: Any = {"automatic_payment_methods": {"enabled": True, "allow_redirects": "never"}}


class InProcess(stripe.HTTPXClient):
    """The SDK's client with a transport of ours."""

    def __init__(self, transport: httpx.AsyncBaseTransport) -> None:
        super().__init__()  # pyright: ignore[reportUnknownMemberType]
        self._client_async = httpx.AsyncClient(transport=transport)

    async def sleep_async(self, secs: float) -> None:
        return None


@pytest.fixture
def sdk(double: StripeDouble) -> Any:
    return stripe.StripeClient("sk_test_double", http_client=InProcess(double.transport))


@pytest.fixture
def over_http(double: StripeDouble) -> Any:
    """The same by ASGI, as it is served on loopback."""
    return stripe.StripeClient("sk_test_double", http_client=InProcess(httpx.ASGITransport(double)))


async def test_keys_are_idempotent_as_stripes(double: StripeDouble, sdk: Any, clock: StillClock) -> None:
    intents = sdk.v1.payment_intents
    first = await intents.create_async({**ASKED, **OFF}, {"idempotency_key": "one"})
    again = await intents.create_async({**ASKED, **OFF}, {"idempotency_key": "one"})
    assert (first.id, first.status, first.amount_received) == (again.id, "succeeded", 1000)
    assert [call.is_replay for call in double.calls] == [False, True]
    with pytest.raises(stripe.IdempotencyError):
        await intents.create_async({**ASKED, "amount": 2000}, {"idempotency_key": "one"})
    declined: Any = {**ASKED, "payment_method": "pm_card_visa_chargeDeclinedInsufficientFunds"}
    for _ in range(2):
        with pytest.raises(stripe.CardError) as refused:
            await intents.create_async(declined, {"idempotency_key": "two"})
        error: Any = refused.value.error
        assert (error.decline_code, error.payment_intent.id) == (
            "insufficient_funds",
            double.books.all("payment_intent")[-1]["id"],
        )
    with pytest.raises(stripe.InvalidRequestError):
        await intents.create_async({**ASKED, "amount": 1}, {"idempotency_key": "three"})
    assert (await intents.create_async(ASKED, {"idempotency_key": "three"})).amount == 1000, "what never began is free"
    clock.move(hours=24)
    await intents.create_async({**ASKED, **OFF}, {"idempotency_key": "one"})
    assert double.books.charged("one") == 3000, "keys are forgotten, and then it is another charge"


async def test_while_a_key_is_in_use_it_is_in_conflict(double: StripeDouble, sdk: Any) -> None:
    double.faults.gate = asyncio.Event()
    create = sdk.v1.payment_intents.create_async
    first = asyncio.create_task(create(ASKED, {"idempotency_key": "one"}))
    while not double.books.charged("one"):
        await asyncio.wait([first], timeout=0)
    with pytest.raises(stripe.APIError) as refused:
        await create(ASKED, {"idempotency_key": "one", "max_network_retries": 0})
    assert refused.value.http_status == 409
    first.cancel()
    double.faults.gate.set()
    await asyncio.wait([first])
    await create(ASKED, {"idempotency_key": "one"})
    assert double.books.charged("one") == 1000, "whoever stops waiting stops nothing"


async def test_faults_happen_as_ordered(double: StripeDouble, over_http: Any) -> None:
    async def create(key: str) -> Any:
        return await over_http.v1.payment_intents.create_async(
            {**ASKED, "metadata": {"k": key}}, {"idempotency_key": key, "max_network_retries": 0}
        )

    faults = double.faults
    for order, error, charged in (
        (lambda: faults.throttle("POST"), stripe.RateLimitError, 0),
        (lambda: faults.break_down("POST"), stripe.APIError, 0),
        (lambda: faults.break_down("POST", after_acting=True), stripe.APIError, 1000),
    ):
        order()
        with pytest.raises(error):
            await create(f"key-{charged}")
        assert double.books.charged(f"key-{charged}") == charged
    assert (await create("key-0")).amount_received == 1000
    faults.lose("POST /v1/payment_intents")
    direct = httpx.AsyncClient(transport=double.transport, base_url="https://api.stripe.com")
    form = {
        "amount": "1000",
        "currency": "eur",
        "confirm": "true",
        "payment_method": "pm_card_visa",
        "metadata[k]": "lost",
    }
    with pytest.raises(httpx.ReadError):
        await direct.post("/v1/payment_intents", data=form, headers={"authorization": "Bearer sk_test_double"})
    assert double.books.charged("lost") == 1000
    assert (await direct.get("/v1/balance", headers={"authorization": "Bearer sk_live_other"})).status_code == 401


async def test_events_are_signed_as_the_sdk_expects_and_delivered_as_badly_as_asked(
    double: StripeDouble, sdk: Any
) -> None:
    await sdk.v1.payment_intents.create_async(ASKED)
    double.hooks.secrets = ("whsec_new", "whsec_old")
    posted = list[str]()

    async def post(headers: Any, body: bytes) -> int:
        for secret in double.hooks.secrets:
            assert VERIFY(body.decode(), headers["stripe-signature"], secret)
        posted.append(json.loads(body)["type"])
        return 500 if len(posted) == 1 else 200

    double.hooks.withheld = {"payment_intent.succeeded"}
    assert await double.hooks.deliver(post, times=2, shuffled=1) == 3
    assert await double.hooks.deliver(post) == 1, "what was not taken comes again"
    assert len(posted) == 5
    assert set(posted) == {"payment_intent.created", "charge.succeeded"}
    forged = double.hooks.message(double.hooks.events[0], secrets=["whsec_guessed"])
    with pytest.raises(stripe.SignatureVerificationError):
        VERIFY(forged.body.decode(), forged.headers["stripe-signature"], "whsec_new")


async def test_lists_are_whole_searches_lag_and_ids_expand(double: StripeDouble, sdk: Any, clock: StillClock) -> None:
    for number in range(12):
        await sdk.v1.payment_intents.create_async({**ASKED, "metadata": {"k": f"n{number}"}})
    page = await sdk.v1.payment_intents.list_async({"limit": 5, "expand": ["data.latest_charge.refunds"]})
    found = [intent.metadata["k"] async for intent in page.auto_paging_iter()]
    assert found == [f"n{number}" for number in reversed(range(12))]
    charge: Any = page.data[0].latest_charge
    assert (charge.amount_captured, charge.refunds.data) == (1000, [])
    assert isinstance((await sdk.v1.payment_intents.retrieve_async(page.data[0].id)).latest_charge, str)
    query: Any = {"query": "metadata['k']:'n3'"}
    assert (await sdk.v1.payment_intents.search_async(query)).data == []
    clock.move(minutes=1)
    assert len((await sdk.v1.payment_intents.search_async(query)).data) == 1
    with pytest.raises(stripe.InvalidRequestError):
        await sdk.v1.payment_intents.create_async({**ASKED, "amuont": 5})
    assert {card.outcome for card in CARDS.values()} == {"succeeds", "challenges", "declines", "processes"}
