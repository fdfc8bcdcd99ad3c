"""The first tables of plugins: 4, as the models declared them."""

import sqlalchemy as sa
from alembic import op

from vetrina.kernel.db import BigInt, Document, Instant

revision = "0006"
down_revision = "0005"
branch_labels = None


def upgrade() -> None:
    create_plugins_generation()
    create_plugins_meter()
    create_plugins_plugin()
    create_plugins_port_order()


def downgrade() -> None:
    op.drop_table("plugins_port_order")
    op.drop_table("plugins_plugin")
    op.drop_table("plugins_meter")
    op.drop_table("plugins_generation")


def create_plugins_generation() -> None:
    op.create_table(
        "plugins_generation",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("number", BigInt, nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_plugins_generation_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plugins_generation")),
    )


def create_plugins_meter() -> None:
    op.create_table(
        "plugins_meter",
        sa.Column("process", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("calls", BigInt, nullable=False),
        sa.Column("failures", BigInt, nullable=False),
        sa.Column("refusals", BigInt, nullable=False),
        sa.Column("blocks", BigInt, nullable=False),
        sa.Column("leaks", BigInt, nullable=False),
        sa.Column("spent", BigInt, nullable=False),
        sa.Column("slowest", BigInt, nullable=False),
        sa.Column("usual", BigInt, nullable=False),
        sa.Column("longest_block", BigInt, nullable=False),
        sa.Column("opened_at", Instant(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("last_error_at", Instant(), nullable=True),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("process", "owner", "kind", "name", name=op.f("pk_plugins_meter")),
    )


def create_plugins_plugin() -> None:
    op.create_table(
        "plugins_plugin",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("position", BigInt, nullable=False),
        sa.Column("settings", Document(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_plugins_plugin")),
    )


def create_plugins_port_order() -> None:
    op.create_table(
        "plugins_port_order",
        sa.Column("port", sa.Text(), nullable=False),
        sa.Column("keys", Document(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("port", name=op.f("pk_plugins_port_order")),
    )
