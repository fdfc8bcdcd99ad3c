"""The papers of an order, from all who keep some: pages show them and lead on to where one is asked for."""

import msgspec
import structlog

from vetrina.kernel.context import Context
from vetrina.kernel.registry import PortFailed
from vetrina.shop.orders.ports import OrderDocument, OrderDocuments

log = structlog.get_logger(__name__)


class KeptDocument(msgspec.Struct, frozen=True):
    """A paper, and the key of who keeps it."""

    provider: str
    document: OrderDocument


class KeptPapers(msgspec.Struct, frozen=True):
    """All there is, by who keeps it and then in the order it was issued; the first page that asks for an invoice."""

    documents: tuple[KeptDocument, ...] = ()
    ask_url: str | None = None
    is_asked: bool = False


async def order_papers(ctx: Context, order_id: int) -> KeptPapers:
    """The papers of an order. Who fails to answer is left out: the order's page is drawn without him."""
    documents, ask_url, is_asked = list[KeptDocument](), None, False
    for provided in ctx.ports.all(OrderDocuments):
        try:
            found = await ctx.ports.ask(provided, provided.implementation.papers, ctx, order_id)
        except PortFailed as error:
            log.warning("papers of an order are not shown", error=str(error))
            continue
        documents += [KeptDocument(provided.key, document) for document in found.documents]
        ask_url = ask_url or found.ask_url
        is_asked = is_asked or found.is_asked
    return KeptPapers(tuple(documents), ask_url, is_asked)
