"""Open a payment, record what its provider reports; write down money of the past by the hundred."""

from vetrina.shop.payments.service.opening import open_payment, promised, written
from vetrina.shop.payments.service.past import write_past
from vetrina.shop.payments.service.recording import (
    Recorded,
    attach,
    enter_return,
    events_of,
    locked,
    note_look,
    record_report,
)

__all__ = [
    "Recorded",
    "attach",
    "enter_return",
    "events_of",
    "locked",
    "note_look",
    "open_payment",
    "promised",
    "record_report",
    "write_past",
    "written",
]
