"""Which days banks work on, when money is due, and what may be paid where."""

from datetime import UTC, date, datetime

import pytest
from msgspec.structs import replace

from vetrina.ports import OfferRequest, StartRequest
from vetrina_manual_payment.days import due_after, easter_of, is_working
from vetrina_manual_payment.provider import ManualPayment
from vetrina_manual_payment.settings import ManualPaymentSettings


@pytest.mark.parametrize(
    ("year", "easter"),
    [(2024, date(2024, 3, 31)), (2025, date(2025, 4, 20)), (2026, date(2026, 4, 5)), (2038, date(2038, 4, 25))],
)
def test_banks_rest_on_weekends_and_six_days_of_the_year(year: int, easter: date) -> None:
    assert easter_of(year) == easter
    resting = [day for day in _days(year) if day.weekday() < 5 and not is_working(day)]
    fixed = [day for day in resting if (day.month, day.day) in ((1, 1), (5, 1), (12, 25), (12, 26))]
    assert len(resting) - len(fixed) == 2, "Good Friday and Easter Monday"
    assert all(abs((day - easter).days) <= 2 for day in resting if day not in fixed)


def test_working_days_are_counted_on_over_easter() -> None:
    thursday = datetime(2026, 4, 2, 9, 30, tzinfo=UTC)
    assert due_after(thursday, 1, working=True) == datetime(2026, 4, 7, 9, 30, tzinfo=UTC)
    assert due_after(thursday, 5, working=True) == datetime(2026, 4, 13, 9, 30, tzinfo=UTC)
    assert due_after(thursday, 5, working=False) == datetime(2026, 4, 7, 9, 30, tzinfo=UTC)


async def test_the_buyer_is_told_the_due_day_and_the_goods_are_held_for_the_days_of_grace() -> None:
    settings = ManualPaymentSettings.model_validate({
        "iban": "IT60 X054 2811 1010 0000 0123 456", "account_holder": "Bottega", "days_until_due": 3,
        "counted_days": "working", "days_of_grace": 2,
    })  # fmt: skip
    request = StartRequest(key="k", method="bank-transfer", amount=1_500, currency="EUR", language="it",
                           at=datetime(2026, 4, 2, 9, 0, tzinfo=UTC))  # fmt: skip
    report = await ManualPayment(settings).start(request)
    assert report.instructions[-1].value == "9 aprile 2026"
    assert report.due_at == datetime(2026, 4, 11, 9, 0, tzinfo=UTC)


async def test_cash_and_store_depend_on_how_it_is_delivered() -> None:
    settings = ManualPaymentSettings.model_validate({
        "takes_in_store": True, "store_deliveries": ["shipping:store", "shipping:point."],
        "cash_deliveries": ["shipping:"], "store_address": "Via Roma 1, Torino",
    })  # fmt: skip
    provider = ManualPayment(settings)
    offer = OfferRequest(country="IT", currency="EUR", amount=1_000, language="it")
    expected = {
        ("shipping:standard",): ["cash-on-delivery"],
        ("flat:standard",): [],
        ("shipping:store",): ["pay-in-store"],
        ("shipping:stores",): ["cash-on-delivery"],
        ("shipping:point.torino",): ["pay-in-store"],
        ("shipping:store", "shipping:standard"): ["cash-on-delivery"],
        (): [],
    }
    for handles, methods in expected.items():
        offered = provider.methods(replace(offer, delivery_handles=handles))
        assert [method.method for method in offered] == methods, handles
    request = StartRequest(key="k", method="pay-in-store", amount=1_500, currency="EUR", language="it",
                           at=datetime(2026, 3, 14, tzinfo=UTC))  # fmt: skip
    report = await provider.start(request)
    assert [line.value for line in report.instructions][1:] == ["Via Roma 1, Torino", "Ordine {order}", "21 marzo 2026"]


def _days(year: int) -> list[date]:
    first = date(year, 1, 1).toordinal()
    return [date.fromordinal(day) for day in range(first, date(year + 1, 1, 1).toordinal())]
