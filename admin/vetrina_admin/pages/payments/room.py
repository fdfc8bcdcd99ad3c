"""Payments: the list with its queues on top, search, filters and CSV; what else is in the room stands beside."""

from collections.abc import AsyncIterator, Iterable, Sequence
from functools import partial

from vetrina.views.payments.desk import MOST_COUNTED, PaymentDeskRow, payment_count, payment_desk, payment_providers
from vetrina.vocabulary import PaymentState
from vetrina_admin.pages.answers import Answer, render
from vetrina_admin.pages.listings import counted, listed, searched, window_of
from vetrina_admin.pages.payments.asked import SORTS, TABS, Asked, asked
from vetrina_admin.pages.payments.disputes import dispute_list, dispute_page, hand_in
from vetrina_admin.pages.payments.page import capture_it, look_it_up, payment_page, refund_it, send_it_back, void_it
from vetrina_admin.pages.payments.payouts import money_page, payout_list, payout_page
from vetrina_admin.pages.payments.providers import provider_title
from vetrina_admin.pages.payments.waiting import (
    money_waits,
    queues_page,
    refund_again,
    refund_elsewhere,
    refund_set_aside,
    return_excess_of,
)
from vetrina_admin.pages.payments_shown import STATE_TONES, method_name
from vetrina_admin.pages.screens import Room, action, page
from vetrina_admin.pages.spreadsheets import Cell, amount, in_batches, spreadsheet
from vetrina_admin.pages.visits import Visit

TITLES = (
    "Key", "Created at", "Order", "Email", "Provider", "Method", "Provider reference", "State", "Currency", "Amount",
    "Authorised", "Captured", "Refunded", "Error", "Disputes",
)  # fmt: skip


async def payment_list(visit: Visit) -> Answer:
    """Payments that match, a page of them; or all of them as CSV, where the address says so."""
    providers = await payment_providers(visit.ctx.db)
    wish = asked(visit, providers)
    if visit.query.get("as") == "csv":
        return spreadsheet(visit, "payments", TITLES, _sheet(visit, wish))
    window = window_of(visit, reverse=wish.reverse)
    found = await payment_desk(visit.ctx.db, wish.order, window, wish.matching)
    count = await payment_count(visit.ctx.db, wish.matching)
    return render(
        visit,
        "payments/list.html",
        listed=listed(visit, found, window),
        count=counted(visit, count, MOST_COUNTED, "payments.count", "payments.count_many"),
        queues=await money_waits(visit),
        is_filtered=bool(wish.filters or searched(visit) or wish.tab != "all"),
        asked=wish,
        q=searched(visit),
        tabs=TABS,
        sorts=SORTS,
        choices=[
            (
                "state",
                visit.say("payments.state"),
                [(each, visit.say(f"payments.state_{each}")) for each in PaymentState],
            ),
            ("provider", visit.say("payments.provider"), [(each, provider_title(visit, each)) for each in providers]),
        ],
        tones=STATE_TONES,
        method=partial(method_name, visit.say),
        file=visit.link(**{"as": "csv", "after": None, "before": None}),
    )


async def _sheet(visit: Visit, wish: Asked) -> AsyncIterator[Iterable[Sequence[Cell]]]:
    batches = in_batches(
        lambda window: payment_desk(visit.ctx.db, wish.order, window, wish.matching), reverse=wish.reverse
    )
    async for rows in batches:
        yield [_line(row) for row in rows]


def _line(row: PaymentDeskRow) -> tuple[Cell, ...]:
    sums = (row.amount, row.authorised, row.captured, row.refunded)
    return (
        row.key,
        row.created_at,
        row.order_name,
        row.email,
        row.provider,
        row.method,
        row.provider_reference,
        row.state,
        row.currency,
        *(amount(each, row.currency) for each in sums),
        row.error_code,
        row.disputes,
    )


ROOM = Room(
    name="payments",
    path="/payments",
    can="payments.read",
    icon="credit-card",
    group="money",
    screens=(
        page("/payments", "payments.read", payment_list),
        page("/payments/waiting", "payments.read", queues_page),
        action("/payments/overpaid/{order:int}/back", "payments.write", return_excess_of),
        action("/payments/refunds/{refund:int}/again", "payments.write", refund_again),
        action("/payments/refunds/{refund:int}/elsewhere", "payments.write", refund_elsewhere),
        action("/payments/refunds/{refund:int}/dismiss", "payments.write", refund_set_aside),
        page("/payments/books", "payments.read", money_page),
        page("/payments/disputes", "payments.read", dispute_list),
        page("/payments/disputes/{dispute:int}", "payments.read", dispute_page),
        action("/payments/disputes/{dispute:int}/evidence", "payments.write", hand_in),
        page("/payments/payouts", "payments.read", payout_list),
        page("/payments/payouts/{payout:int}", "payments.read", payout_page),
        page("/payments/{payment:int}", "payments.read", payment_page),
        action("/payments/{payment:int}/capture", "payments.write", capture_it),
        action("/payments/{payment:int}/refund", "payments.write", refund_it),
        action("/payments/{payment:int}/void", "payments.write", void_it),
        action("/payments/{payment:int}/look", "payments.write", look_it_up),
        action("/payments/{payment:int}/back", "payments.write", send_it_back),
    ),
)
