"""What the plugin declares: whether VAT can be told, evidence is sound, books add up, what it holds about people."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, delete, select

from vetrina.kernel.db import Session, id_in, text_in
from vetrina.kernel.errors import Refusal
from vetrina.plugin import Context, DemoRows, HealthCheck, LedgerCheck, Person, PersonalData, Say
from vetrina.plugin.declarations import Declaration
from vetrina.views.orders.amendments import amendments_of
from vetrina.views.orders.placed import orders_by_id
from vetrina.views.orders.sales import REPORTS_ZONE
from vetrina.views.orders.taxes import done_refunds, taxed_orders
from vetrina_tax.demo import show_off
from vetrina_tax.models import TaxCheck, TaxEntry, TaxExemption
from vetrina_tax.rules.booking import ADDED, CANCELLED, OFF, REFUND, SALE
from vetrina_tax.rules.deciding import LIMIT
from vetrina_tax.rules.rates import RateBook
from vetrina_tax.settings import TaxSettings
from vetrina_tax.views import WRITTEN_ID, doubtful_sales, own_rates, threshold_in

NEAR = LIMIT * 8 // 10
"""8,000.00 EUR: time to register for OSS."""
PATIENCE = timedelta(days=2)
KEPT = timedelta(days=3_653)


class RatesMissing(Refusal):
    """Nothing can be sold where VAT is due and its rate is not known."""

    code = "TAX_RATES_MISSING"
    text = "No standard rate is known today for {countries}: nothing can be sold there. Write it under Rates."
    texts = {
        "it": "Oggi non è nota un'aliquota ordinaria per {countries}: lì non si può vendere nulla. Inseriscila in "
        "Aliquote.",
    }


class ThresholdNear(Refusal):
    """Whoever crosses it has to be registered."""

    code = "TAX_THRESHOLD_NEAR"
    text = "{sold} EUR of 10,000 EUR of distance sales: register for OSS, then let destinations count from the start."
    texts = {
        "it": "{sold} EUR di 10.000 EUR di vendite a distanza: registrati all'OSS, poi fai valere la destinazione "
        "dall'inizio.",
    }


class RatesOfCurrencyMissing(Refusal):
    """The threshold cannot be counted."""

    code = "TAX_CURRENCY_UNKNOWN"
    text = (
        "Distance sales in a currency whose rate in euros nobody has told: write it in the settings, then count again."
    )
    texts = {
        "it": "Vendite a distanza in una valuta di cui nessuno ha detto il cambio in euro: inseriscilo nelle "
        "impostazioni, poi riconta.",
    }


class SoldInDoubt(Refusal):
    """VAT may be owed by the shop."""

    code = "TAX_SOLD_IN_DOUBT"
    text = "Sold without VAT to ids that VIES does not vouch for, orders {orders}: ask the buyers, or charge the VAT."
    texts = {
        "it": "Vendite senza IVA a partite IVA che VIES non conferma, ordini {orders}: chiedi a chi ha comprato, o "
        "addebita l'IVA.",
    }


class AnswersStandIn(Refusal):
    """Somebody should look why VAT cannot be computed."""

    code = "TAX_ANSWERS_STAND_IN"
    text = "{count} orders of the last day were taxed by an earlier answer: look at the plugin's errors."
    texts = {
        "it": "{count} ordini dell'ultimo giorno sono stati tassati con una risposta precedente: guarda gli errori "
        "del plugin.",
    }


def declarations(settings: TaxSettings) -> list[Declaration]:
    """Four checks, a ledger, what is held about people, rows for the demo."""

    async def rates(ctx: Context) -> None:
        await check_rates(ctx, settings)

    async def threshold(ctx: Context) -> None:
        await check_threshold(ctx, settings)

    return [
        HealthCheck("rates", Say("VAT rates are known", it="Le aliquote IVA sono note"), rates),
        HealthCheck("threshold", Say("The OSS threshold is far", it="La soglia OSS è lontana"), threshold),
        HealthCheck("vat-ids", Say("VAT ids are vouched for", it="Le partite IVA sono verificate"), check_ids),
        HealthCheck("answers", Say("VAT is computed anew", it="L'IVA è calcolata di volta in volta"), check_answers),
        LedgerCheck("ledger", Say("The VAT ledger adds up", it="Il registro IVA torna"), check_ledger),
        PersonalData(
            "customers",
            Say("Exemptions from VAT", it="Esenzioni dall'IVA"),
            export_exemptions,
            erase_exemptions,
        ),
        PersonalData(
            "vat-ids",
            Say("VAT ids of orders, and what VIES said of them", it="Partite IVA degli ordini e risposte di VIES"),
            export_ids,
            erase_ids,
            keep_for=KEPT,
            because=Say(
                "Article 369k of Directive 2006/112/EC and the shop's bookkeeping: ten years.",
                it="Art. 369 duodecies direttiva 2006/112/CE e art. 2220 c.c.: dieci anni.",
            ),
        ),
        DemoRows(show_off),
    ]


async def check_rates(ctx: Context, settings: TaxSettings) -> None:
    """Raises RatesMissing for a country in which VAT is due."""
    day = ctx.now().astimezone(REPORTS_ZONE).date()
    book = RateBook(await own_rates(ctx.db), settings.class_levels)
    due = [settings.ships_from or ctx.place.home, *(known.country for known in settings.known_registrations)]
    missing = sorted({country or "?" for country in due if not book.has(country, day)})
    if missing:
        raise RatesMissing(countries=", ".join(missing))


async def check_threshold(ctx: Context, settings: TaxSettings) -> None:
    """Raises ThresholdNear from eight tenths on, and RatesOfCurrencyMissing."""
    year = ctx.now().astimezone(REPORTS_ZONE).year
    elsewhere = (settings.elsewhere_in(year), settings.elsewhere_in(year - 1))
    known = await threshold_in(ctx.db, year, elsewhere)
    if not known.is_complete:
        raise RatesOfCurrencyMissing
    most = max(known.this_year, known.last_year if known.last_year > LIMIT else 0)
    if settings.distance_sales == "threshold" and most >= NEAR:
        raise ThresholdNear(sold=f"{most // 100:,}")


async def check_ids(ctx: Context) -> None:
    """Raises SoldInDoubt for the last two months."""
    found = await doubtful_sales(ctx.db, ctx.now() - timedelta(days=60), ctx.now() - PATIENCE)
    if found:
        orders = await orders_by_id(ctx.db, sorted({order_id for order_id, _, _ in found}))
        raise SoldInDoubt(orders=", ".join(order.name for order in orders)[:500])


async def check_answers(ctx: Context) -> None:
    """Raises AnswersStandIn."""
    orders = await taxed_orders(ctx.db, ctx.now() - timedelta(days=1), limit=1_000)
    count = sum("answered_at" in order.treatment for order in orders)
    if count:
        raise AnswersStandIn(count=count)


async def check_ledger(ctx: Context) -> Sequence[str]:
    """The sales of the last hundred days, their changes and refunds; what is not booked yet is no mistake.

    Where a price was lowered by money alone, what later refunds took is no longer what they said: there no refund may
    take more than it gave.
    """
    booked: dict[int, Counter[str]] = defaultdict(Counter)
    gross: dict[int, Counter[str]] = defaultdict(Counter)
    for order_id, reference, net, tax in await ctx.db.fetch(_BOOKED, {"since": ctx.now() - timedelta(days=100)}):
        what = reference.partition("/")[0].replace(OFF, ADDED)
        booked[order_id][what] += tax
        gross[order_id][what] += net + tax
    orders = await orders_by_id(ctx.db, sorted(booked))
    said = {(order.id, SALE): order.tax for order in orders}
    for one in await amendments_of(ctx.db, sorted(booked)):
        said[one.order_id, f"{ADDED}{one.id}"] = one.tax
    refunds = await done_refunds(ctx.db, sorted(booked))
    lowered = {back.order_id for back in refunds if back.adjustment}
    for back in refunds:
        what = f"{REFUND}{back.id}"
        tax = booked[back.order_id][what]
        is_within = -back.given <= gross[back.order_id][what] <= tax <= 0
        said[back.order_id, what] = tax if back.order_id in lowered and is_within else -back.tax
    wrong = [
        f"the VAT ledger has {tax} of tax for {what} of order {order.name}, which says {said.get((order.id, what), 0)}"
        for order in orders
        for what, tax in booked[order.id].items()
        if what != CANCELLED and tax != said.get((order.id, what), 0)
    ]
    kept = [order for order in orders if CANCELLED in booked[order.id] and sum(booked[order.id].values())]
    return wrong + [f"the VAT ledger has tax left for order {order.name}, which is cancelled" for order in kept]


async def export_exemptions(ctx: Context, person: Person) -> Mapping[str, Any]:
    """What the customer is exempted for."""
    found = await ctx.db.fetch(_EXEMPTED, {"customers": list(person.customer_ids)})
    return {"exemptions": [{"mention": mention, "until": until} for mention, until in found]}


async def erase_exemptions(ctx: Context, session: Session, person: Person) -> int:
    """Who is forgotten is exempted from nothing."""
    return await session.execute(_UNEXEMPT, {"customers": list(person.customer_ids)})


async def export_ids(ctx: Context, person: Person) -> Mapping[str, Any]:
    """The VAT ids under which the person's orders were sold, and every check of them."""
    ids = await _ids_of(ctx, person)
    checks = await ctx.db.fetch(_CHECKED, {"ids": ids})
    return {
        "vat_ids": ids,
        "checks": [
            {"vat_id": vat_id, "state": state, "at": at.isoformat(), "request_number": number, "name": name}
            for vat_id, state, at, number, name in checks
        ],
    }


async def erase_ids(ctx: Context, session: Session, person: Person) -> int:
    """Forget what VIES said of who the person is, once nothing obliges to keep it; the sums stay."""
    ids = [vat_id for (vat_id,) in await session.fetch(_IDS, {"orders": list(person.order_ids)})]
    before = ctx.now() - KEPT
    return await session.execute(_FORGET, {"ids": ids, "before": before})


async def _ids_of(ctx: Context, person: Person) -> list[str]:
    return [vat_id for (vat_id,) in await ctx.db.fetch(_IDS, {"orders": list(person.order_ids)})]


_BOOKED = select(TaxEntry.order_id, TaxEntry.reference, TaxEntry.net, TaxEntry.tax).where(
    TaxEntry.supplied_at >= bindparam("since")
)
_EXEMPTED = select(TaxExemption.mention, TaxExemption.until).where(id_in(TaxExemption.customer_id, "customers"))
_UNEXEMPT = delete(TaxExemption).where(id_in(TaxExemption.customer_id, "customers"))
_IDS = (
    select(TaxEntry.vat_id)
    .where(TaxEntry.vat_id.is_not(None), id_in(TaxEntry.order_id, "orders"))
    .distinct()
    .order_by(TaxEntry.vat_id)
)
_CHECKED = (
    select(WRITTEN_ID, TaxCheck.state, TaxCheck.asked_at, TaxCheck.request_number, TaxCheck.name)
    .where(text_in(WRITTEN_ID, "ids"))
    .order_by(TaxCheck.id)
)
_FORGET = delete(TaxCheck).where(text_in(WRITTEN_ID, "ids"), TaxCheck.asked_at < bindparam("before"))
