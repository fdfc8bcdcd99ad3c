"""Key figures: the core's own handful and those of plugins, computed beside each other."""

import asyncio
from decimal import Decimal
from typing import Any

import msgspec

from vetrina.kernel.context import Context
from vetrina.kernel.contracts import fits
from vetrina.kernel.errors import BadInput, Refusal
from vetrina.kernel.meters import KeptOut, Work, WrongAnswer
from vetrina.kernel.money import Money, digits
from vetrina.plugin.declarations import Kpi, Period
from vetrina.plugin.site import Site
from vetrina.plugin.words import Say
from vetrina.views.orders.sales import Sales, sales
from vetrina.views.payments.figures import MethodFigures, method_figures

PATIENCE = 3.0
"""Seconds a plugin may take for a figure."""
CORE = "core"
Value = Money | Decimal | int | None


class KpiResult(msgspec.Struct, frozen=True):
    """A key figure over a period; without a value it could not be computed, or `problem` says why it is missing."""

    owner: str
    kpi: Kpi
    value: Value
    problem: str = ""


async def kpis(site: Site, ctx: Context, period: Period) -> list[KpiResult]:
    """Every figure the actor may see, the core's first, then plugins' in loading order.

    A plugin's figure that fails or takes too long is answered without a value and with the reason. Raises BadInput
    for a period that ends before it begins.
    """
    if period.end <= period.start:
        raise BadInput(field=("to",), problem="The period ends before it begins.", reason="period")
    own = ((CORE, kpi) for kpi in CORE_KPIS)
    theirs = ((owner, item) for owner, item in site.collected.declarations if isinstance(item, Kpi))
    wanted = [(owner, kpi) for owner, kpi in (*own, *theirs) if _may_see(ctx, kpi)]
    return list(await asyncio.gather(*(_computed(site, ctx, owner, kpi, period) for owner, kpi in wanted)))


def _may_see(ctx: Context, kpi: Kpi) -> bool:
    return ctx.actor.kind == "system" or kpi.permission in ctx.actor.permissions


async def _computed(site: Site, ctx: Context, owner: str, kpi: Kpi, period: Period) -> KpiResult:
    if owner == CORE:
        return KpiResult(owner, kpi, await kpi.compute(ctx, period))

    async def attempt() -> Value:
        return _value(await kpi.compute(ctx, period))

    try:
        value = await site.shop.ports.meters.run(Work(owner, "kpi", kpi.code), attempt, PATIENCE)
    except Refusal as refusal:
        return KpiResult(owner, kpi, None, refusal.message)
    except TimeoutError:
        return KpiResult(owner, kpi, None, f"{owner} did not answer within {PATIENCE:g} s.")
    except KeptOut:
        return KpiResult(owner, kpi, None, f"{owner} has failed too often of late and is left alone for half a minute.")
    except Exception as error:  # a plugin's figure may fail in any way; the others stand
        return KpiResult(owner, kpi, None, f"{owner} failed: {type(error).__name__}.")
    return KpiResult(owner, kpi, value)


def _value(answer: Any) -> Value:
    """A figure as it came. Raises WrongAnswer for what is no amount and no number."""
    is_number = isinstance(answer, int | Decimal) and not isinstance(answer, bool) and Decimal(answer).is_finite()
    if answer is None or is_number or (isinstance(answer, Money) and isinstance(fits(answer, Money), Money)):
        return answer
    raise WrongAnswer(f"{type(answer).__name__} is no figure: Money, Decimal, int or None")


async def _sales(ctx: Context, period: Period) -> Sales | None:
    """What was sold in the period in the currency the shop itself sells in; None when nothing was."""
    found = await sales(ctx.db, since=period.start, until=period.end)
    return next((entry for entry in found if entry.currency == ctx.place.currency), None)


async def _orders(ctx: Context, period: Period) -> int:
    return sum(entry.orders for entry in await sales(ctx.db, since=period.start, until=period.end))


async def _gross(ctx: Context, period: Period) -> Money:
    found = await _sales(ctx, period)
    return _money(found.gross_value if found is not None else Decimal(0), ctx)


async def _net(ctx: Context, period: Period) -> Money:
    found = await _sales(ctx, period)
    return _money(found.net_value if found is not None else Decimal(0), ctx)


async def _average(ctx: Context, period: Period) -> Money | None:
    found = await _sales(ctx, period)
    average = found.average_order if found is not None else None
    return None if average is None else _money(average, ctx)


async def _cancelled(ctx: Context, period: Period) -> Decimal | None:
    found = await sales(ctx.db, since=period.start, until=period.end)
    orders = sum(entry.orders for entry in found)
    return Decimal(sum(entry.cancelled_orders for entry in found)) / orders if orders else None


def _money(value: Decimal, ctx: Context) -> Money:
    """Major units to the nearest minor unit of the shop's currency."""
    currency = ctx.place.currency
    return Money(round(value.scaleb(digits(currency))), currency)


async def _payment_cost(ctx: Context, period: Period) -> Decimal | None:
    rows = await _paid(ctx, period)
    captured = sum(row.captured for row in rows)
    return Decimal(sum(row.fees + row.disputed for row in rows)) / captured if captured else None


async def _authorised(ctx: Context, period: Period) -> Decimal | None:
    rows = await method_figures(ctx.db, since=period.start, until=period.end)
    tried = sum(row.tried for row in rows)
    return Decimal(sum(row.secured for row in rows)) / tried if tried else None


async def _paid(ctx: Context, period: Period) -> list[MethodFigures]:
    """By way to pay, in the currency the shop itself sells in."""
    rows = await method_figures(ctx.db, since=period.start, until=period.end)
    return [row for row in rows if row.currency == ctx.place.currency]


CORE_KPIS = (
    Kpi(
        code="core.orders",
        title=Say(en="Orders", it="Ordini"),
        formula=Say(
            en="Orders placed in the period, cancelled ones included, in every currency (K-017, set: placed)",
            it="Ordini ricevuti nel periodo, annullati compresi, in ogni valuta (K-017, insieme: placed)",
        ),
        unit="count",
        compute=_orders,
        permission="orders.read",
    ),
    Kpi(
        code="core.gross-sales",
        title=Say(en="Gross sales", it="Vendite lorde"),
        formula=Say(
            en="Sum of unit price times quantity as priced, before discounts, returns and delivery (K-012)",
            it="Somma di prezzo per quantità come da listino, prima di sconti, resi e consegna (K-012)",
        ),
        unit="money",
        compute=_gross,
        permission="orders.read",
    ),
    Kpi(
        code="core.net-sales",
        title=Say(en="Net sales", it="Vendite nette"),
        formula=Say(
            en="Gross sales, less discounts, less returns booked in the period (K-014, calendar view), as priced",
            it="Vendite lorde meno sconti, meno resi contabilizzati nel periodo (K-014, per data), come da listino",
        ),
        unit="money",
        compute=_net,
        permission="orders.read",
    ),
    Kpi(
        code="core.average-order-value",
        title=Say(en="Average order value", it="Valore medio dell'ordine"),
        formula=Say(
            en="Gross sales less discounts, divided by orders (K-018); no value without orders",
            it="Vendite lorde meno sconti, diviso gli ordini (K-018); nessun valore senza ordini",
        ),
        unit="money",
        compute=_average,
        permission="orders.read",
    ),
    Kpi(
        code="core.cancellation-rate",
        title=Say(en="Cancellation rate", it="Tasso di annullamento"),
        formula=Say(
            en="Cancelled orders divided by orders placed in the period (K-078)",
            it="Ordini annullati diviso ordini ricevuti nel periodo (K-078)",
        ),
        unit="ratio",
        compute=_cancelled,
        better="down",
        permission="orders.read",
    ),
    Kpi(
        code="core.payment-cost-rate",
        title=Say(en="Payment cost", it="Costo dei pagamenti"),
        formula=Say(
            en="Providers' fees and what disputes took, divided by what was captured, of payments begun then (K-028)",
            it="Commissioni e contestazioni diviso l'incassato, sui pagamenti iniziati nel periodo (K-028)",
        ),
        unit="ratio",
        compute=_payment_cost,
        better="down",
        permission="payments.read",
    ),
    Kpi(
        code="core.authorisation-rate",
        title=Say(en="Authorised payments", it="Pagamenti autorizzati"),
        formula=Say(
            en="Charges that were secured, divided by those secured or failed, begun in the period (M-026)",
            it="Addebiti andati a buon fine diviso quelli riusciti o falliti, iniziati nel periodo (M-026)",
        ),
        unit="ratio",
        compute=_authorised,
        permission="payments.read",
    ),
)
"""The core's own, declared as a plugin declares its. Money is in the currency the shop itself sells in."""
