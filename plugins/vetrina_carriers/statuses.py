"""What carriers tell of a parcel: events in order, once each, and what they make of the shop's parcel."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from vetrina.kernel.crypto import digest
from vetrina.ports import LAST_STATUSES, ParcelStatus, TrackingEvent
from vetrina.vocabulary import FulfilmentState

STATES: Mapping[ParcelStatus, FulfilmentState] = {
    "announced": FulfilmentState.READY,
    "in_transit": FulfilmentState.IN_TRANSIT,
    "out_for_delivery": FulfilmentState.OUT_FOR_DELIVERY,
    "ready_for_pickup": FulfilmentState.OUT_FOR_DELIVERY,
    "attempted": FulfilmentState.FAILED,
    "delivered": FulfilmentState.DELIVERED,
    "returned": FulfilmentState.RETURNED,
    "exception": FulfilmentState.FAILED,
}
KARRIO: Mapping[str, ParcelStatus] = {
    "pending": "announced",
    "picked_up": "in_transit",
    "in_transit": "in_transit",
    "delivery_delayed": "in_transit",
    "on_hold": "exception",
    "cancelled": "exception",
    "out_for_delivery": "out_for_delivery",
    "ready_for_pickup": "ready_for_pickup",
    "delivery_failed": "attempted",
    "return_to_sender": "returned",
    "delivered": "delivered",
}
DHL_CODES: Mapping[str, ParcelStatus] = {
    "SD": "announced", "SA": "announced", "PU": "in_transit", "PL": "in_transit", "WC": "out_for_delivery",
    "RT": "returned",
}  # fmt: skip
"""Where the library reads a code otherwise than DHL means it: a pickup is no announcement."""
INPOST: Mapping[str, ParcelStatus] = {
    "created": "announced", "offers_prepared": "announced", "offer_selected": "announced", "confirmed": "announced",
    "out_for_delivery": "out_for_delivery", "out_for_delivery_to_address": "out_for_delivery",
    "ready_to_pickup": "ready_for_pickup", "ready_to_pickup_from_pok": "ready_for_pickup",
    "ready_to_pickup_from_branch": "ready_for_pickup", "pickup_reminder_sent": "ready_for_pickup",
    "pickup_reminder_sent_address": "ready_for_pickup", "stack_in_customer_service_point": "ready_for_pickup",
    "avizo": "attempted", "pickup_time_expired": "attempted", "undelivered": "attempted",
    "rejected_by_receiver": "attempted", "undelivered_wrong_address": "attempted",
    "delivered": "delivered", "returned_to_sender": "returned",
    "canceled": "exception", "claimed": "exception", "oversized": "exception", "missing": "exception",
}  # fmt: skip
"""What is not here is one of many steps on the way."""
MOST_EVENTS = 200


def told(number: str, status: ParcelStatus, text: str, at: datetime, *, code: str, place: str = "") -> TrackingEvent:
    """An event with a reference of its own, made of what identifies it: told again, it is the same one."""
    reference = digest("event", number, at.isoformat(), code, place)[:32]
    return TrackingEvent(reference=reference, status=status, text=text or code, at=at, place=place or None)


def in_order(events: Iterable[TrackingEvent]) -> tuple[TrackingEvent, ...]:
    """Oldest first, each once, and nothing after the end; the latest MOST_EVENTS."""
    known = {event.reference: event for event in events}
    found = sorted(known.values(), key=lambda event: (event.at, event.status in LAST_STATUSES, event.reference))
    end = next((index for index, event in enumerate(found) if event.status in LAST_STATUSES), len(found))
    return tuple(found[: end + 1][-MOST_EVENTS:])


def last_heard(events: Iterable[TrackingEvent]) -> datetime | None:
    """When a parcel was last seen; an announcement is nobody's scan."""
    return max((event.at for event in events if event.status != "announced"), default=None)
