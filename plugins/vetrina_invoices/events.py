"""What the plugin tells the shop: an invoice or a credit note was issued, with what a mail about it needs."""

from vetrina.events import Event


class _Issued(Event, frozen=True, kw_only=True):
    """What both carry; `total` in minor units of `currency`, `url` opens the PDF for whoever has it."""

    noun = "order"
    subject_field = "order_id"

    order_id: int
    document_id: int
    name: str
    """The number as it is printed."""
    issued_on: str
    language: str
    currency: str
    total: int
    url: str


class InvoiceIssued(_Issued, frozen=True, kw_only=True):
    """An invoice was issued."""


class CreditNoteIssued(_Issued, frozen=True, kw_only=True):
    """A credit note was issued; `refers_to` is the printed number of the invoice it corrects."""

    refers_to: str
