"""Registered documents: the GraphQL texts that front ends ask for by their hash."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import bindparam, delete, func, select
from sqlalchemy.orm import Mapped, mapped_column

from vetrina.kernel.db import Model, Reads, Session, private


class GraphQLDocument(Model):
    """A document that the shop trusts."""

    __tablename__ = "graphql_document"

    hash: Mapped[str] = mapped_column(primary_key=True)
    """SHA-256 of the text, in hexadecimal."""
    text: Mapped[str]
    name: Mapped[str]
    registered_at: Mapped[datetime]


private(GraphQLDocument)


class DocumentRow(msgspec.Struct, frozen=True):
    """A registered document."""

    hash: str
    text: str
    name: str
    registered_at: datetime


def hash_of(text: str) -> str:
    """The hash a document is known by."""
    return hashlib.sha256(text.encode()).hexdigest()


async def documents(db: Reads) -> list[DocumentRow]:
    """Every registered document, by name."""
    return await db.rows(DocumentRow, _DOCUMENTS)


async def count(db: Reads) -> int:
    """How many documents are registered."""
    return await db.value(_COUNT)


async def register(session: Session, names: Sequence[tuple[str, str]], at: datetime) -> int:
    """Keep texts, given as pairs of name and text; how many of them were new."""
    return sum(
        [
            await session.add_if_absent(GraphQLDocument, hash=hash_of(text), text=text, name=name, registered_at=at)
            for name, text in names
        ]
    )


async def forget(session: Session, key: str) -> bool:
    """Forget a document; whether it was registered."""
    return await session.execute(_FORGET, {"hash_": key}) == 1


_DOCUMENTS = select(
    GraphQLDocument.hash, GraphQLDocument.text, GraphQLDocument.name, GraphQLDocument.registered_at
).order_by(GraphQLDocument.name, GraphQLDocument.hash)
_COUNT = select(func.count()).select_from(GraphQLDocument)
_FORGET = delete(GraphQLDocument).where(GraphQLDocument.hash == bindparam("hash_"))
