"""Rows that the doctor makes up can be read by a plugin's own code."""

from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from vetrina.kernel.db import open_database
from vetrina.testing.doctor.filling import fill
from vetrina_webhooks.models import WebhooksDelivery, WebhooksEndpoint


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_instants_and_documents_are_what_the_models_say(database_url: str) -> None:
    tables = ["webhooks_endpoint", "webhooks_delivery", "webhooks_attempt"]
    assert fill(Path(database_url.removeprefix("sqlite:///")), tables) == []
    db = await open_database(database_url)
    try:
        endpoints = await db.fetch(select(WebhooksEndpoint.created_at, WebhooksEndpoint.events))
        deliveries = await db.fetch(select(WebhooksDelivery.created_at, WebhooksDelivery.type))
    finally:
        await db.close()
    assert [(type(at), events) for at, events in endpoints] == [(datetime, {})] * 2
    assert [(type(at), kind) for at, kind in deliveries] == [(datetime, "type 1"), (datetime, "type 2")]
