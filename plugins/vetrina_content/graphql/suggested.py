"""What is suggested of pages and articles while somebody types."""

from collections.abc import Sequence
from typing import Any

import strawberry

from vetrina.graphql import Info, batch
from vetrina_content.graphql.types import Article, Page


async def load_articles(rows: Sequence[Any], info: Info) -> list[Any]:
    """The articles that the search has found."""
    return [row.articles for row in rows]


async def load_pages(rows: Sequence[Any], info: Info) -> list[Any]:
    """The pages that the search has found."""
    return [row.pages for row in rows]


@strawberry.type
class SuggestedContent:
    articles: list[Article] = batch(load_articles)
    pages: list[Page] = batch(load_pages)
