"""Events of payments: captured, failed, refunded, a refund that bounced, reminded, disputed; and PayoutArrived."""

from datetime import datetime
from typing import ClassVar

from vetrina.kernel.messages.outbox import Event


class PaymentEvent(Event, frozen=True, kw_only=True):
    """What all events of a payment carry. amount in minor units of currency."""

    noun: ClassVar[str] = "payment"
    subject_field: ClassVar[str] = "payment_id"

    payment_id: int
    order_id: int | None
    provider: str
    amount: int
    currency: str


class PaymentCaptured(PaymentEvent, frozen=True, kw_only=True):
    """Money arrived; amount is what arrived now."""


class PaymentFailed(PaymentEvent, frozen=True, kw_only=True):
    """A payment came to nothing; amount is what was asked."""


class PaymentRefunded(PaymentEvent, frozen=True, kw_only=True):
    """Money went back; amount is what went back now."""


class PaymentRefundBounced(PaymentEvent, frozen=True, kw_only=True):
    """Money that had gone back came back: the buyer's bank refused it. It is still owed; amount is what came back."""

    reference: str
    """The provider's id of the refund."""
    reason: str
    """In the provider's words."""


class PaymentReminded(PaymentEvent, frozen=True, kw_only=True):
    """Money that is awaited has not come, and its buyer should be told; amount is what is awaited.

    Told by whoever awaits it, such as a plugin for transfers, at most once for each occasion.
    """

    occasion: str
    """soon: its day is near; overdue: its day has passed and the goods are still held; lapsed: they are free again."""
    due_at: datetime
    """When it is, or was, to be here."""
    held_until: datetime
    """When the order lapses, or lapsed."""


class PaymentDisputed(PaymentEvent, frozen=True, kw_only=True):
    """A dispute over a payment was opened or moved on; amount is what is disputed."""

    dispute_id: int
    reference: str
    state: str
    """A DisputeState."""


class PayoutArrived(Event, frozen=True, kw_only=True):
    """A provider says that it has paid out. amount in minor units of currency, negative when it collected."""

    noun: ClassVar[str] = "payout"
    subject_field: ClassVar[str] = "payout_id"

    payout_id: int
    provider: str
    reference: str
    amount: int
    currency: str
