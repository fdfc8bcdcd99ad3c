"""Serves SearchIndex: words in, ids out. Whether a product may be shown is the core's to say."""

from typing import ClassVar

from vetrina.plugin import Context
from vetrina.ports import FoundProducts, Policy, SearchIndex, SoughtProducts
from vetrina_meilisearch.documents import searched_fields
from vetrina_meilisearch.settings import MeilisearchSettings


class MeilisearchIndex:
    """Asks the server once for each search."""

    policy: ClassVar[Policy] = SearchIndex.policy

    def __init__(self, settings: MeilisearchSettings) -> None:
        self._settings = settings

    async def find(self, ctx: Context, sought: SoughtProducts) -> FoundProducts:
        client, fields = self._settings.client(ctx), searched_fields(sought.languages)
        ids = await client.search(self._settings.index, sought.words, fields, sought.most)
        return FoundProducts(ids=tuple(ids[: sought.most]))
