"""CustomerJoined, CustomerForgotten."""

from typing import ClassVar

from vetrina.kernel.messages.outbox import Event


class CustomerEvent(Event, frozen=True, kw_only=True):
    """What all events of a customer carry: who it is, and nothing about him."""

    noun: ClassVar[str] = "customer"
    subject_field: ClassVar[str] = "customer_id"

    customer_id: int


class CustomerJoined(CustomerEvent, frozen=True, kw_only=True):
    """Somebody has an account: for the first time he has shown that mails to his address reach him."""


class CustomerForgotten(CustomerEvent, frozen=True, kw_only=True):
    """Somebody asked to be forgotten, and the core has forgotten him: whoever knows more forgets it too."""
