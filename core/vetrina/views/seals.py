"""The chain over the audit log: its links with the entries they stand for, and the entries that have none yet."""

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import bindparam, func, select

from vetrina.kernel.crypto import Vault
from vetrina.kernel.db import Reads
from vetrina.shop.staff.models import AuditEntry, AuditSeal

CHAIN = "audit-chain"
"""What the key of the chain is for."""
LOOKED_BACK = 10_000
"""So far below the latest sealed entry one may stand that was committed after it; what is older is the doctor's."""


class EntryRow(msgspec.Struct, frozen=True):
    """All that an entry says."""

    id: int
    at: datetime
    actor: str
    action: str
    subject: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    trail: str


class LinkRow(msgspec.Struct, frozen=True):
    """One link. Without `at` its entry is gone."""

    id: int
    entry_id: int
    digest: str
    at: datetime | None
    actor: str | None
    action: str | None
    subject: str | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    trail: str | None

    @property
    def entry(self) -> EntryRow | None:
        if self.at is None or self.actor is None or self.action is None or self.subject is None or self.trail is None:
            return None
        return EntryRow(
            self.entry_id, self.at, self.actor, self.action, self.subject, self.before, self.after, self.trail
        )


def link(vault: Vault, before: str, entry: EntryRow) -> str:
    """The digest of an entry that follows the link `before`; empty before the first."""
    return vault.sign(CHAIN, before + msgspec.json.encode(entry, order="deterministic").decode())


async def last_link(reads: Reads) -> str:
    """The digest the next link follows."""
    return await reads.value(_LAST) or ""


async def links(reads: Reads, *, above: int, limit: int) -> list[LinkRow]:
    """Links in their order, those with a larger id than `above`."""
    return await reads.rows(LinkRow, _LINKS, {"above": above, "most": limit})


async def unsealed_entries(reads: Reads, *, before: datetime, limit: int) -> list[EntryRow]:
    """Entries from before that instant which no link stands for, in the order of their ids."""
    above = (await reads.value(_LATEST) or 0) - LOOKED_BACK
    return await reads.rows(EntryRow, _UNSEALED, {"before_": before, "above": above, "most": limit})


async def unsealed_count(reads: Reads, *, before: datetime) -> int:
    """How many of those there are."""
    return await reads.value(_COUNT, {"before_": before})


_ENTRY = tuple(getattr(AuditEntry, name) for name in EntryRow.__struct_fields__)
_LAST = select(AuditSeal.digest).order_by(AuditSeal.id.desc()).limit(1)
_LINKS = (
    select(AuditSeal.id, AuditSeal.entry_id, AuditSeal.digest, *_ENTRY[1:])
    .outerjoin(AuditEntry, AuditEntry.id == AuditSeal.entry_id)
    .where(AuditSeal.id > bindparam("above"))
    .order_by(AuditSeal.id)
    .limit(bindparam("most"))
)
_is_open = (
    AuditEntry.at <= bindparam("before_"),
    ~select(AuditSeal.id).where(AuditSeal.entry_id == AuditEntry.id).exists(),
)
_LATEST = select(func.max(AuditSeal.entry_id))
_UNSEALED = (
    select(*_ENTRY)
    .where(*_is_open, AuditEntry.id > bindparam("above"))
    .order_by(AuditEntry.id)
    .limit(bindparam("most"))
)
_COUNT = select(func.count(AuditEntry.id)).where(*_is_open)
