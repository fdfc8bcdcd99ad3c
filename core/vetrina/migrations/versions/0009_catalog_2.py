"""The first tables of catalog_2: 6, as the models declared them."""

import sqlalchemy as sa
from alembic import op

from vetrina.kernel.db import BigInt, Document, Instant

revision = "0009"
down_revision = "0008"
branch_labels = None


def upgrade() -> None:
    create_catalog_search_term()
    create_catalog_variant()
    create_catalog_collection_product()
    create_catalog_option_value()
    create_catalog_variant_component()
    create_catalog_variant_value()


def downgrade() -> None:
    op.drop_table("catalog_variant_value")
    op.drop_table("catalog_variant_component")
    op.drop_table("catalog_option_value")
    op.drop_table("catalog_collection_product")
    op.drop_table("catalog_variant")
    op.drop_table("catalog_search_term")


def create_catalog_search_term() -> None:
    op.create_table(
        "catalog_search_term",
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("term", sa.Text(), nullable=False),
        sa.Column("product_id", BigInt, nullable=False),
        sa.Column("stem", sa.Text(), nullable=False),
        sa.Column("weight", BigInt, nullable=False),
        sa.ForeignKeyConstraint(
            ["product_id"], ["catalog_product.id"], name=op.f("fk_catalog_search_term_product_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("language", "term", "product_id", name=op.f("pk_catalog_search_term")),
    )
    op.create_index("ix_catalog_search_term_product_id", "catalog_search_term", ["product_id"], unique=False)
    op.create_index(
        "ix_catalog_search_term_stem", "catalog_search_term", ["language", "stem", "product_id"], unique=False
    )


def create_catalog_variant() -> None:
    op.create_table(
        "catalog_variant",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("product_id", BigInt, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("option_key", sa.Text(), nullable=False),
        sa.Column("position", BigInt, nullable=False),
        sa.Column("sku", sa.Text(), nullable=True),
        sa.Column("barcode", sa.Text(), nullable=True),
        sa.Column("image_id", BigInt, nullable=True),
        sa.Column("weight", BigInt, nullable=True),
        sa.Column("length", BigInt, nullable=True),
        sa.Column("width", BigInt, nullable=True),
        sa.Column("height", BigInt, nullable=True),
        sa.Column("measure", Document(), nullable=True),
        sa.Column("requires_shipping", sa.Boolean(), nullable=False),
        sa.Column("is_taxable", sa.Boolean(), nullable=False),
        sa.Column("tax_class", sa.Text(), nullable=False),
        sa.Column("quantity_minimum", BigInt, nullable=False),
        sa.Column("quantity_increment", BigInt, nullable=False),
        sa.Column("quantity_maximum", BigInt, nullable=True),
        sa.Column("is_bundle", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("archived_at", Instant(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.CheckConstraint(
            "quantity_minimum >= 1 AND quantity_increment >= 1", name=op.f("ck_catalog_variant_quantity_rule")
        ),
        sa.CheckConstraint("weight IS NULL OR weight >= 0", name=op.f("ck_catalog_variant_weight")),
        sa.ForeignKeyConstraint(["image_id"], ["catalog_media.id"], name=op.f("fk_catalog_variant_image_id")),
        sa.ForeignKeyConstraint(["product_id"], ["catalog_product.id"], name=op.f("fk_catalog_variant_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalog_variant")),
    )
    op.create_index("ix_catalog_variant_product_id", "catalog_variant", ["product_id", "position"], unique=False)
    op.create_index("ix_catalog_variant_sku", "catalog_variant", ["sku"], unique=False)
    op.create_index(
        "uq_catalog_variant_options",
        "catalog_variant",
        ["product_id", "option_key"],
        unique=True,
        postgresql_where=sa.text("archived_at IS NULL"),
        sqlite_where=sa.text("archived_at IS NULL"),
    )


def create_catalog_collection_product() -> None:
    op.create_table(
        "catalog_collection_product",
        sa.Column("collection_id", BigInt, nullable=False),
        sa.Column("product_id", BigInt, nullable=False),
        sa.Column("position", BigInt, nullable=False),
        sa.ForeignKeyConstraint(
            ["collection_id"],
            ["catalog_collection.id"],
            name=op.f("fk_catalog_collection_product_collection_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["product_id"],
            ["catalog_product.id"],
            name=op.f("fk_catalog_collection_product_product_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("collection_id", "product_id", name=op.f("pk_catalog_collection_product")),
    )
    op.create_index(
        "ix_catalog_collection_product_order",
        "catalog_collection_product",
        ["collection_id", "position", "product_id"],
        unique=False,
    )
    op.create_index(
        "ix_catalog_collection_product_product_id", "catalog_collection_product", ["product_id"], unique=False
    )


def create_catalog_option_value() -> None:
    op.create_table(
        "catalog_option_value",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("option_id", BigInt, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", BigInt, nullable=False),
        sa.Column("swatch", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["option_id"], ["catalog_option.id"], name=op.f("fk_catalog_option_value_option_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalog_option_value")),
        sa.UniqueConstraint("option_id", "name", name=op.f("uq_catalog_option_value_option_id_name")),
    )


def create_catalog_variant_component() -> None:
    op.create_table(
        "catalog_variant_component",
        sa.Column("bundle_id", BigInt, nullable=False),
        sa.Column("component_id", BigInt, nullable=False),
        sa.Column("quantity", BigInt, nullable=False),
        sa.Column("position", BigInt, nullable=False),
        sa.CheckConstraint("bundle_id <> component_id", name=op.f("ck_catalog_variant_component_not_itself")),
        sa.CheckConstraint("quantity >= 1", name=op.f("ck_catalog_variant_component_quantity")),
        sa.ForeignKeyConstraint(
            ["bundle_id"],
            ["catalog_variant.id"],
            name=op.f("fk_catalog_variant_component_bundle_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["component_id"], ["catalog_variant.id"], name=op.f("fk_catalog_variant_component_component_id")
        ),
        sa.PrimaryKeyConstraint("bundle_id", "component_id", name=op.f("pk_catalog_variant_component")),
    )
    op.create_index(
        "ix_catalog_variant_component_component_id",
        "catalog_variant_component",
        ["component_id", "bundle_id"],
        unique=False,
    )


def create_catalog_variant_value() -> None:
    op.create_table(
        "catalog_variant_value",
        sa.Column("variant_id", BigInt, nullable=False),
        sa.Column("value_id", BigInt, nullable=False),
        sa.ForeignKeyConstraint(
            ["value_id"], ["catalog_option_value.id"], name=op.f("fk_catalog_variant_value_value_id")
        ),
        sa.ForeignKeyConstraint(
            ["variant_id"], ["catalog_variant.id"], name=op.f("fk_catalog_variant_value_variant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("variant_id", "value_id", name=op.f("pk_catalog_variant_value")),
    )
    op.create_index("ix_catalog_variant_value_value_id", "catalog_variant_value", ["value_id"], unique=False)
