"""AddressChanged."""

from typing import ClassVar

from vetrina.kernel.messages.outbox import Event


class AddressChanged(Event, frozen=True, kw_only=True):
    """What people find at a path of the shop, such as /products/lamp, is found at another: links should lead on."""

    noun: ClassVar[str] = "address"
    subject_field: ClassVar[str] = "before"

    before: str
    after: str
