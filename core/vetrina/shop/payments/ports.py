"""PaymentProvider: what a way to pay must be able to do; the core keeps the state and calls at the right time.

Beside it, under the same key and if the service has them: PaymentCodes, PayoutSource, DisputeDesk, DisputeSource.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import ClassVar, Protocol

import msgspec

from vetrina.kernel.registry import Policy
from vetrina.vocabulary import (
    Address,
    Attribute,
    DisputeState,
    PaymentFlow,
    PaymentState,
    PayoutItemKind,
    PayoutState,
)


class OfferRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What an offer depends on. amount is what is due before any fee, in minor units."""

    country: str
    currency: str
    amount: int
    language: str
    delivery_handles: tuple[str, ...] = ()


class PaymentScript(msgspec.Struct, frozen=True, kw_only=True):
    """What a way to pay brings into our own page: a module of the plugin's, and where it may reach from there.

    `module` is the address of an ES module on this shop, such as /stripe/element.js, without a host. It exports
    `mount(place, offer)`, which draws the element and answers an object whose `token()` promises the token that
    `StartRequest` is given; and `step(place, step)`, which leads the buyer through what a `NextStep` asks and ends when
    he has done it. `offer` has method, title, amount (minor units), currency, country, language, parameters; `step` has
    clientSecret, returnUrl, parameters, language. What either raises is shown to the buyer by its message.

    The others are origins, such as https://js.stripe.com: a page's content security policy lets these in, and nobody
    else.
    """

    module: str
    scripts: tuple[str, ...] = ()
    frames: tuple[str, ...] = ()
    connections: tuple[str, ...] = ()
    images: tuple[str, ...] = ()


class OfferedMethod(msgspec.Struct, frozen=True, kw_only=True):
    """A way to pay that this cart may use. `method` is stable within the provider, such as bank-transfer.

    One that is taken IN_PAGE brings its `script`, or hosted pages cannot offer it.
    """

    method: str
    title: str
    flow: PaymentFlow
    fee: int = 0
    parameters: tuple[Attribute, ...] = ()
    script: PaymentScript | None = None


class StartRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One charge. `key` is the idempotency key: the same key never charges twice."""

    key: str
    method: str
    amount: int
    currency: str
    language: str
    at: datetime
    token: str | None = None
    return_url: str | None = None
    step_url: str | None = None
    """Our own page that leads the buyer through the provider's next step."""
    email: str | None = None
    billing_address: Address | None = None


class MoneyRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Move money of a started charge: capture, refund or cancel. `key` makes the movement happen once.

    authorised, captured and refunded are the totals we know of, before this movement.
    """

    key: str
    payment_key: str
    provider_reference: str | None
    amount: int
    currency: str
    authorised: int = 0
    captured: int = 0
    refunded: int = 0


class NextStep(msgspec.Struct, frozen=True, kw_only=True):
    """What the buyer has to do at the provider before it can decide."""

    redirect_url: str | None = None
    client_secret: str | None = None
    parameters: tuple[Attribute, ...] = ()


class RefundBounce(msgspec.Struct, frozen=True, kw_only=True):
    """Money that was sent back and came back again: the buyer's bank would not have it. In minor units."""

    reference: str
    """The provider's id of the refund: each is entered once."""
    amount: int
    key: str | None = None
    """Of the movement, as its MoneyRequest named it; None where the provider does not know it."""
    reason: str = ""
    """In the provider's words, such as expired_or_canceled_card."""


class PaymentReport(msgspec.Struct, frozen=True, kw_only=True, tag_field="news", tag="payment"):
    """Where a charge stands at the provider. Money figures are totals so far, in minor units, not increments."""

    state: PaymentState
    payment_key: str | None = None
    provider_reference: str | None = None
    currency: str | None = None
    authorised: int = 0
    captured: int = 0
    refunded: int = 0
    """What went back and is not here again."""
    bounces: tuple[RefundBounce, ...] = ()
    """What went back and came back, refund by refund, where the provider tells. Those that are left out stay known."""
    next_step: NextStep | None = None
    instructions: tuple[Attribute, ...] = ()
    """What the buyer is told about paying; {order} in a value becomes the order's name."""
    due_at: datetime | None = None
    expires_at: datetime | None = None
    """Until when money that is promised can be taken; None when the provider does not say."""
    error_code: str | None = None
    """A CompletionErrorCode when the state is failed."""
    reference: str = ""
    """The provider's id of this news; the ledger counts each once."""


class DisputeReport(msgspec.Struct, frozen=True, kw_only=True, tag_field="news", tag="dispute"):
    """Where a dispute over a charge stands at the provider; `reference` is its id there.

    `amount` is what is disputed, in minor units and not negative. While it is to be answered, looked at or lost, the
    provider has taken it from us; while it is a warning, won or closed, it has not, or has given it back.
    """

    reference: str
    state: DisputeState
    amount: int
    currency: str
    at: datetime
    """When it came to stand so: older news never undo newer ones."""
    payment_key: str | None = None
    provider_reference: str | None = None
    fee: int = 0
    """What the provider takes for the dispute itself."""
    reason: str = ""
    """In the provider's words, such as product_not_received."""
    evidence_due_at: datetime | None = None


class DisputeEvidence(msgspec.Struct, frozen=True, kw_only=True):
    """What the shop has to say to a dispute. `key` is the idempotency key; what is empty is not said."""

    key: str
    statement: str
    product_description: str = ""
    customer_name: str = ""
    customer_email: str = ""
    billing_address: str = ""
    shipping_address: str = ""
    shipping_carrier: str = ""
    tracking_number: str = ""
    shipped_on: date | None = None


class PayoutItem(msgspec.Struct, frozen=True, kw_only=True):
    """One movement that a payout settles; `reference` is its own id at the provider, and never changes its payout.

    `gross` is what it adds to the balance: charges and reversals are positive, refunds and disputes negative. `fee`
    is what the provider keeps of it, and negative when it gives some back. `net` is always gross - fee; a fee by
    itself has no gross. Money of a payout that failed comes back, in a later one, as an adjustment.
    """

    reference: str
    kind: PayoutItemKind
    gross: int
    fee: int
    net: int
    currency: str
    at: datetime
    payment_key: str | None = None
    provider_reference: str | None = None
    charged: int | None = None
    """What it moved in the currency the buyer paid in, signed as `gross`, where the service exchanged it."""
    charged_currency: str | None = None
    """That currency; None where it is the payout's."""


class PayoutReport(msgspec.Struct, frozen=True, kw_only=True):
    """A transfer to the shop's bank account. `amount` in minor units; negative when the provider collects."""

    reference: str
    state: PayoutState
    amount: int
    currency: str
    arrives_at: datetime | None = None
    items: tuple[PayoutItem, ...] = ()


class PayoutNews(msgspec.Struct, frozen=True, kw_only=True, tag_field="news", tag="payout"):
    """Something became of a payout: the core fetches what from the PayoutSource."""

    reference: str


class PaymentNews(msgspec.Struct, frozen=True, kw_only=True, tag_field="news", tag="look"):
    """Something became of a charge, and the message does not say what: the core asks `look_up` by the reference alone.

    For services whose messages carry nothing but an id, and for news that need the whole charge to be understood. Such
    a message may be anybody's: it is no reason to believe anything, only to ask. It is not counted once either, since
    the next one about the charge is the same.
    """

    provider_reference: str


class ProviderMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A verified webhook: `key` is the provider's id of it, by which repeats are known."""

    key: str
    body: dict[str, object]


class PaymentProvider(Protocol):
    """A payment service. Failure policy: required. Never called inside a transaction.

    A charge whose answer was lost is looked up by its key alone, never started anew under another one. Every report
    says totals so far, and with any money its currency. A report of `look_up` also carries the payment's key, if the
    provider knows it: what a PaymentNews is about is found by it. `cancel` voids what is not captured and answers what
    became of the charge, which may be that it was paid. A Refusal of `start` is a final no: nothing was charged.
    Methods offered with flow OFFLINE promise that `start` is local and without effect until the order is placed: it
    answers PENDING, and with `due_at` the goods are reserved until then instead of leaving the shelf at once.

    A provider whose charges may be captured in several parts says `captures_in_parts = True`. Of all others the first
    capture lets go of the rest, so that they are asked for one alone.

    `vetrina.testing.payment_contract` is the suite that every provider passes.
    """

    policy: ClassVar[Policy] = Policy("required", 10.0)

    def methods(self, request: OfferRequest) -> tuple[OfferedMethod, ...]:
        """The ways to pay on offer now; pure, no input or output."""
        ...

    async def start(self, request: StartRequest) -> PaymentReport: ...

    async def capture(self, request: MoneyRequest) -> PaymentReport: ...

    async def refund(self, request: MoneyRequest) -> PaymentReport: ...

    async def cancel(self, request: MoneyRequest) -> PaymentReport: ...

    async def look_up(self, payment_key: str, provider_reference: str | None) -> PaymentReport | None:
        """What became of a charge; None when the provider never heard of it."""
        ...

    def verify(self, headers: Mapping[str, str], body: bytes) -> ProviderMessage:
        """Check a webhook's signature and age. Raises Refusal when it is not genuine.

        A service that does not sign admits what could be its own, and `interpret` answers nothing but PaymentNews.
        """
        ...

    def interpret(self, message: ProviderMessage) -> PaymentReport | DisputeReport | PaymentNews | PayoutNews | None:
        """Translate a verified webhook; None when it is about nothing we keep. Pure."""
        ...


class AwaitedMoney(msgspec.Struct, frozen=True, kw_only=True):
    """Money that is promised, in minor units; `instructions` are the values that the buyer was told."""

    method: str
    amount: int
    currency: str
    order_name: str
    language: str
    instructions: tuple[str, ...]


class PaymentCodes(Protocol):
    """Says how an app of a bank reads awaited money from a picture. Failure policy: optional; none is drawn then.

    Provided under the same key as its PaymentProvider. The core draws what it says as a QR code, of at most 400
    characters, on the order's page and in mails.
    """

    policy: ClassVar[Policy] = Policy("optional", 2.0)

    async def code(self, awaited: AwaitedMoney) -> str | None:
        """What the picture says; None where there is none. It agrees with what the buyer was told."""
        ...


class PayoutSource(Protocol):
    """What a payment service has paid out, item by item. Failure policy: optional. Never called inside a transaction.

    Provided under the same key as its PaymentProvider. Asked daily and on PayoutNews; the same payout may be answered
    any number of times, and one whose state changed is answered again.
    """

    policy: ClassVar[Policy] = Policy("optional", 60.0)

    async def payouts(self, since: datetime) -> tuple[PayoutReport, ...]:
        """Payouts made or changed since then, with all their items; those before may be among them."""
        ...


class DisputeDesk(Protocol):
    """Where a payment service takes the shop's side of a dispute. Failure policy: required, outside a transaction.

    Provided under the same key as its PaymentProvider.
    """

    policy: ClassVar[Policy] = Policy("required", 30.0)

    async def submit_evidence(self, reference: str, evidence: DisputeEvidence) -> DisputeReport:
        """Hand in evidence, once per key. Raises a Refusal when it is too late or not taken."""
        ...


class DisputeSource(Protocol):
    """What disputes there are over a charge, asked on PaymentNews. Failure policy: required, outside a transaction.

    Provided under the same key as its PaymentProvider, where messages do not tell of disputes themselves.
    """

    policy: ClassVar[Policy] = Policy("required", 10.0)

    async def disputes_over(self, provider_reference: str) -> tuple[DisputeReport, ...]:
        """All disputes over the charge, as they stand; none for a charge that is not known."""
        ...
