"""The first tables of catalog: 9, as the models declared them."""

import sqlalchemy as sa
from alembic import op

from vetrina.kernel.db import BigInt, Instant

revision = "0002"
down_revision = "0001"
branch_labels = None


def upgrade() -> None:
    create_catalog_media()
    create_catalog_product()
    create_catalog_search_piece()
    create_catalog_search_word()
    create_catalog_translation()
    create_catalog_collection()
    create_catalog_option()
    create_catalog_product_media()
    create_catalog_product_tag()


def downgrade() -> None:
    op.drop_table("catalog_product_tag")
    op.drop_table("catalog_product_media")
    op.drop_table("catalog_option")
    op.drop_table("catalog_collection")
    op.drop_table("catalog_translation")
    op.drop_table("catalog_search_word")
    op.drop_table("catalog_search_piece")
    op.drop_table("catalog_product")
    op.drop_table("catalog_media")


def create_catalog_media() -> None:
    op.create_table(
        "catalog_media",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("alt", sa.Text(), nullable=True),
        sa.Column("width", BigInt, nullable=True),
        sa.Column("height", BigInt, nullable=True),
        sa.Column("thumbhash", sa.Text(), nullable=True),
        sa.Column("mime_type", sa.Text(), nullable=True),
        sa.Column("size", BigInt, nullable=True),
        sa.Column("preview_id", BigInt, nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('image', 'video', 'external_video', 'model_3d', 'file')", name=op.f("ck_catalog_media_kind_known")
        ),
        sa.ForeignKeyConstraint(["preview_id"], ["catalog_media.id"], name=op.f("fk_catalog_media_preview_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalog_media")),
    )
    op.create_index("ix_catalog_media_url", "catalog_media", ["url"], unique=False)


def create_catalog_product() -> None:
    op.create_table(
        "catalog_product",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("handle", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description_html", sa.Text(), nullable=False),
        sa.Column("vendor", sa.Text(), nullable=False),
        sa.Column("product_type", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("is_gift_card", sa.Boolean(), nullable=False),
        sa.Column("seo_title", sa.Text(), nullable=True),
        sa.Column("seo_description", sa.Text(), nullable=True),
        sa.Column("source_key", sa.Text(), nullable=True),
        sa.Column("source_digest", sa.Text(), nullable=True),
        sa.Column("selling_rank", BigInt, server_default=sa.text("0"), nullable=False),
        sa.Column("published_at", Instant(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.CheckConstraint("status IN ('active', 'draft', 'archived')", name=op.f("ck_catalog_product_status_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalog_product")),
        sa.UniqueConstraint("handle", name=op.f("uq_catalog_product_handle")),
        sa.UniqueConstraint("source_key", name=op.f("uq_catalog_product_source_key")),
    )
    op.create_index("ix_catalog_product_created_at", "catalog_product", ["created_at", "id"], unique=False)
    op.create_index("ix_catalog_product_on_sale", "catalog_product", ["status", "published_at", "id"], unique=False)
    op.create_index("ix_catalog_product_product_type", "catalog_product", ["product_type", "id"], unique=False)
    op.create_index("ix_catalog_product_selling_rank", "catalog_product", ["selling_rank", "id"], unique=False)
    op.create_index("ix_catalog_product_title", "catalog_product", ["title", "id"], unique=False)
    op.create_index("ix_catalog_product_updated_at", "catalog_product", ["updated_at", "id"], unique=False)
    op.create_index("ix_catalog_product_vendor", "catalog_product", ["vendor", "id"], unique=False)


def create_catalog_search_piece() -> None:
    op.create_table(
        "catalog_search_piece",
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("piece", sa.Text(), nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("language", "piece", "word", name=op.f("pk_catalog_search_piece")),
    )


def create_catalog_search_word() -> None:
    op.create_table(
        "catalog_search_word",
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("language", "word", name=op.f("pk_catalog_search_word")),
    )


def create_catalog_translation() -> None:
    op.create_table(
        "catalog_translation",
        sa.Column("owner_type", sa.Text(), nullable=False),
        sa.Column("owner_id", BigInt, nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("owner_type", "owner_id", "language", "field", name=op.f("pk_catalog_translation")),
    )
    op.create_index(
        "ix_catalog_translation_handle",
        "catalog_translation",
        ["owner_type", "language", "value"],
        unique=False,
        postgresql_where=sa.text("field = 'handle'"),
        sqlite_where=sa.text("field = 'handle'"),
    )
    op.create_index(
        "ix_catalog_translation_lookup", "catalog_translation", ["owner_type", "language", "owner_id"], unique=False
    )


def create_catalog_collection() -> None:
    op.create_table(
        "catalog_collection",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("handle", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description_html", sa.Text(), nullable=False),
        sa.Column("seo_title", sa.Text(), nullable=True),
        sa.Column("seo_description", sa.Text(), nullable=True),
        sa.Column("image_id", BigInt, nullable=True),
        sa.Column("published_at", Instant(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["image_id"], ["catalog_media.id"], name=op.f("fk_catalog_collection_image_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalog_collection")),
        sa.UniqueConstraint("handle", name=op.f("uq_catalog_collection_handle")),
    )


def create_catalog_option() -> None:
    op.create_table(
        "catalog_option",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("product_id", BigInt, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", BigInt, nullable=False),
        sa.ForeignKeyConstraint(
            ["product_id"], ["catalog_product.id"], name=op.f("fk_catalog_option_product_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalog_option")),
        sa.UniqueConstraint("product_id", "name", name=op.f("uq_catalog_option_product_id_name")),
        sa.UniqueConstraint("product_id", "position", name=op.f("uq_catalog_option_product_id_position")),
    )


def create_catalog_product_media() -> None:
    op.create_table(
        "catalog_product_media",
        sa.Column("product_id", BigInt, nullable=False),
        sa.Column("media_id", BigInt, nullable=False),
        sa.Column("position", BigInt, nullable=False),
        sa.Column("is_picture", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["media_id"], ["catalog_media.id"], name=op.f("fk_catalog_product_media_media_id")),
        sa.ForeignKeyConstraint(
            ["product_id"], ["catalog_product.id"], name=op.f("fk_catalog_product_media_product_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("product_id", "media_id", name=op.f("pk_catalog_product_media")),
    )


def create_catalog_product_tag() -> None:
    op.create_table(
        "catalog_product_tag",
        sa.Column("product_id", BigInt, nullable=False),
        sa.Column("tag", sa.Text(), nullable=False),
        sa.Column("position", BigInt, nullable=False),
        sa.ForeignKeyConstraint(
            ["product_id"], ["catalog_product.id"], name=op.f("fk_catalog_product_tag_product_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("product_id", "tag", name=op.f("pk_catalog_product_tag")),
    )
    op.create_index("ix_catalog_product_tag_tag", "catalog_product_tag", ["tag", "product_id"], unique=False)
