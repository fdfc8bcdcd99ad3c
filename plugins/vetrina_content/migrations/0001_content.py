"""The first tables of content: 7, as the models declared them."""

import sqlalchemy as sa
from alembic import op

from vetrina.kernel.db import BigInt, Document, Instant

revision = "content_0001"
down_revision = None
branch_labels = ("content",)


def upgrade() -> None:
    create_content_author()
    create_content_menu()
    create_content_policy()
    create_content_text()
    create_content_entry()
    create_content_item()
    create_content_comment()


def downgrade() -> None:
    op.drop_table("content_comment")
    op.drop_table("content_item")
    op.drop_table("content_entry")
    op.drop_table("content_text")
    op.drop_table("content_policy")
    op.drop_table("content_menu")
    op.drop_table("content_author")


def create_content_author() -> None:
    op.create_table(
        "content_author",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("first_name", sa.Text(), nullable=False),
        sa.Column("last_name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("bio", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_content_author")),
    )


def create_content_menu() -> None:
    op.create_table(
        "content_menu",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("handle", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_content_menu")),
        sa.UniqueConstraint("handle", name=op.f("uq_content_menu_handle")),
    )


def create_content_policy() -> None:
    op.create_table(
        "content_policy",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body_html", sa.Text(), nullable=False),
        sa.Column("begins_at", Instant(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_content_policy")),
    )
    op.create_index("ix_content_policy_kind", "content_policy", ["kind", "begins_at", "id"], unique=False)


def create_content_text() -> None:
    op.create_table(
        "content_text",
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("owner_id", BigInt, nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("scope", BigInt, nullable=False),
        sa.Column("handle", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("body_html", sa.Text(), nullable=True),
        sa.Column("excerpt_html", sa.Text(), nullable=True),
        sa.Column("seo_title", sa.Text(), nullable=True),
        sa.Column("seo_description", sa.Text(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("owner", "owner_id", "language", name=op.f("pk_content_text")),
        sa.UniqueConstraint(
            "owner", "scope", "language", "handle", name=op.f("uq_content_text_owner_scope_language_handle")
        ),
    )


def create_content_entry() -> None:
    op.create_table(
        "content_entry",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("scope", BigInt, nullable=False),
        sa.Column("handle", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body_html", sa.Text(), nullable=False),
        sa.Column("excerpt_html", sa.Text(), nullable=True),
        sa.Column("author_id", BigInt, nullable=True),
        sa.Column("image_url", sa.Text(), nullable=True),
        sa.Column("image_alt", sa.Text(), nullable=True),
        sa.Column("tags", Document(), nullable=False),
        sa.Column("comments", sa.Text(), nullable=False),
        sa.Column("seo_title", sa.Text(), nullable=True),
        sa.Column("seo_description", sa.Text(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("published_at", Instant(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["content_author.id"], name=op.f("fk_content_entry_author_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_content_entry")),
        sa.UniqueConstraint("kind", "scope", "handle", name=op.f("uq_content_entry_kind_scope_handle")),
    )
    op.create_index("ix_content_entry_published_at", "content_entry", ["kind", "published_at", "id"], unique=False)
    op.create_index("ix_content_entry_scope", "content_entry", ["scope", "kind", "id"], unique=False)
    op.create_index("ix_content_entry_title", "content_entry", ["kind", "title", "id"], unique=False)
    op.create_index("ix_content_entry_updated_at", "content_entry", ["kind", "updated_at", "id"], unique=False)


def create_content_item() -> None:
    op.create_table(
        "content_item",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("menu_id", BigInt, nullable=False),
        sa.Column("parent_id", BigInt, nullable=True),
        sa.Column("position", BigInt, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("resource_id", BigInt, nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("tags", Document(), nullable=False),
        sa.ForeignKeyConstraint(["menu_id"], ["content_menu.id"], name=op.f("fk_content_item_menu_id")),
        sa.ForeignKeyConstraint(["parent_id"], ["content_item.id"], name=op.f("fk_content_item_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_content_item")),
    )
    op.create_index("ix_content_item_menu_id", "content_item", ["menu_id", "position"], unique=False)


def create_content_comment() -> None:
    op.create_table(
        "content_comment",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("article_id", BigInt, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("body_html", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["content_entry.id"], name=op.f("fk_content_comment_article_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_content_comment")),
    )
    op.create_index("ix_content_comment_article_id", "content_comment", ["article_id", "state", "id"], unique=False)
    op.create_index("ix_content_comment_email", "content_comment", ["email"], unique=False)
    op.create_index("ix_content_comment_state", "content_comment", ["state", "id"], unique=False)
