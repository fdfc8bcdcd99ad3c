"""Tables: plugin, the order on a port, what each process measured, generation."""

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


class PluginMeter(Model):
    """What one process knows of one piece of a plugin's work since it started. Durations in microseconds.

    A process that is not heard of for a while is gone, and its rows with it.
    """

    __tablename__ = "plugins_meter"

    process: Mapped[str] = mapped_column(primary_key=True)
    """Host, process id and a few drawn characters."""
    owner: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    calls: Mapped[int]
    failures: Mapped[int]
    refusals: Mapped[int]
    blocks: Mapped[int]
    leaks: Mapped[int]
    spent: Mapped[int]
    slowest: Mapped[int]
    usual: Mapped[int]
    """The 95th percentile of its latest calls."""
    longest_block: Mapped[int]
    opened_at: Mapped[datetime | None]
    """Since when its breaker is open."""
    last_error: Mapped[str | None]
    last_error_at: Mapped[datetime | None]
    at: Mapped[datetime]
    """When the process was last heard of."""


class Generation(Model):
    """The number of the Runtime this shop should be running; one row. Every process watches it."""

    __tablename__ = "plugins_generation"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int]

    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)


private(PluginState, PortOrder, PluginMeter, Generation)
