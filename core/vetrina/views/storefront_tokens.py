"""Tokens by which front ends tell the storefront which one they are."""

from datetime import datetime

import msgspec
from sqlalchemy import bindparam, func, select

from vetrina.kernel.db import Reads
from vetrina.shop.accounts.models import StorefrontToken


class StorefrontTokenRow(msgspec.Struct, frozen=True):
    """A token. `public` is what a front end in browsers sends; a private one is nowhere but with its server."""

    id: int
    name: str
    public: str | None
    created_at: datetime

    @property
    def is_private(self) -> bool:
        return self.public is None


class KnownRow(msgspec.Struct, frozen=True):
    """What there is to know about whoever brings a token with that digest."""

    token_hash: str
    is_private: bool


async def storefront_tokens(reads: Reads) -> list[StorefrontTokenRow]:
    """All that can be used, the newest first: a shop has but few."""
    return await reads.rows(StorefrontTokenRow, _TOKENS)


async def storefront_token(reads: Reads, token_id: int) -> StorefrontTokenRow | None:
    """The token of that id, unless it was revoked."""
    return await reads.one(StorefrontTokenRow, _TOKEN, {"token": token_id})


async def storefront_token_count(reads: Reads) -> int:
    """How many can be used."""
    return await reads.value(_COUNT)


async def known_storefront_tokens(reads: Reads) -> list[KnownRow]:
    """All that can be used, by their digests."""
    return await reads.rows(KnownRow, _KNOWN)


_ANY = select(StorefrontToken.id, StorefrontToken.name, StorefrontToken.public, StorefrontToken.created_at)
_TOKENS = _ANY.order_by(StorefrontToken.id.desc())
_TOKEN = _ANY.where(StorefrontToken.id == bindparam("token"))
_COUNT = select(func.count()).select_from(StorefrontToken)
_KNOWN = select(StorefrontToken.token_hash, StorefrontToken.public.is_(None).label("is_private"))
