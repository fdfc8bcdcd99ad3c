"""Tables: entry (pages, blogs, articles), text in other languages, author, comment, menu, item, policy."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from vetrina.kernel.db import Model


class ContentAuthor(Model):
    """Who writes articles."""

    __tablename__ = "content_author"

    id: Mapped[int] = mapped_column(primary_key=True)
    first_name: Mapped[str]
    last_name: Mapped[str]
    email: Mapped[str]
    """For readers; empty where it is not for them."""
    bio: Mapped[str | None]


class ContentEntry(Model):
    """A page, a blog, or an article of a blog, in the shop's own language. Without published_at it is a draft."""

    __tablename__ = "content_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    scope: Mapped[int]
    """Within which its handle is its own: an article's blog; 0 for pages and blogs."""
    handle: Mapped[str]
    title: Mapped[str]
    body_html: Mapped[str]
    excerpt_html: Mapped[str | None]
    author_id: Mapped[int | None] = mapped_column(ForeignKey("content_author.id"))
    image_url: Mapped[str | None]
    image_alt: Mapped[str | None]
    tags: Mapped[list[str]]
    comments: Mapped[str]
    """Whether a blog's readers may comment, and whether somebody looks at it first."""
    seo_title: Mapped[str | None]
    seo_description: Mapped[str | None]
    words: Mapped[str]
    """All that is written in it, folded, between blanks: what searches look through."""
    published_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("kind", "scope", "handle"),
        Index("ix_content_entry_title", "kind", "title", "id"),
        Index("ix_content_entry_published_at", "kind", "published_at", "id"),
        Index("ix_content_entry_updated_at", "kind", "updated_at", "id"),
        Index("ix_content_entry_scope", "scope", "kind", "id"),
    )


class ContentText(Model):
    """An entry's, an item's or a policy's texts in another language (ISO 639-1); what is NULL is as it was written."""

    __tablename__ = "content_text"

    owner: Mapped[str] = mapped_column(primary_key=True)
    """The kind of entry, or item, or policy."""
    owner_id: Mapped[int] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    scope: Mapped[int]
    handle: Mapped[str | None]
    title: Mapped[str | None]
    body_html: Mapped[str | None]
    excerpt_html: Mapped[str | None]
    seo_title: Mapped[str | None]
    seo_description: Mapped[str | None]
    words: Mapped[str]

    __table_args__ = (UniqueConstraint("owner", "scope", "language", "handle"),)


class ContentComment(Model):
    """What a reader says to an article."""

    __tablename__ = "content_comment"

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("content_entry.id"))
    name: Mapped[str]
    email: Mapped[str]
    body_html: Mapped[str]
    state: Mapped[str]
    created_at: Mapped[datetime]

    __table_args__ = (
        Index("ix_content_comment_article_id", "article_id", "state", "id"),
        Index("ix_content_comment_state", "state", "id"),
        Index("ix_content_comment_email", "email"),
    )


class ContentMenu(Model):
    """A menu of the shop, by its handle."""

    __tablename__ = "content_menu"

    id: Mapped[int] = mapped_column(primary_key=True)
    handle: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]


class ContentItem(Model):
    """An entry of a menu, at most two levels below the first."""

    __tablename__ = "content_item"

    id: Mapped[int] = mapped_column(primary_key=True)
    menu_id: Mapped[int] = mapped_column(ForeignKey("content_menu.id"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("content_item.id"))
    position: Mapped[int]
    title: Mapped[str]
    type: Mapped[str]
    resource_id: Mapped[int | None]
    url: Mapped[str | None]
    tags: Mapped[list[str]]

    __table_args__ = (Index("ix_content_item_menu_id", "menu_id", "position"),)


class ContentPolicy(Model):
    """One version of one of the shop's policies: the latest that has begun is in force. Versions are never changed."""

    __tablename__ = "content_policy"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    title: Mapped[str]
    body_html: Mapped[str]
    begins_at: Mapped[datetime]
    created_at: Mapped[datetime]
    created_by: Mapped[str]

    __table_args__ = (Index("ix_content_policy_kind", "kind", "begins_at", "id"),)
