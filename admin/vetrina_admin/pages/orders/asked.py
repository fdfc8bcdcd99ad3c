"""What the address of the list of orders asks for: a tab, words, filters, and in which order."""

from datetime import datetime

import msgspec

from vetrina.views.finding.matching import Matching
from vetrina.views.markets import Atlas
from vetrina.views.orders.desk import OrderDeskOrder
from vetrina.views.orders.queries import (
    CANCELLED,
    READY,
    RETURNS,
    TO_CHARGE,
    TO_HANDLE,
    UNPAID,
    OrderFilters,
    order_filters,
    order_query,
)
from vetrina.vocabulary import FinancialStatus, FulfilmentStatus, OrderState
from vetrina_admin.pages.listings import amount_of, chosen, day_after, day_of, meant, searched
from vetrina_admin.pages.visits import Visit

TABS = {
    "all": OrderFilters(),
    "handle": TO_HANDLE,
    "ready": READY,
    "late": TO_HANDLE,
    "charge": TO_CHARGE,
    "unpaid": UNPAID,
    "returns": RETURNS,
    "cancelled": CANCELLED,
}
"""The tabs, in their order; the first one's address names none."""
SORTS = {
    "newest": (OrderDeskOrder.PLACED_AT, True),
    "oldest": (OrderDeskOrder.PLACED_AT, False),
    "number_down": (OrderDeskOrder.NUMBER, True),
    "number_up": (OrderDeskOrder.NUMBER, False),
    "total_down": (OrderDeskOrder.TOTAL, True),
    "total_up": (OrderDeskOrder.TOTAL, False),
    "payment": (OrderDeskOrder.PAYMENT, False),
    "payment_down": (OrderDeskOrder.PAYMENT, True),
    "goods": (OrderDeskOrder.GOODS, True),
    "goods_up": (OrderDeskOrder.GOODS, False),
}
"""Ways to sort: by what, and whether the highest comes first."""
FILTERS = ("payment", "goods", "state", "market", "country", "from", "to", "least", "most")


HEADS = {
    "order": ("number_down", "number_up"),
    "placed": ("newest", "oldest"),
    "total": ("total_down", "total_up"),
    "payment": ("payment_down", "payment"),
    "goods": ("goods", "goods_up"),
}
"""What a press on a column's head sorts by: first the highest, at the next press the lowest."""
MOST_CHOSEN = 250
"""Orders that are chosen together."""


class Asked(msgspec.Struct, frozen=True):
    """A list of orders as its address wishes it."""

    tab: str
    sort: str
    matching: Matching
    filters: int
    """How many are set, beside the tab and the words."""
    is_readable: bool
    """Whether the words could be read in the search syntax; else nothing matches."""

    @property
    def order(self) -> OrderDeskOrder:
        return SORTS[self.sort][0]

    @property
    def reverse(self) -> bool:
        return SORTS[self.sort][1]


def chosen_ids(text: str) -> tuple[int, ...]:
    """Orders that an address names, as 12-15-16; what is no number is none, and beyond MOST_CHOSEN they end."""
    parts = [part for part in text.split("-") if part.isascii() and part.isdecimal() and len(part) < 19]
    return tuple(dict.fromkeys(int(part) for part in parts[:MOST_CHOSEN]))


def late_orders(now: datetime) -> Matching:
    """Orders of which something should have left by now."""
    return order_filters(msgspec.structs.replace(TO_HANDLE, late_at=now), "tab_")


def asked(visit: Visit, atlas: Atlas) -> Asked:
    """What the visit's query asks for; what is no choice says nothing."""
    tab = chosen(visit, "tab", TABS) or "all"
    filters = _filters(visit, atlas)
    words, is_readable = meant(lambda: order_query(searched(visit)))
    kind = late_orders(visit.ctx.now()) if tab == "late" else order_filters(TABS[tab], "tab_")
    matching = words & kind & order_filters(filters)
    is_set = sum(getattr(filters, name) not in (None, ()) for name in filters.__struct_fields__)
    return Asked(tab, chosen(visit, "sort", SORTS) or "newest", matching, is_set, is_readable)


def _filters(visit: Visit, atlas: Atlas) -> OrderFilters:
    def one(name: str, known: tuple[str, ...]) -> tuple[str, ...]:
        value = chosen(visit, name, known)
        return (value,) if value else ()

    handles = {market.handle: market.id for market in atlas.markets}
    until = day_of(visit, "to")
    return OrderFilters(
        ids=chosen_ids(visit.query.get("ids", "")),
        financial=one("payment", tuple(FinancialStatus)),
        fulfilment=one("goods", tuple(FulfilmentStatus)),
        states=one("state", tuple(OrderState)),
        market_ids=tuple(handles[handle] for handle in one("market", tuple(handles))),
        countries=one("country", tuple(code for code, _ in atlas.countries)),
        since=day_of(visit, "from"),
        before=day_after(until) if until is not None else None,
        least=amount_of(visit, "least"),
        most=amount_of(visit, "most"),
    )
