"""Tables: plugin, the order on a port, generation."""

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
    """By its own schema; secrets are sealed."""
    digest: Mapped[str]
    """Of its files when somebody switched it on or confirmed them; empty where they are not watched."""
    updated_at: Mapped[datetime]


class PortOrder(Model):
    """In which order several plugins serve one port, where somebody has decided it."""

    __tablename__ = "plugins_port_order"

    port: Mapped[str] = mapped_column(primary_key=True)
    """The port's name, such as DeliveryProvider."""
    keys: Mapped[list[Any]]
    """Keys of its implementations, the first asked first; those that are not named come behind."""
    updated_at: Mapped[datetime]


class Generation(Model):
    """The number of the Runtime this shop should be running; one row. Every process watches it."""

    __tablename__ = "plugins_generation"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int]

    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)


private(PluginState, PortOrder, Generation)
