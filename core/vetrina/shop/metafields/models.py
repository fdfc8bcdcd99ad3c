"""Tables: metafield, on whatever noun names itself as its owner; what the staff has defined of metafields."""

from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from vetrina.kernel.db import Model


class Metafield(Model):
    """A typed extra value. `owner_type` is the owner's public type name, such as Product; the owner deletes it."""

    __tablename__ = "metafields_metafield"

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_type: Mapped[str]
    owner_id: Mapped[int]
    namespace: Mapped[str]
    key: Mapped[str]
    type: Mapped[str]
    value: Mapped[str]
    description: Mapped[str | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("owner_type", "owner_id", "namespace", "key"),)


class MetafieldDefinition(Model):
    """What a metafield means: its type binds whoever writes it, its name is what people read."""

    __tablename__ = "metafields_definition"

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_type: Mapped[str]
    namespace: Mapped[str]
    key: Mapped[str]
    type: Mapped[str]
    names: Mapped[dict[str, Any]]
    """By language, ISO 639-1."""
    description: Mapped[str]
    is_filterable: Mapped[bool]
    """Whether buyers may filter products by it."""
    updated_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("owner_type", "namespace", "key"),)
