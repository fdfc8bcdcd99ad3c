"""The answer to what tax is due: read what decides, decide, compute; nobody outside is asked."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import msgspec

from vetrina.kernel.context import Context
from vetrina.ports import (
    DestinationPrices,
    PricedLine,
    TaxableLine,
    TaxAnswer,
    TaxedLine,
    TaxProvider,
    TaxRequest,
    TaxTreatment,
)
from vetrina.views.orders.sales import REPORTS_ZONE
from vetrina_tax.rules.computing import Item, at_other_rate, delivered, taxes
from vetrina_tax.rules.deciding import TAXLESS, Decision, Sale, decide, is_over
from vetrina_tax.rules.mentions import Mention, mention_of
from vetrina_tax.rules.numbers import VatId
from vetrina_tax.rules.places import territory_of
from vetrina_tax.rules.rates import Rate, RateBook, percent, rate_book
from vetrina_tax.settings import TaxSettings
from vetrina_tax.views import BuyerRow, ExemptionRow, exemption_of, own_rates_and_buyer, threshold_in

NAMES = {
    "AT": "USt.", "BE": "TVA/BTW", "CH": "MWST", "DE": "MwSt.", "DK": "Moms", "ES": "IVA", "FR": "TVA", "IT": "IVA",
    "LU": "TVA", "NL": "BTW", "NO": "MVA", "PT": "IVA", "RO": "TVA", "SE": "Moms",
}  # fmt: skip
"""What the tax is called where it is due; elsewhere VAT."""


TAXED_DELIVERY = "taxed_delivery"
"""The fact that says how much of the delivery was taxed, in minor units, before the tax on top."""


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that was found out about one question."""

    decision: Decision
    origin: str
    day: date
    book: RateBook
    buyer: BuyerRow | None
    exemption: ExemptionRow | None
    is_checked: bool
    """Whether VIES has vouched for the buyer's VAT id, lately enough."""

    def rate_of(self, tax_class: str) -> Rate | None:
        """What goods of a class are taxed with; None where there is no tax at all."""
        if self.decision.scheme in TAXLESS:
            return None
        place = self.decision.territory
        return self.book.rate_for(tax_class, place.country, place.region, self.day)


class EuVat(TaxProvider):
    """VAT of the European Union, by the settings it is given. Reads a few small rows; asks nobody outside."""

    def __init__(self, settings: TaxSettings) -> None:
        self.settings = settings

    async def tax(self, ctx: Context, request: TaxRequest) -> TaxAnswer:
        """Raises LookupError where a rate that is due is not known: then nothing is sold."""
        lines = [line for line in request.lines if not line.is_gift_card]
        if not lines:
            return TaxAnswer()
        case = await self.judge(ctx, request, lines)
        items, rates = self._items(case, lines)
        amounts = taxes(items, is_included=request.prices_include_tax, rounding=self.settings.rounding)
        name = NAMES.get(case.decision.territory.country, "VAT")
        return TaxAnswer(
            lines=tuple(
                TaxedLine(key=item.key, title=f"{name} {percent(item.rate)}%", rate=item.rate, amount=amount)
                for item, amount in zip(items, amounts, strict=True)
            ),
            treatment=self._treatment(ctx, case, lines, rates),
            good_for=self.settings.good_for_hours * 3_600,
        )

    async def judge(self, ctx: Context, request: TaxRequest, lines: Sequence[TaxableLine]) -> Case:
        """By which scheme the lines are taxed. What is collected in the shop's room is supplied there (article 31)."""
        origin = request.country if request.is_collected else self.leaving_from(request)
        day, who = request.at.astimezone(REPORTS_ZONE).date(), request.buyer
        own, buyer = await own_rates_and_buyer(ctx.db, who.reference)
        book = rate_book(own, self.settings.class_levels)
        exemption = await exemption_of(ctx.db, who.customer_id, day) if who.customer_id is not None else None
        sale = Sale(
            origin=origin,
            country=request.country,
            postcode=request.zip,
            day=day,
            vat_id=self._counting_id(request, buyer),
            is_exempt=exemption is not None,
            registrations=self.settings.known_registrations,
        )
        case = Case(
            decision=decide(sale),
            origin=origin,
            day=day,
            book=book,
            buyer=buyer,
            exemption=exemption,
            is_checked=self._is_fresh(request, buyer),
        )
        if case.decision.scheme != "origin" or not await self._is_over(ctx, request, case, lines):
            return case
        over = msgspec.structs.replace(sale, is_over_threshold=True)
        return msgspec.structs.replace(case, decision=decide(over))

    def leaving_from(self, request: TaxRequest) -> str:
        """The country that goods are sent from. Raises LookupError."""
        origin = self.settings.ships_from or request.ships_from
        if not origin:
            raise LookupError("nobody has said where the goods leave from")
        return origin

    def _counting_id(self, request: TaxRequest, buyer: BuyerRow | None) -> VatId | None:
        """The buyer's VAT id, if it is to be believed: checked, or waiting for an answer and the shop accepts that."""
        if buyer is None or not self.settings.is_b2b_free:
            return None
        is_waiting = buyer.state != "invalid" and self.settings.unanswered == "accept"
        return VatId(buyer.country, buyer.number) if self._is_fresh(request, buyer) or is_waiting else None

    def _is_fresh(self, request: TaxRequest, buyer: BuyerRow | None) -> bool:
        if buyer is None or buyer.state != "valid" or buyer.asked_at is None:
            return False
        return request.at - buyer.asked_at <= timedelta(days=self.settings.recheck_days)

    async def _is_over(self, ctx: Context, request: TaxRequest, case: Case, lines: Sequence[TaxableLine]) -> bool:
        """Whether this sale is over the threshold, at the net amount it has where the goods leave from."""
        if self.settings.distance_sales == "always":
            return True
        items, _ = self._items(case, lines)
        included = taxes(items, is_included=True, rounding="line") if request.prices_include_tax else []
        net = sum(item.amount for item in items) - sum(included)
        year = case.day.year
        elsewhere = (self.settings.elsewhere_in(year), self.settings.elsewhere_in(year - 1))
        known = await threshold_in(ctx.db, year, elsewhere)
        return is_over(known, self.settings.euro_cents(net, request.currency), starts_early=False)

    def _items(self, case: Case, lines: Sequence[TaxableLine]) -> tuple[list[Item], list[Rate]]:
        """What is taxed with which rate, delivery behind the goods, and the rates that were found."""
        goods, rates, delivery = list[Item](), list[Rate](), list[Item]()
        for line in lines:
            if line.key is not None:
                rate = case.rate_of(line.tax_class)
                goods.append(Item(line.key, line.amount, rate.rate if rate else 0))
                rates += [rate] if rate else []
        for line in lines:
            if line.key is None:
                rate = case.rate_of(line.tax_class)
                rule = self.settings.delivery if rate else "standard"
                delivery += delivered(line.amount, goods, rate.rate if rate else 0, rule)
                rates += [rate] if rate and any(item.rate == rate.rate for item in delivery) else []
        return [*goods, *delivery], rates

    def _treatment(self, ctx: Context, case: Case, lines: Sequence[TaxableLine], rates: Sequence[Rate]) -> TaxTreatment:
        decision, buyer = case.decision, case.buyer
        kinds = {line.is_goods for line in lines if line.key is not None}
        mentions = mention_of(decision.scheme, has_goods=True in kinds or not kinds, has_services=False in kinds)
        if case.exemption is not None and case.exemption.mention:
            mentions = (Mention(case.exemption.mention, case.exemption.mention),)
        is_free = decision.scheme == "reverse_charge"
        delivery = [line.amount for line in lines if line.key is None]
        delivered_at = {TAXED_DELIVERY: str(sum(delivery))} if delivery else {}
        vat_id = str(VatId(buyer.country, buyer.number)) if buyer else None
        return TaxTreatment(
            scheme=decision.scheme,
            country=decision.territory.country,
            mention=_joined(mentions, ctx.place.language),
            rounding=self.settings.rounding,
            vat_id=vat_id,
            seller_vat_id=self._seller_id(case) or None,
            rates_of="; ".join(sorted({f"{percent(one.rate)}% {one.since}, {one.source}" for one in rates})),
            facts=_facts(case, mentions, is_free=is_free) | delivered_at,
        )

    def _seller_id(self, case: Case) -> str:
        for known in self.settings.known_registrations:
            if case.decision.scheme in ("registered", "domestic") and known.country == case.decision.territory.country:
                return known.vat_id
        return self.settings.vat_id


def _joined(mentions: Sequence[Mention], language: str) -> str:
    return " ".join(one.it if language == "it" else one.en for one in mentions)


def _facts(case: Case, mentions: Sequence[Mention], *, is_free: bool) -> dict[str, str]:
    """Evidence, as texts by name; what there is none of is left out."""
    territory, buyer = case.decision.territory, case.buyer
    found: dict[str, Any] = {
        "origin": case.origin,
        "territory": territory.name,
        "nature": " ".join(one.nature for one in mentions if one.nature),
        "mention_en": _joined(mentions, "en"),
        "mention_it": _joined(mentions, "it"),
    }
    if buyer is not None and is_free:
        found |= {
            "vat_id_check": "valid" if case.is_checked else "unanswered",
            "vat_id_checked_at": buyer.asked_at.isoformat() if buyer.asked_at and case.is_checked else "",
            "vat_id_request": buyer.request_number or "" if case.is_checked else "",
        }
    return {name: text for name, text in found.items() if text}


class NetPrices(DestinationPrices):
    """Keeps what the shop earns: a price is the origin's without its tax, with the destination's."""

    def __init__(self, vat: EuVat) -> None:
        self.vat = vat

    async def unit_prices(self, ctx: Context, request: TaxRequest, lines: Sequence[PricedLine]) -> dict[int, int]:
        """Raises LookupError where a rate that is due is not known."""
        asked = [
            TaxableLine(key=line.key, amount=line.unit_price * line.quantity, quantity=line.quantity,
                        tax_class=line.tax_class)
            for line in lines
        ]  # fmt: skip
        case = await self.vat.judge(ctx, request, asked)
        home = territory_of(self.vat.leaving_from(request), None)
        found: dict[int, int] = {}
        for line in lines:
            here = case.book.rate_for(line.tax_class, home.country, home.region, case.day).rate
            there = case.rate_of(line.tax_class)
            found[line.key] = at_other_rate(line.unit_price, here, there.rate if there else 0)
        return found
