"""Orders of every kind for tests of the staff's lists: written at random, with many equal dates and totals."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import select

from vetrina.kernel.context import Context
from vetrina.shop.customers.models import Customer
from vetrina.shop.markets.models import Market
from vetrina.shop.orders.models import Order, OrderLine
from vetrina.vocabulary import FinancialStatus, FulfilmentStatus

BEGAN = datetime(2026, 3, 27, 22, 30, tzinfo=UTC)
"""Half an hour before a midnight in Rome, two days before clocks change there."""
NAMES = (("Anna", "Rossi"), ("Luca", "De Luca"), ("Åsa", "Östlund"), ("Siobhán", "O'Connor"), (None, None))
SKUS = ("OIL-500", "oil-1000", "WINE_1", "100%-RYE", None)


class Known(msgspec.Struct, frozen=True):
    """What a test knows of an order it has written."""

    id: int
    row: dict[str, Any]
    first_name: str | None
    last_name: str | None
    skus: tuple[str | None, ...]

    def __getattr__(self, name: str) -> Any:
        return self.row[name]


async def write_orders(ctx: Context, count: int, **fields: Any) -> list[Known]:
    """Write that many orders, with these fields. Their lines have no variant; every third comes from elsewhere."""
    dice = random.Random(4)
    markets = [key for (key,) in await ctx.db.fetch(select(Market.id).order_by(Market.id))]
    found = list[Known]()
    async with ctx.tx() as session:
        customers = list[int]()
        for first, last in NAMES:
            values = {"first_name": first, "last_name": last, "phone": None, "language": "it", "password_hash": None}
            mail = f"{(first or 'x').lower()}@{dice.choice(('example.org', 'rossi.test'))}"
            customers.append(await session.insert(Customer, **values, **_customer(mail)))
        for place in range(count):
            person = dice.randrange(len(NAMES))
            row = _row(dice, place, markets) | {"customer_id": None if place % 7 == 0 else customers[person]} | fields
            order_id = await session.insert(Order, **row)
            skus = tuple(dice.choice(SKUS) for _ in range(dice.randint(1, 3)))
            for position, sku in enumerate(skus):
                await session.insert(OrderLine, **_line(order_id, position, sku))
            first, last = NAMES[person] if row["customer_id"] else (None, None)
            found.append(Known(order_id, row, first, last, skus))
    return found


def _customer(email: str) -> dict[str, Any]:
    return {"email": email, "source_key": None, "accepts_marketing": False, "created_at": BEGAN,
            "updated_at": BEGAN, "proven_at": None, "tags": []}  # fmt: skip


def _row(dice: random.Random, place: int, markets: list[int]) -> dict[str, Any]:
    currency = dice.choice(("EUR", "EUR", "JPY", "KWD"))
    total = dice.choice((0, 999, 1_000, 1_000, 100_000))
    at = BEGAN + timedelta(hours=dice.choice((0, 1, 1, 25, 47, 48, 70)))
    is_cancelled = dice.random() < 0.2
    is_past = place % 3 == 0
    zeros = dict.fromkeys(
        (
            "discount",
            "delivery",
            "tax",
            "tax_added",
            "payment_fee",
            "redeemed",
            "refunded",
            "raised",
            "lowered",
            "released",
            "waived",
        ),
        0,
    )
    return zeros | {
        "key": f"{place:032x}",
        "number": 2_000 - place,
        "source": "till" if is_past else None,
        "source_name": f"BV_{place}" if is_past else None,
        "cart_id": None,
        "market_id": dice.choice(markets),
        "state": "cancelled" if is_cancelled else "placed",
        "financial_status": str(dice.choice(tuple(FinancialStatus))),
        "fulfilment_status": str(dice.choice(tuple(FulfilmentStatus))),
        "currency": currency,
        "country": dice.choice(("IT", "DE", "GB")),
        "language": "it",
        "prices_include_tax": True,
        "subtotal": total,
        "total": total,
        "email": dice.choice((None, "anna@example.org", "Luca@Rossi.test", "2000@example.org")),
        "phone": None,
        "shipping_address": {"first_name": "Zoe", "last_name": None},
        "billing_address": None,
        "note": "",
        "attributes": [],
        "explanation": [],
        "cancel_reason": "OTHER" if is_cancelled else None,
        "placed_at": at,
        "cancelled_at": at if is_cancelled else None,
        "updated_at": at,
    }


def _line(order_id: int, position: int, sku: str | None) -> dict[str, Any]:
    amounts = {"unit_price": 0, "rounding": 0, "subtotal": 0, "discount": 0, "tax": 0, "total": 0}
    texts: dict[str, Any] = {"title": f"Thing {position}", "variant_title": "", "sku": sku, "attributes": []}
    return {
        "order_id": order_id, "variant_id": None, "product_id": None, "position": position, "quantity": position + 1,
        "requires_shipping": True, **amounts, **texts,
    }  # fmt: skip
