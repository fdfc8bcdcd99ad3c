"""HostedPages leads from a cart to an order; BuyerField asks buyers for one more thing on the way."""

from typing import ClassVar, Protocol

import msgspec

from vetrina.kernel.context import Context
from vetrina.kernel.errors import Refusal
from vetrina.kernel.registry import Policy


class HostedPages(Protocol):
    """Where buyers complete carts and look at orders. Failure policy: optional; the core's plain pages stand in.

    What is written into answers, mails and invoices are the plain pages' addresses, and these lead on to the first
    plugin that serves this port: so a link works for ever, whoever serves it by then. The secrets are those of the
    plain addresses; `views.carts.opens_checkout` and `views.orders.placed.order_by_secret` judge them. Every method
    answers a path on this shop, with its leading slash. One that also has `payment_path(request_key)` is asked for the
    page of a payment link; without it the plain page takes those payments.
    """

    policy: ClassVar[Policy] = Policy("optional", 1.0)

    def checkout_path(self, cart_key: str, secret: str) -> str:
        """The page that completes a cart."""
        ...

    def attempt_path(self, attempt_key: str) -> str:
        """The page that leads through a payment's next step and waits for its outcome."""
        ...

    def order_path(self, number: int, secret: str) -> str:
        """The page of an order, as its buyer sees it."""
        ...


class FieldRefused(Refusal):
    """What was typed into a buyer's field cannot be kept. Facts: problem, a sentence in the reader's language."""

    code = "FIELD_REFUSED"
    text = "{problem}"

    def __init__(self, problem: str) -> None:
        super().__init__(field=("value",), problem=problem)


class AskedField(msgspec.Struct, frozen=True, kw_only=True):
    """A field as it stands for one cart, in the language it was asked for. It may always be left empty."""

    label: str
    help: str = ""
    value: str = ""
    """What is kept."""
    note: str = ""
    """What became of it, such as that it was checked."""
    problem: str = ""
    """What is wrong with what is kept: nobody orders before it is put right or taken out."""
    limit: int = 255
    """Characters."""
    autocomplete: str = "off"
    """As HTML names it."""


class BuyerField(Protocol):
    """Asks buyers for something of theirs, such as a VAT id. Failure policy: optional; the checkout goes without it.

    The field is named by the key the port is provided under. Words are in the language of ctx.place.
    """

    policy: ClassVar[Policy] = Policy("optional", 8.0)

    async def shown(self, ctx: Context, cart_key: str, country: str) -> AskedField | None:
        """The field of a cart that is sent to that country (ISO 3166); None where it does not matter."""
        ...

    async def keep(self, ctx: Context, cart_key: str, value: str) -> None:
        """Keep what was typed; empty takes it back. Raises FieldRefused, and then nothing has changed."""
        ...
