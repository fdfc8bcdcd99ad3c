"""PaymentProvider: what a way to pay must be able to do; the core keeps the state and calls at the right time."""

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar, Protocol

import msgspec

from vetrina.kernel.registry import Policy
from vetrina.vocabulary import Address, Attribute, PaymentFlow, PaymentState


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


class PaymentReport(msgspec.Struct, frozen=True, kw_only=True):
    """Where a charge stands at the provider. Money figures are totals so far, in minor units, not increments."""

    state: PaymentState
    payment_key: str | None = None
    provider_reference: str | None = None
    currency: str | None = None
    authorised: int = 0
    captured: int = 0
    refunded: int = 0
    next_step: NextStep | None = None
    instructions: tuple[Attribute, ...] = ()
    """What the buyer is told about paying; {order} in a value becomes the order's name."""
    due_at: datetime | None = None
    error_code: str | None = None
    """A CompletionErrorCode when the state is failed."""
    reference: str = ""
    """The provider's id of this news; the ledger counts each once."""


class ProviderMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A verified webhook: `key` is the provider's id of it, by which repeats are known."""

    key: str
    body: dict[str, object]


class PaymentProvider(Protocol):
    """A payment service. Failure policy: required. Never called inside a transaction.

    A charge whose answer was lost is looked up by its key alone, never started anew under another one. Every report
    says totals so far, and with any money its currency. `cancel` voids what is not captured and answers what became
    of the charge, which may be that it was paid. A Refusal of `start` is a final no: nothing was charged. Methods
    offered with flow OFFLINE promise that `start` is local and without effect until the order is placed: it answers
    PENDING, and with `due_at` the goods are reserved until then instead of leaving the shelf at once.

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
        """Check a webhook's signature and age. Raises Refusal when it is not genuine."""
        ...

    def interpret(self, message: ProviderMessage) -> PaymentReport | None:
        """Translate a verified webhook; None when it is about nothing we keep. Pure."""
        ...
