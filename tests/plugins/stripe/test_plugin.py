"""The plugin as a shop loads it: settings that are tried, its health, the checkout's pages, messages over HTTP."""

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import select
from tests.plugins.stripe.conftest import KEYS, SECRETS
from tests.support.checkout_pages import ANNA, UPDATE, at_the_checkout
from tests.support.visitor import Visitor

from vetrina.kernel.errors import Refusal, Unavailable
from vetrina.kernel.money import digits
from vetrina.shop.payments.models import Payment
from vetrina.testing import StillClock, Workshop, a_shop
from vetrina.testing.stripe import Message, StripeDouble
from vetrina_stripe import health, messages, subscribed
from vetrina_stripe.amounts import LEAST, all_from_stripe, from_stripe, to_stripe
from vetrina_stripe.keys import WrongAccount, WrongMode
from vetrina_stripe.refusals import KeyNotTaken
from vetrina_stripe.settings import StripeSettings

pytestmark = pytest.mark.embedded
HOOK = "/webhooks/payments/stripe"


@pytest.fixture
async def shop(clock: StillClock, double: StripeDouble) -> AsyncIterator[Workshop]:
    async with a_shop(["checkout", "stripe"], {"stripe": {**KEYS, **SECRETS}}, clock=clock) as opened:
        opened.outside(double.answer)
        await opened.product()
        yield opened


def settings(**more: Any) -> StripeSettings:
    return StripeSettings.model_validate({**KEYS, **SECRETS, **more})


async def post(shop: Workshop, message: Message) -> int:
    return (await shop.client.post(HOOK, content=message.body, headers=message.headers)).status_code


async def test_a_buyer_pays_by_card_on_the_hosted_pages_with_the_banks_step(
    shop: Workshop, double: StripeDouble
) -> None:
    visitor = Visitor(shop._serve)
    key = await at_the_checkout(shop, visitor)
    page = await visitor.send(f"/{key}", UPDATE, method="stripe:card", **ANNA)
    shown = dict(page.attributes)
    assert shown["data-module"] == "/stripe/element.js"
    assert (
        '"publishableKey":"pk_test_double","amount":"1840","currency":"eur","captureMethod":"automatic"'
        in shown["data-offer"]
    )
    assert "sk_test" not in page.html
    assert "https://js.stripe.com" in visitor.answer.headers["content-security-policy"]
    script = await shop.client.get("/stripe/element.js")
    assert script.headers["content-type"].startswith("text/javascript")
    assert "export async function mount" in script.text
    token = double.token("pm_card_threeDSecure2Required")
    form = page.form(f"/{key}")
    await visitor.post(form.action, {**form.fields, "do": "order", "payment_token": token})
    assert visitor.path.startswith("/checkout/payments/"), visitor.page.words
    assert "_secret_double" in dict(visitor.page.attributes)["data-step"]
    payment_key = await shop.ctx.db.value(select(Payment.key))
    double.intents.complete_challenge(payment_key)
    (message,) = [message for message in double.hooks.messages() if message.kind == "payment_intent.succeeded"]
    assert await post(shop, Message({**message.headers, "stripe-signature": "t=1,v1=0"}, message.body)) == 400
    assert [await post(shop, message) for _ in range(2)] == [200, 200]
    assert await visitor.open(visitor.path)
    assert re.fullmatch(r"/checkout/orders/1001/\w+", visitor.path)
    assert double.books.charged(payment_key) == 1840


async def test_its_health_says_what_is_wrong(shop: Workshop, double: StripeDouble) -> None:
    await health.check(settings(account="acct_double"))(shop.ctx)
    await settings(account="acct_double").check(shop.ctx)
    await StripeSettings().check(shop.ctx)
    for wrong, problem in (
        (StripeSettings(), health.NoKeys),
        (settings(webhook_secret=""), health.NoWebhookSecret),
        (settings(account="acct_other"), WrongAccount),
        (settings(secret_key="sk_test_old"), KeyNotTaken),
    ):
        with pytest.raises(problem):
            await health.check(wrong)(shop.ctx)
    double.books.livemode = True
    with pytest.raises(WrongMode):
        await settings().check(shop.ctx)
    double.faults.refuse(times=9)
    with pytest.raises(Unavailable):
        await settings().check(shop.ctx)
    private = settings(api_address="http://10.0.0.1:8900")
    with pytest.raises(Refusal):
        await private.check(shop.ctx)


async def test_its_health_names_the_events_that_the_webhook_is_not_told_of(
    shop: Workshop, double: StripeDouble
) -> None:
    look = subscribed.check(settings())
    await subscribed.check(StripeSettings())(shop.ctx)
    here = shop.ctx.shop.base_url + HOOK
    double.endpoint("https://another.shop" + HOOK)
    double.endpoint(here, status="disabled")
    with pytest.raises(subscribed.NoWebhook, match=re.escape(here)):
        await look(shop.ctx)
    older = double.endpoint(here, ["charge.refunded", "charge.refund.updated", *sorted(messages.TOLD)])
    with pytest.raises(subscribed.NotSubscribed) as named:
        await look(shop.ctx)
    assert "charge.dispute.funds_withdrawn, charge.dispute.funds_reinstated, payout.created" in str(named.value)
    assert "refund" not in str(named.value) and "payment_intent" not in str(named.value)
    rest = double.endpoint(here, [names[0] for names in subscribed.NEEDED if names[0][:6] in ("charge", "payout")])
    await look(shop.ctx)
    older["enabled_events"].remove("charge.refund.updated")
    with pytest.raises(subscribed.NotSubscribed, match=re.escape("of refund.updated, refund.failed: add")):
        await look(shop.ctx)
    rest["enabled_events"] = ["*"]
    await look(shop.ctx)
    double.denied.add("webhook_endpoints")
    with pytest.raises(subscribed.NobodyKnows, match=re.escape("refund.failed, charge.dispute.created")):
        await look(shop.ctx)
    heard = {kind for names in subscribed.NEEDED for kind in names} - messages.TOLD - messages.OF_REFUNDS
    assert all(kind.startswith(("charge.refunded", "charge.dispute.", "payout.")) for kind in heard), "each is read"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"publishable_key": "sk_test_double"}, "publishable_key"),
        ({"publishable_key": "pk_live_double"}, ""),
        ({"publishable_key": ""}, ""),
        ({"secret_key": "pk_test_double"}, "secret_key"),
        ({"account": "1A2b"}, "account"),
        ({"api_address": "https://user@api.stripe.com"}, "api_address"),
        ({"api_address": "ftp://api.stripe.com"}, "api_address"),
        ({"statement_suffix": "<b>"}, "statement_suffix"),
        ({"capture": "never"}, "capture"),
    ],
)
def test_settings_that_cannot_work_are_refused_by_name(wrong: dict[str, str], field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        settings(**wrong)
    assert [".".join(map(str, error["loc"])) for error in refused.value.errors()] == [field]
    assert "sk_test_double" not in repr(settings())


def test_amounts_go_there_and_back_unchanged_and_parts_add_up() -> None:
    for currency in (*LEAST, "KWD", "BHD", "ISK", "UGX", "KRW", "CLP", "RSD", "ALL", "COP"):
        step = {3: 10}.get(digits(currency), 1)
        for amount in (0, step, 7 * step, 12_340, 99_990, 1_234_560):
            assert from_stripe(to_stripe(amount, currency), currency) == amount, currency
        parts = [196_949, -33, 50, 49, 1, 100_000]
        assert sum(all_from_stripe(parts, currency)) == from_stripe(sum(parts), currency)


async def test_nothing_is_offered_without_keys_and_messages_find_nobody(clock: StillClock) -> None:
    async with a_shop(["stripe"], clock=clock) as bare:
        assert (await bare.client.post(HOOK, content=b"{}")).status_code == 404
        assert (await bare.client.get("/stripe/element.js")).status_code == 200
