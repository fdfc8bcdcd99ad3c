"""The rules of webhooks, the plugin's tables and its place among the others."""

import json
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.conftest import ENGINES
from tests.support import shops
from tests.support.receivers import Station, paid
from tests.support.schemas import core_metadata, schema_of

from vetrina import events
from vetrina.kernel import migrate
from vetrina.kernel.db import table_of
from vetrina.plugin.discovery import migrations
from vetrina_webhooks import register_reactions
from vetrina_webhooks.events import TYPES
from vetrina_webhooks.models import WebhooksAttempt, WebhooksDelivery, WebhooksEndpoint
from vetrina_webhooks.rules import (
    PAUSES,
    event_type,
    is_accepted,
    is_dead,
    is_wanted,
    pause_after,
    quiet_after,
    signature,
    signed_headers,
)

SINCE = datetime(2026, 3, 1, tzinfo=UTC)


def test_the_signature_is_the_published_one() -> None:
    """The example that Standard Webhooks' own libraries are tested with."""
    secret, body = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", b'{"test": 2432232314}'
    made = signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body)
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    headers = signed_headers([secret, "whsec_AAAA"], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body)
    assert headers["webhook-signature"].startswith(made + " v1,")


@pytest.mark.parametrize(
    ("name", "kind"),
    [("OrderPlaced", "order.placed"), ("StockRanOut", "stock.ran_out"), ("PaymentRefunded", "payment.refunded")],
)
def test_events_are_called_by_noun_and_participle(name: str, kind: str) -> None:
    assert event_type(name) == kind


def test_every_event_there_is_can_be_heard_under_a_name_of_its_own() -> None:
    heard = {item.event.__name__ for item in register_reactions()}
    assert heard == set(TYPES.values()) == set(events.__all__) - {"Event"}
    assert len({item.run.__name__ for item in register_reactions()}) == len(heard), "each has a cursor of its own"
    assert is_wanted("order.paid", None)
    assert not is_wanted("order.paid", ["order.placed"])


def test_pauses_grow_are_spread_and_end() -> None:
    assert [pause_after(tries, 0.0) for tries in range(1, 10)] == [timedelta(seconds=one) for one in PAUSES]
    assert pause_after(1, 1.0) == timedelta(seconds=6)
    assert pause_after(10, 0.0) is None
    for asked, seconds in (("120", 120), ("3", 5), ("999999", 86_400), ("-1", 5), ("soon", 5), ("1" * 40, 5)):
        assert pause_after(1, 0.0, asked) == timedelta(seconds=seconds), asked
    assert [quiet_after(misses).seconds for misses in (1, 2, 3, 4, 99)] == [5, 30, 120, 300, 300]


def test_only_2xx_is_taken() -> None:
    assert [status for status in (None, 100, 199, 200, 204, 299, 300, 302, 400, 500) if is_accepted(status)] == [
        200, 204, 299,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("since", "given_up", "after", "dead"),
    [(None, 99, 99, False), (SINCE, 0, 4.99, False), (SINCE, 0, 5, True), (SINCE, 19, 1, False), (SINCE, 20, 1, True)],
)
def test_an_endpoint_is_dead_after_days_or_losses(
    since: datetime | None, given_up: int, after: float, *, dead: bool
) -> None:
    assert is_dead(since, given_up, SINCE + timedelta(days=after), days=5, failures=20) is dead


@pytest.fixture(params=ENGINES)
def migrated_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of its own with the tables of the core and of all plugins."""
    if request.param == "sqlite":
        yield shops.sqlite_url(request.getfixturevalue("sqlite_template"), tmp_path)
        return
    server, name = request.getfixturevalue("postgres_server"), f"webhooks_{uuid.uuid4().hex}"
    yield shops.postgres_url(server, request.getfixturevalue("postgres_template"), name)
    shops.drop_database(server, name)


async def test_its_tables_come_and_go_on_a_filled_shop(migrated_url: str) -> None:
    clock, before = shops.StillClock(), schema_of(migrated_url)
    ctx = await shops.opened(migrated_url, clock)
    station = Station(ctx, clock)
    await station.register()
    await station.happen(paid())
    await station.send()
    await ctx.db.close()
    declared = core_metadata()
    for model in (WebhooksEndpoint, WebhooksDelivery, WebhooksAttempt):
        table_of(model).to_metadata(declared)
    differing = [line for line in migrate.check(migrated_url, migrations(), declared) if "webhooks" in line]
    assert differing == [], "what other plugins have is theirs to compare"
    migrate.remove(migrated_url, migrations(), "webhooks")
    assert "webhooks_" not in json.dumps(schema_of(migrated_url), default=str)
    assert migrate.pending(migrated_url, migrations()).revisions == {"webhooks": ["webhooks_0001"]}
    migrate.upgrade(migrated_url, migrations())
    assert schema_of(migrated_url) == before
