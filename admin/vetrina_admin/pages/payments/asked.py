"""What the address of the list of payments asks for: a tab, words, filters, and in which order."""

import msgspec

from vetrina.views.finding.matching import Matching
from vetrina.views.payments.desk import (
    FAILED,
    RECEIVED,
    TO_CAPTURE,
    WAITING,
    PaymentDeskOrder,
    PaymentFilters,
    payment_filters,
    payment_query,
)
from vetrina.vocabulary import PaymentState
from vetrina_admin.pages.listings import amount_of, chosen, day_after, day_of, searched
from vetrina_admin.pages.visits import Visit

TABS = {"all": PaymentFilters(), "capture": TO_CAPTURE, "waiting": WAITING, "received": RECEIVED, "failed": FAILED}
"""The tabs, in their order; the first one's address names none."""
SORTS = {
    "newest": (PaymentDeskOrder.CREATED_AT, True),
    "oldest": (PaymentDeskOrder.CREATED_AT, False),
    "amount_down": (PaymentDeskOrder.AMOUNT, True),
    "amount_up": (PaymentDeskOrder.AMOUNT, False),
}
"""Ways to sort: by what, and whether the highest comes first."""


class Asked(msgspec.Struct, frozen=True):
    """A list of payments as its address wishes it."""

    tab: str
    sort: str
    matching: Matching
    filters: int
    """How many are set, beside the tab and the words."""

    @property
    def order(self) -> PaymentDeskOrder:
        return SORTS[self.sort][0]

    @property
    def reverse(self) -> bool:
        return SORTS[self.sort][1]


def asked(visit: Visit, providers: list[str]) -> Asked:
    """What the visit's query asks for; what is no choice says nothing."""
    tab = chosen(visit, "tab", TABS) or "all"
    filters = _filters(visit, providers)
    matching = payment_query(searched(visit)) & payment_filters(TABS[tab], "tab_") & payment_filters(filters)
    is_set = sum(getattr(filters, name) not in (None, ()) for name in filters.__struct_fields__)
    return Asked(tab, chosen(visit, "sort", SORTS) or "newest", matching, is_set)


def _filters(visit: Visit, providers: list[str]) -> PaymentFilters:
    def one(name: str, known: tuple[str, ...]) -> tuple[str, ...]:
        value = chosen(visit, name, known)
        return (value,) if value else ()

    until = day_of(visit, "to")
    return PaymentFilters(
        states=one("state", tuple(PaymentState)),
        providers=one("provider", tuple(providers)),
        since=day_of(visit, "from"),
        before=day_after(until) if until is not None else None,
        least=amount_of(visit, "least"),
        most=amount_of(visit, "most"),
    )
