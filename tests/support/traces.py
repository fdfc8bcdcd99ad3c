"""What a shop holds, table by table: to show that something changed nothing."""

from sqlalchemy import func, select
from tests.support.schemas import core_tables

from vetrina.kernel.db import Reads
from vetrina.kernel.messages import OutboxEvent
from vetrina.shop.staff.models import AuditEntry


async def row_counts(reads: Reads) -> dict[str, int]:
    """How many rows every table has, ledgers, outbox and audit among them."""
    tables = core_tables()
    return {table.name: await reads.value(select(func.count()).select_from(table)) for table in tables}


async def events(reads: Reads) -> list[tuple[str, str]]:
    """Name and subject of every event, in the order they were emitted."""
    found = await reads.fetch(select(OutboxEvent.name, OutboxEvent.subject).order_by(OutboxEvent.id))
    return [(name, subject) for name, subject in found]


async def actions(reads: Reads) -> list[tuple[str, str]]:
    """Action and subject of every audit entry, in order."""
    found = await reads.fetch(select(AuditEntry.action, AuditEntry.subject).order_by(AuditEntry.id))
    return [(action, subject) for action, subject in found]
