"""Tables: definition (a kind of metaobject and its fields), metaobject."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from vetrina.kernel.db import Model


class MetaobjectDefinition(Model):
    """A kind of metaobject. `fields` are sheets.FieldSheet, in the order front ends read them."""

    __tablename__ = "metaobjects_definition"

    id: Mapped[int] = mapped_column(primary_key=True)
    type: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    fields: Mapped[list[Any]]
    title_key: Mapped[str]
    """The field an entry is called by."""
    seo_title_key: Mapped[str]
    """The field search engines are told as title; empty for none."""
    seo_description_key: Mapped[str]
    has_pages: Mapped[bool]
    """Whether each entry has a page of its own in the shop."""
    updated_at: Mapped[datetime]


class Metaobject(Model):
    """An entry of a kind: values by field, as the public API writes them. Without published_at it is a draft."""

    __tablename__ = "metaobjects_metaobject"

    id: Mapped[int] = mapped_column(primary_key=True)
    definition_id: Mapped[int] = mapped_column(ForeignKey("metaobjects_definition.id"))
    handle: Mapped[str]
    title: Mapped[str]
    """What the staff calls it: the value of the definition's title field, else its handle."""
    values: Mapped[dict[str, Any]]
    texts: Mapped[dict[str, Any]]
    """By language (ISO 639-1) and field: what differs from `values` there."""
    published_at: Mapped[datetime | None]
    updated_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("definition_id", "handle"),
        Index("ix_metaobjects_metaobject_updated_at", "definition_id", "updated_at", "id"),
        Index("ix_metaobjects_metaobject_id", "definition_id", "id"),
    )
