"""A double of Mollie's API and the plugin's own parts over it."""

from collections.abc import Sequence
from typing import Any

import pytest
from tests.plugins.mollie.double import MollieDouble
from tests.support.shops import StillClock

from vetrina.kernel.outgoing import Outgoing
from vetrina_mollie import known
from vetrina_mollie.provider import MolliePayments
from vetrina_mollie.settings import MollieSettings

KEY = {"api_key": "test_double"}


@pytest.fixture(autouse=True)
def nothing_known() -> None:
    """What another test's account said is forgotten."""
    known._accounts.clear()


@pytest.fixture
def double(clock: StillClock) -> MollieDouble:
    return MollieDouble(clock)


@pytest.fixture
def provider(double: MollieDouble, clock: StillClock) -> MolliePayments:
    return payments(double, clock)


def payments(double: MollieDouble, clock: StillClock, **more: Any) -> MolliePayments:
    """The plugin's provider, whose every call goes to the double."""
    settings = MollieSettings.model_validate({**KEY, **more})
    return MolliePayments(settings, settings.line(way_to(double)), clock)


def way_to(double: MollieDouble) -> Outgoing:
    return Outgoing(transport=double.transport, resolve=_somewhere)


async def _somewhere(host: str, port: int) -> Sequence[str]:
    assert (host, port) == ("api.mollie.com", 443), "nobody else is called"
    return ["93.184.215.14"]
