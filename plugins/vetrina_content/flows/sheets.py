"""What people write, as it is checked and as it is kept."""

from datetime import datetime

import msgspec

from vetrina.flows.wording import RICH, clean_html, is_safe_link
from vetrina.kernel import texts
from vetrina.kernel.errors import BadInput
from vetrina.plugin.words import Say
from vetrina_content.rules import LONGEST_BODY, LONGEST_EXCERPT, LONGEST_TAG, MOST_TAGS, Comments

WRITE = "content.write"
"""Needed for all but comments."""
LONGEST_LINK = 2_048
LONGEST_SEO = 1_000


class EntrySheet(msgspec.Struct, frozen=True, kw_only=True):
    """A page, blog or article as somebody writes it. Without a handle the title makes one."""

    title: str
    handle: str = ""
    body_html: str = ""
    excerpt_html: str = ""
    author_id: int | None = None
    image_url: str = ""
    image_alt: str = ""
    tags: tuple[str, ...] = ()
    comments: Comments = Comments.CLOSED
    seo_title: str = ""
    seo_description: str = ""


class TextSheet(msgspec.Struct, frozen=True, kw_only=True):
    """Texts in another language; what is empty is shown as it was written."""

    title: str = ""
    handle: str = ""
    body_html: str = ""
    excerpt_html: str = ""
    seo_title: str = ""
    seo_description: str = ""


class Kept(msgspec.Struct, frozen=True):
    """The columns of an entry that people write."""

    title: str
    body_html: str
    excerpt_html: str | None
    author_id: int | None
    image_url: str | None
    image_alt: str | None
    tags: list[str]
    comments: str
    seo_title: str | None
    seo_description: str | None


def kept(sheet: EntrySheet) -> Kept:
    """The sheet as it is kept. Raises BadInput."""
    title = texts.line(sheet.title, field=("title",), required=True)
    return Kept(
        title=title,
        body_html=html(sheet.body_html, "body_html"),
        excerpt_html=html(sheet.excerpt_html, "excerpt_html", LONGEST_EXCERPT) or None,
        author_id=sheet.author_id,
        image_url=link(sheet.image_url, "image_url", is_picture=True) or None,
        image_alt=texts.line(sheet.image_alt, field=("image_alt",)) or None,
        tags=_tags(sheet.tags),
        comments=sheet.comments.value,
        seo_title=texts.line(sheet.seo_title, field=("seo_title",)) or None,
        seo_description=texts.line(sheet.seo_description, field=("seo_description",), limit=LONGEST_SEO) or None,
    )


def html(written: str, field: str, limit: int = LONGEST_BODY) -> str:
    """HTML with what is safe of it. Raises BadInput."""
    return clean_html(texts.text(written, field=(field,), limit=limit), RICH)


def link(address: str, field: str, *, is_picture: bool = False) -> str:
    """An address people may be led to. Raises BadInput."""
    found = texts.line(address, field=(field,), limit=LONGEST_LINK)
    is_good = not found or found.startswith(("/", "https://", "http://")) if is_picture else is_safe_link(found)
    if found and not (is_good and is_safe_link(found)):
        raise BadInput(
            field=(field,),
            problem=Say(
                "An address begins with https://, http:// or /.", it="Un indirizzo comincia con https://, http:// o /."
            ),
        )
    return found


def _tags(given: tuple[str, ...]) -> list[str]:
    if len(given) > MOST_TAGS:
        raise BadInput(field=("tags",), problem=Say(f"At most {MOST_TAGS} tags.", it=f"Al massimo {MOST_TAGS} tag."))
    tags = [texts.line(tag, field=("tags",), limit=LONGEST_TAG) for tag in given]
    return list(dict.fromkeys(tag for tag in tags if tag))


def as_aware(at: datetime | None) -> datetime | None:
    """Raises BadInput for a moment without a zone."""
    if at is not None and at.tzinfo is None:
        raise BadInput(
            field=("published_at",),
            problem=Say("A moment needs a time zone.", it="Un momento ha bisogno di un fuso orario."),
        )
    return at
