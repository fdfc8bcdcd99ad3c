"""The first tables of markets: 5, as the models declared them."""

import sqlalchemy as sa
from alembic import op

from vetrina.kernel.db import BigInt, Document

revision = "0014"
down_revision = "0013"
branch_labels = None


def upgrade() -> None:
    create_markets_shop()
    create_markets_brand()
    create_markets_market()
    create_markets_market_country()
    create_markets_market_language()


def downgrade() -> None:
    op.drop_table("markets_market_language")
    op.drop_table("markets_market_country")
    op.drop_table("markets_market")
    op.drop_table("markets_brand")
    op.drop_table("markets_shop")


def create_markets_shop() -> None:
    op.create_table(
        "markets_shop",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("capture", sa.Text(), nullable=True),
        sa.CheckConstraint("capture IN ('whole', 'part', 'never')", name=op.f("ck_markets_shop_capture")),
        sa.CheckConstraint("id = 1", name=op.f("ck_markets_shop_one_shop")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_markets_shop")),
    )


def create_markets_brand() -> None:
    op.create_table(
        "markets_brand",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("slogan", sa.Text(), nullable=False),
        sa.Column("short_description", sa.Text(), nullable=False),
        sa.Column("primary", Document(), nullable=False),
        sa.Column("secondary", Document(), nullable=False),
        sa.Column("logo_id", BigInt, nullable=True),
        sa.Column("square_logo_id", BigInt, nullable=True),
        sa.Column("cover_id", BigInt, nullable=True),
        sa.CheckConstraint("id = 1", name=op.f("ck_markets_brand_one_brand")),
        sa.ForeignKeyConstraint(["cover_id"], ["catalog_media.id"], name=op.f("fk_markets_brand_cover_id")),
        sa.ForeignKeyConstraint(["logo_id"], ["catalog_media.id"], name=op.f("fk_markets_brand_logo_id")),
        sa.ForeignKeyConstraint(["square_logo_id"], ["catalog_media.id"], name=op.f("fk_markets_brand_square_logo_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_markets_brand")),
    )


def create_markets_market() -> None:
    op.create_table(
        "markets_market",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("handle", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("price_list_id", BigInt, nullable=False),
        sa.Column("prices_include_tax", sa.Boolean(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("position", BigInt, nullable=False),
        sa.ForeignKeyConstraint(
            ["price_list_id"], ["pricing_price_list.id"], name=op.f("fk_markets_market_price_list_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_markets_market")),
        sa.UniqueConstraint("handle", name=op.f("uq_markets_market_handle")),
    )


def create_markets_market_country() -> None:
    op.create_table(
        "markets_market_country",
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("market_id", BigInt, nullable=False),
        sa.Column("position", BigInt, nullable=False),
        sa.ForeignKeyConstraint(
            ["market_id"], ["markets_market.id"], name=op.f("fk_markets_market_country_market_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("country", name=op.f("pk_markets_market_country")),
    )


def create_markets_market_language() -> None:
    op.create_table(
        "markets_market_language",
        sa.Column("market_id", BigInt, nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("position", BigInt, nullable=False),
        sa.ForeignKeyConstraint(
            ["market_id"], ["markets_market.id"], name=op.f("fk_markets_market_language_market_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("market_id", "language", name=op.f("pk_markets_market_language")),
    )
