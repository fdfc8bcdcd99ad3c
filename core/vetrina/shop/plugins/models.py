"""Tables: plugin, generation."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from vetrina.kernel.db import Model, private


class PluginState(Model):
    """A plugin this shop has ever switched on. Its settings survive being switched off."""

    __tablename__ = "plugins_plugin"

    name: Mapped[str] = mapped_column(primary_key=True)
    is_on: Mapped[bool]
    position: Mapped[int]
    """Plugins are loaded in this order; on one port the earlier comes first."""
    settings: Mapped[dict[str, Any]]
    updated_at: Mapped[datetime]


class Generation(Model):
    """The number of the Runtime this shop should be running; one row. Every process watches it."""

    __tablename__ = "plugins_generation"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int]

    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)


private(PluginState, Generation)
