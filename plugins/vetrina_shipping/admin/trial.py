"""Why is there no delivery here? An address and a cart, and which rule decided what."""

from collections import Counter
from collections.abc import Sequence

from vetrina.kernel.errors import BadInput
from vetrina.kernel.money import Money, from_decimal
from vetrina.plugin import Context, Say
from vetrina.plugin.admin import Asked, Badge, Block, Cell, Column, Done, Facts, Form, Link, Notice, Row, Section, Table
from vetrina.ports import DeliveredLine, DeliveryOption, DeliveryProvider, DeliveryRequest, Undeliverable
from vetrina.views.catalog.eligibility import variants_called
from vetrina.views.catalog.variants import variants_by_id
from vetrina.views.markets import atlas
from vetrina.vocabulary import Address
from vetrina_shipping.admin.forms import TrialForm
from vetrina_shipping.admin.words import FLAGS, MISFITS, found_at, measured, pieces, spoken, written
from vetrina_shipping.provider import Looked, Shipping, Weighed

MOST_SKUS = 50
COLUMNS = (
    Column(Say("Method", "Metodo")), Column(Say("Answer", "Risposta")), Column(Say("Price", "Prezzo"), "end"),
    Column(Say("Why", "Perché")), Column(Say("Arrives", "Arriva")),
)  # fmt: skip
OFFERED = Badge(Say("Offered", "Offerto"), "good")
NOT_OFFERED = Badge(Say("Not offered", "Non offerto"), "bad")


async def show(ctx: Context, asked: Asked) -> Sequence[Block]:
    """The question, and below it the answer to what was asked."""
    form = Form("ask", TrialForm, Say("Try it", "Prova"), {**asked.query})
    if "country" not in asked.query:
        return [form]
    question = await _question(ctx, TrialForm.model_validate(dict(asked.query)))
    provided = ctx.ports.find(DeliveryProvider, "shipping")
    if provided is None or not isinstance(provided.implementation, Shipping):
        return [Notice(Say("The plugin is off.", "Il plugin è spento."), "bad"), form]
    shipping = provided.implementation
    looked = await shipping.look(ctx, question)
    try:
        options = await shipping.options(ctx, question)
    except Undeliverable as refused:
        options = ()
        problem: list[Block] = [Notice(refused.message, "bad")]
    else:
        problem = []
    return [*problem, *_answer(looked, options), Section(Say("Try another", "Prova ancora"), (form,))]


async def ask(ctx: Context, asked: Asked, sent: TrialForm) -> Done:
    """Ask, by an address that can be kept and sent to others."""
    await _question(ctx, sent)
    given = {name: str(value) for name, value in sent.model_dump().items()}
    return Done(Say("This is how it was decided.", "Ecco come è stato deciso."), to=found_at("trial", **given))


def _answer(looked: Looked, options: Sequence[DeliveryOption]) -> list[Block]:
    facts, zone = looked.facts, looked.zone
    known = Facts((
        (Say("Zone", "Zona"), Link(zone.name, f"zones/{zone.id}") if zone else NOT_OFFERED),
        (Say("Weight (kg)", "Peso (kg)"), written(facts.weight, "weight", facts.currency)),
        (Say("Pieces", "Pezzi"), facts.pieces),
        (Say("Goods", "Merce"), Money(facts.amount, facts.currency)),
    ))  # fmt: skip
    by_code: dict[str, DeliveryOption] = {}
    for option in options:
        by_code.setdefault(option.code or option.handle, option)
    rows = tuple(_row(entry, facts.currency, by_code.get(entry.verdict.method.handle)) for entry in looked.weighed)
    return [known, Table(COLUMNS, rows, Say("No zone, no method.", "Nessuna zona, nessun metodo."))]


def _row(entry: Weighed, currency: str, option: DeliveryOption | None) -> Row:
    verdict = entry.verdict
    link = Link(verdict.method.handle, f"methods/{verdict.method.id}")
    if verdict.misfit is not None:
        return Row((link, NOT_OFFERED, None, _because(entry, currency), None))
    if option is None:
        nowhere = Say("There is no place to collect it at.", "Non c'è un luogo dove ritirarlo.")
        return Row((link, NOT_OFFERED, None, nowhere, None))
    return Row((link, OFFERED, Money(verdict.amount, currency), _because(entry, currency), _days(option)))


def _because(entry: Weighed, currency: str) -> Cell:
    verdict = entry.verdict
    if verdict.misfit is not None:
        reason = MISFITS[verdict.misfit]
        if verdict.misfit != "limit" or verdict.limit is None:
            return reason
        basis = verdict.method.basis if verdict.limit != verdict.method.most_weight else "weight"
        over = " ({} > {})".format(
            *(f"{written(value, basis, currency):f}" for value in (verdict.measure, verdict.limit))
        )
        return Say(reason.en + over, reason.it + over)
    return Say(_sum(entry, currency, "en"), _sum(entry, currency, "it"))


def _sum(entry: Weighed, currency: str, language: str) -> str:
    """The price, step by step."""
    verdict, is_italian = entry.verdict, language == "it"
    parts = [spoken(verdict.base, currency, language)]
    if verdict.free_by is not None:
        parts.append("gratis per una regola della zona" if is_italian else "free by a rule of the zone")
    parts += [f"+ {title} {spoken(amount, currency, language)}" for title, amount in verdict.surcharges]
    if entry.flag is not None and entry.flag in FLAGS:
        parts.append(FLAGS[entry.flag].it if is_italian else FLAGS[entry.flag].en)
    return "; ".join(parts)


def _days(option: DeliveryOption) -> Cell:
    first, last = option.promised_from, option.promised_to
    if first is None or last is None:
        return None
    return first if first == last else f"{first.isoformat()} – {last.isoformat()}"


async def _question(ctx: Context, sent: TrialForm) -> DeliveryRequest:
    """Raises BadInput for what is not sold."""
    known = await atlas(ctx.db)
    country = sent.country.strip().upper()
    market = known.market_of(country)
    currency = sent.currency.strip().upper() or (market.currency if market else known.profile.currency)
    address = Address(
        address1="-", city=sent.city.strip() or None, zip=sent.zip.strip() or None,
        province=sent.province.strip().upper() or None, country=country,
    )  # fmt: skip
    further = DeliveredLine(
        variant_id=0, quantity=1, weight=measured(sent.weight, "weight", currency, ("weight",)),
        amount=from_decimal(sent.amount, currency, field=("amount",)).amount,
    )  # fmt: skip
    lines = await _lines(ctx, pieces(sent.skus))
    return DeliveryRequest(
        currency=currency, country=country, province=address.province, zip=address.zip, language=ctx.place.language,
        lines=(*lines, further) if sent.weight or sent.amount or not lines else lines, address=address, at=ctx.now(),
    )  # fmt: skip


async def _lines(ctx: Context, skus: list[str]) -> tuple[DeliveredLine, ...]:
    """The products at the shop's own prices."""
    wanted = Counter(skus[:MOST_SKUS])
    found = await variants_called(ctx.db, list(wanted))
    lost = next((sku for sku in wanted if sku not in found), None)
    if lost is not None:
        problem = Say(f"Nothing has the SKU {lost[:60]}.", f"Nulla ha lo SKU {lost[:60]}.")
        raise BadInput(field=("skus",), problem=problem)
    rows = await variants_by_id(ctx, [found[sku][0] for sku in wanted], even_hidden=True)
    return tuple(
        DeliveredLine(
            variant_id=row.id, product_id=row.product_id, quantity=count, weight=row.weight_in_grams or 0,
            amount=row.amount * count,
        )
        for sku, count in wanted.items()
        if (row := rows.get(found[sku][0])) is not None
    )  # fmt: skip
