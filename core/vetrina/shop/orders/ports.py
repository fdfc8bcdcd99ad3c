"""OrderHistoryFormat: reads orders made elsewhere into neutral drafts. OrderDocuments: keeps an order's papers."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import ClassVar, Literal, Protocol

import msgspec

from vetrina.kernel.context import Context
from vetrina.kernel.registry import Policy
from vetrina.vocabulary import Address, RowProblem

NOTHING = Decimal(0)


class PastCustomer(msgspec.Struct, frozen=True, kw_only=True):
    """Who bought: by e-mail address where the source knows one, else by the source's own key."""

    key: str
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    phone: str | None = None


class PastLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line as the source wrote it. Amounts are in major units, exactly as read: finer than a cent is kept."""

    sku: str | None
    title: str
    quantity: int
    unit_price: Decimal
    variant_title: str = ""
    discount: Decimal = NOTHING
    """Off the whole line."""
    discount_title: str = ""
    is_goods: bool = True
    """False for postage, fees, samples' charges and the like: no product stands behind it."""


class PastPayment(msgspec.Struct, frozen=True, kw_only=True):
    """The order was paid whole, and when."""

    received_at: datetime
    method: str = ""
    """As people call it, such as PayPal; empty where the source does not say."""
    is_assumed: bool = False
    """The source keeps no payments; that this one was made is what its orders imply."""


class PastCorrection(msgspec.Struct, frozen=True, kw_only=True):
    """A document that corrects sales: a credit note, a bad debt, goods written off.

    Inside an order it is of that order, and what it takes off was paid back then if the order had been paid. By
    itself it is of an order nobody named: the importer guesses none. Quantities and amounts that went back are
    negative; a line's discount is not used. An allowance is money without goods: its quantity only multiplies.
    """

    name: str
    first_row: int
    kind: Literal["cancellation", "return", "allowance", "adjustment", "stock"]
    at: datetime
    lines: tuple[PastLine, ...]
    delivery: Decimal = NOTHING
    note: str = ""
    currency: str = ""
    """Like country and customer, only for a correction by itself."""
    country: str = ""
    customer: PastCustomer | None = None


class PastOrder(msgspec.Struct, frozen=True, kw_only=True):
    """A whole order as it ended in its source, before the shop's own checks."""

    name: str
    """Stable identity within the source and what people call it: what makes a second run add nothing."""
    first_row: int
    at: datetime
    """With its zone."""
    currency: str
    country: str
    """ISO 3166-1, or the three digits of UN M.49 for what has none."""
    lines: tuple[PastLine, ...]
    customer: PastCustomer | None = None
    shipping_address: Address | None = None
    language: str | None = None
    delivery: Decimal = NOTHING
    delivery_title: str = ""
    payment: PastPayment | None = None
    """None: never paid."""
    is_open: bool = False
    """Its goods have not left yet."""
    sent_at: datetime | None = None
    """When they left, where the source knows."""
    cancelled_at: datetime | None = None
    """Cancelled whole then: what no correction has taken off yet is taken off now."""
    cancel_reason: str = "OTHER"
    corrections: tuple[PastCorrection, ...] = ()


class OrderHistoryFormat(Protocol):
    """Reads one kind of order history. Failure policy: required; a reader that raises stops its import."""

    policy: ClassVar[Policy] = Policy("required", 3_600.0)
    title: str

    def recognises(self, paths: Sequence[Path]) -> bool:
        """Tell from the files' beginnings (or the one folder's files) whether this reader understands them."""
        ...

    def lines(self, paths: Sequence[Path]) -> int:
        """About how many order lines there are, found quickly: what a progress bar ends at."""
        ...

    def read(self, paths: Sequence[Path]) -> Iterator[PastOrder | PastCorrection | PastCustomer | RowProblem]:
        """Yield each order and each correction by itself once, and customers who never bought.

        Memory stays bounded by the largest of them, and a number for each.
        """
        ...


class OrderDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A paper of an order as its buyer sees it. `total` in minor units of `currency`."""

    reference: str
    """What names it to whoever keeps it; no secret."""
    kind: Literal["invoice", "credit_note"]
    name: str
    """Its number as it is printed."""
    issued_on: date
    total: int
    currency: str
    url: str
    """Opens it for whoever has the address."""


class OrderPapers(msgspec.Struct, frozen=True, kw_only=True):
    """What there is of an order, in the order it was issued, and where its buyer asks for an invoice, if he may."""

    documents: tuple[OrderDocument, ...] = ()
    ask_url: str | None = None
    is_asked: bool = False
    """Whether an invoice comes that is not issued yet."""


class DocumentFile(msgspec.Struct, frozen=True, kw_only=True):
    """A document as a file that a mail may enclose."""

    name: str
    media_type: str
    content: bytes


class OrderDocuments(Protocol):
    """Keeps invoices and credit notes of orders. Failure policy: optional; pages are then drawn without them.

    Each document is announced once, by OrderDocumentIssued, which carries the key that this port is served under.
    """

    policy: ClassVar[Policy] = Policy("optional", 10.0)

    async def papers(self, ctx: Context, order_id: int) -> OrderPapers:
        """What there is of an order; nothing of one that there is not."""
        ...

    async def file(self, ctx: Context, reference: str) -> DocumentFile | None:
        """A document as a file; None for a reference that names none."""
        ...
