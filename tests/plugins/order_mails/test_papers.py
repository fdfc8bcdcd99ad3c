"""Invoices and credit notes by mail: enclosed or linked as the shop wishes, one mail for each, read when it leaves."""

import pytest
from tests.support.invoicing import SELLER, invoices, text_of, told

from vetrina.flows.orders.papers import KeptPapers, order_papers
from vetrina.flows.orders.refunding import RefundWish, refund_order
from vetrina.plugin import Context
from vetrina.ports import Letter, OrderDocuments, OrderPapers
from vetrina.testing.documents import OrderDocumentsContract
from vetrina.testing.making import EMAIL
from vetrina.testing.shop import Workshop
from vetrina_invoices.papers import Papers
from vetrina_invoices.settings import InvoicesSettings
from vetrina_order_mails.flows.editing import shown

pytestmark = pytest.mark.embedded


@pytest.fixture
def plugins() -> list[str]:
    return ["order_mails", "mailbox", "tax", "invoices"]


class TestPapers(OrderDocumentsContract):
    @pytest.fixture
    def ctx(self, shop: Workshop) -> Context:
        return shop.ctx

    def documents(self) -> OrderDocuments:
        return Papers(InvoicesSettings())


async def test_each_document_is_sent_once_with_its_pdf_or_a_link(shop: Workshop, letters: list[Letter]) -> None:
    await shop.configure("invoices", **SELLER)
    order = await shop.order(await shop.product("Lampada", price="61.00"))
    await shop.deliver()
    assert (await order_papers(shop.buyer, order.id)).ask_url is not None
    sample = await shown(shop.ctx, "invoice_issued", "it", order.id)
    assert "La tua fattura 12/2026" in sample.subject, "shown before there is one"
    letters.clear()
    document = await invoices(shop, order)
    await shop.deliver()
    (letter,) = letters
    assert (letter.to, letter.subject) == (EMAIL, f"Your invoice {document.name} for {order.name}")
    (file,) = letter.attachments
    assert (file.name, file.media_type) == (f"invoice-{document.name.replace('/', '-')}.pdf", "application/pdf")
    assert document.name in text_of(file.content)
    papers = await order_papers(shop.buyer, order.id)
    assert papers.ask_url is None, "there is one"
    (kept,) = papers.documents
    for words in (letter.text, letter.html):
        assert kept.document.url in words
        assert "attached to this mail as a PDF" in words

    await shop.configure("order_mails", encloses_documents=False)
    letters.clear()
    await refund_order(shop.ctx, RefundWish(order_id=order.id, amount=100, notify=False, key="a"))
    await shop.deliver()
    (credit,) = letters
    assert (credit.attachments, "attached" in credit.text) == ((), False)
    assert credit.subject == f"Your credit note {(await told(shop, order))[-1].name} for {order.name}"
    await shop.switch_off("invoices")
    assert await order_papers(shop.buyer, order.id) == KeptPapers()


async def test_a_keeper_of_papers_that_fails_costs_nobody_the_mail(
    shop: Workshop, letters: list[Letter], monkeypatch: pytest.MonkeyPatch
) -> None:
    await shop.configure("invoices", **SELLER)
    order = await shop.order(await shop.product("Lampada", price="61.00"))
    await shop.deliver()
    letters.clear()
    document = await invoices(shop, order)

    async def fail(self: Papers, ctx: Context, order_id: int) -> OrderPapers:
        raise OSError("no disk")

    with monkeypatch.context() as broken:
        broken.setattr(Papers, "papers", fail)
        await shop.deliver(even_failing=True)
        assert await order_papers(shop.buyer, order.id) == KeptPapers(), "pages go on without him"
    assert not letters
    shop.clock.move(hours=1)
    await shop.deliver()
    (letter,) = letters
    assert document.name in letter.subject
