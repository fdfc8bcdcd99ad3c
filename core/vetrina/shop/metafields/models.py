"""Table: metafield, on whatever noun names itself as its owner."""

from datetime import datetime

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
