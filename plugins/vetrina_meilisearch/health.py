"""Whether the index answers, and how far it is behind the shop."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from vetrina.kernel.errors import Refusal
from vetrina.plugin import Context, Say
from vetrina_meilisearch.flows import backlog
from vetrina_meilisearch.settings import MeilisearchSettings

TITLE = Say("Meilisearch answers and is up to date", it="Meilisearch risponde ed è aggiornato")
LATE = timedelta(minutes=10)


class NoServer(Refusal):
    """No server is named."""

    code = "NO_SEARCH_SERVER"
    text = "No Meilisearch server is named: the shop's own index answers. Name one in the settings of this plugin."
    texts = {
        "it": "Non è indicato alcun server Meilisearch: risponde l'indice del negozio. Indicane uno nelle "
        "impostazioni di questo plugin.",
    }


class NotBuilt(Refusal):
    """The server holds no index of this shop yet."""

    code = "SEARCH_INDEX_NOT_BUILT"
    text = "Meilisearch holds no index of this shop yet: the worker builds it, and the shop's own index answers."
    texts = {
        "it": "Meilisearch non ha ancora un indice di questo negozio: lo crea il worker, e intanto risponde "
        "l'indice del negozio.",
    }


class Behind(Refusal):
    """Changes wait for too long. Facts: waiting, minutes."""

    code = "SEARCH_INDEX_BEHIND"
    text = "{waiting} products wait to be sent to Meilisearch, the oldest for {minutes} minutes."
    texts = {"it": "{waiting} prodotti attendono di essere inviati a Meilisearch, il più vecchio da {minutes} minuti."}


def check(settings: MeilisearchSettings) -> Callable[[Context], Awaitable[None]]:
    """How it is found out: by asking the server about the index, and the shop for what waits."""

    async def look(ctx: Context) -> None:
        if not settings.url:
            raise NoServer
        if await settings.client(ctx).stats(settings.index) is None:
            raise NotBuilt
        waiting, oldest = await backlog(ctx)
        if oldest > LATE:
            raise Behind(waiting=waiting, minutes=int(oldest.total_seconds() // 60))

    return look
