"""SEO: what search engines are told; and descriptions, which products and collections have alike."""

from collections.abc import Sequence
from typing import Protocol

import msgspec
import strawberry

from vetrina.graphql import Info
from vetrina.kernel.errors import BadInput
from vetrina.views.catalog.descriptions import plain


class DescribedRow(Protocol):
    """A row with a description and what search engines are told of it."""

    @property
    def description_html(self) -> str: ...
    @property
    def seo_title(self) -> str | None: ...
    @property
    def seo_description(self) -> str | None: ...


class SeoRow(msgspec.Struct, frozen=True):
    """Title and description for search engines, where they were written."""

    title: str | None
    description: str | None


async def load_seo(rows: Sequence[DescribedRow], info: Info) -> list[SeoRow]:
    """What search engines are told; a plugin may say more where it was not written."""
    return [SeoRow(row.seo_title, row.seo_description) for row in rows]


async def load_descriptions(rows: Sequence[DescribedRow], info: Info, truncate_at: int | None = None) -> list[str]:
    """Descriptions without markup, cut to so many characters."""
    if truncate_at is not None and truncate_at < 0:
        raise BadInput(field=("truncateAt",), problem="A text is cut at a length from 0 on.")
    return [plain(row.description_html, truncate_at) for row in rows]


@strawberry.type(name="SEO", description="What search engines are told.")
class Seo:
    description: str | None
    title: str | None
