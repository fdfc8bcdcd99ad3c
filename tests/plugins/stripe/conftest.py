"""A double of Stripe's API and the plugin's own parts over it."""

from collections.abc import Sequence
from typing import Any

import pytest
from tests.support.shops import StillClock

from vetrina.kernel.outgoing import Outgoing
from vetrina.testing.stripe import StripeDouble
from vetrina_stripe.provider import StripePayments
from vetrina_stripe.settings import StripeSettings

KEYS = {"publishable_key": "pk_test_double", "secret_key": "sk_test_double"}
SECRETS = {"webhook_secret": "whsec_double"}


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits before another try."""
    monkeypatch.setattr("vetrina_stripe.sdk.PAUSE", 0.0)


@pytest.fixture
def double(clock: StillClock) -> StripeDouble:
    return StripeDouble(clock)


@pytest.fixture
def provider(double: StripeDouble, clock: StillClock) -> StripePayments:
    return payments(double, clock)


def payments(double: StripeDouble, clock: StillClock, **more: Any) -> StripePayments:
    """The plugin's provider, whose every call goes to the double."""
    settings = StripeSettings.model_validate({**KEYS, **SECRETS, **more})
    return StripePayments(settings, settings.line(way_to(double)), clock)


def way_to(double: StripeDouble) -> Outgoing:
    return Outgoing(transport=double.transport, resolve=_somewhere)


async def _somewhere(host: str, port: int) -> Sequence[str]:
    assert (host, port) == ("api.stripe.com", 443), "nobody else is called"
    return ["93.184.215.14"]
