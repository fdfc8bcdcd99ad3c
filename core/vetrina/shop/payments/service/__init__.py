"""Open a payment, record what its provider reports of it, of disputes, of payouts; write down money of the past."""

from vetrina.shop.payments.service.disputing import RecordedDispute, dispute_event, note_answer, record_dispute
from vetrina.shop.payments.service.opening import open_payment, promised, written
from vetrina.shop.payments.service.past import write_past
from vetrina.shop.payments.service.paying_out import RecordedPayout, payout_event, problem_with, record_payout
from vetrina.shop.payments.service.recording import (
    Recorded,
    attach,
    enter_return,
    events_of,
    locked,
    note_look,
    record_report,
)
from vetrina.shop.payments.service.requests import (
    decide_request,
    open_request,
    open_request_of,
    payments_held,
    retire,
)

__all__ = [
    "Recorded",
    "RecordedDispute",
    "RecordedPayout",
    "attach",
    "decide_request",
    "dispute_event",
    "enter_return",
    "events_of",
    "locked",
    "note_answer",
    "note_look",
    "open_payment",
    "open_request",
    "open_request_of",
    "payments_held",
    "payout_event",
    "problem_with",
    "promised",
    "record_dispute",
    "record_payout",
    "record_report",
    "retire",
    "write_past",
    "written",
]
