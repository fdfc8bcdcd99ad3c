"""Forms to zones and methods, and back."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from vetrina.kernel.errors import BadInput
from vetrina.kernel.money import from_decimal
from vetrina.plugin import Context, Say
from vetrina.plugin.sheets import amount
from vetrina.views.catalog.eligibility import collection_names
from vetrina_shipping.admin.forms import ExtraForm, FreeForm, MethodForm, PartForm, StepForm, SurchargeForm, ZoneForm
from vetrina_shipping.admin.words import area_of, area_words, major, measured, minor, pieces, scale, written
from vetrina_shipping.rules import Area, Basis, FreeRule, LiveRates, Method, PriceTable, Step, Surcharge, Zone
from vetrina_shipping.rules.areas import BadPostalCode

MOST_COLLECTIONS = 1_000


async def zone_of_form(ctx: Context, sent: ZoneForm) -> Zone:
    """What was written in a zone's form. Raises BadInput, BadPostalCode."""
    known = await _collections(ctx)
    whole = tuple(Area(country=code.upper()) for code in dict.fromkeys(pieces(sent.countries)))
    return Zone(
        name=sent.name,
        areas=(*whole, *_parts(sent.parts, "parts")),
        without=_parts(sent.without, "without"),
        free=tuple(_free(rule, known) for rule in sent.free),
        surcharges=tuple(_surcharge(rule, known) for rule in sent.surcharges),
        is_active=sent.is_active,
    )


async def zone_values(ctx: Context, zone: Zone) -> dict[str, Any]:
    """A zone as its form shows it."""
    handles = {key: handle for handle, key in (await _collections(ctx)).items()}
    whole = [area.country for area in zone.areas if not (area.codes or area.provinces)]
    return {
        "name": zone.name,
        "countries": " ".join(whole),
        "parts": [area_words(area) for area in zone.areas if area.codes or area.provinces],
        "without": [area_words(area) for area in zone.without],
        "free": [
            {
                "amount": major(rule.thresholds),
                "tags": ", ".join(rule.tags),
                "collections": _named(rule.collections, handles),
                "methods": ", ".join(rule.methods),
            }
            for rule in zone.free
        ],
        "surcharges": [_surcharge_values(rule, handles) for rule in zone.surcharges],
        "is_active": zone.is_active,
    }


async def method_of_form(ctx: Context, sent: MethodForm) -> Method:
    """What was written in a method's form. Raises BadInput, BadPostalCode."""
    live = None
    if sent.carrier.strip():
        live = LiveRates(
            carrier=sent.carrier.strip(),
            services=tuple(pieces(sent.services)),
            percent=sent.percent,
            plus=minor(sent.plus, "plus"),
        )
    weight = sent.most_weight
    return Method(
        handle=sent.handle,
        kind=sent.kind,
        titles=sent.titles,
        descriptions=sent.descriptions,
        basis=sent.basis,
        tables=_tables(sent.basis, sent.steps, sent.extra),
        live=live,
        codes=_coded("codes", sent.country, "", sent.codes) if sent.codes.strip() else None,
        without_collections=_keys(sent.without_collections, await _collections(ctx), "without_collections"),
        days_min=sent.days_min,
        days_max=sent.days_max,
        on_saturdays=sent.on_saturdays,
        is_taxable=sent.is_taxable,
        is_active=sent.is_active,
        most_weight=None if weight is None else measured(weight, "weight", "EUR", ("most_weight",)),
    )


async def method_values(ctx: Context, method: Method) -> dict[str, Any]:
    """A method as its form shows it."""
    handles = {key: handle for handle, key in (await _collections(ctx)).items()}
    codes = area_words(method.codes) if method.codes else {"country": "IT", "codes": ""}
    live = method.live or LiveRates(carrier="")
    return {
        "kind": method.kind, "handle": method.handle, "titles": method.titles, "descriptions": method.descriptions,
        "basis": method.basis, "steps": _step_values(method), "extra": _extra_values(method),
        "is_taxable": method.is_taxable, "carrier": live.carrier, "services": ", ".join(live.services),
        "percent": live.percent, "plus": major(live.plus), "days_min": method.days_min, "days_max": method.days_max,
        "on_saturdays": method.on_saturdays, "most_weight": written(method.most_weight, "weight", "EUR"),
        "without_collections": _named(method.without_collections, handles),
        "country": codes["country"], "codes": codes["codes"], "is_active": method.is_active,
    }  # fmt: skip


def _tables(basis: Basis, steps: Sequence[StepForm], extra: Sequence[ExtraForm]) -> dict[str, PriceTable]:
    found: dict[str, PriceTable] = {}
    beyond = {row.currency.strip().upper(): row for row in extra}
    for currency in dict.fromkeys(row.currency.strip().upper() for row in steps):
        rows = [row for row in steps if row.currency.strip().upper() == currency]
        more = beyond.pop(currency, None)
        found[currency] = PriceTable(
            steps=tuple(_step(basis, currency, row) for row in rows),
            unit=measured(more.unit, basis, currency, ("extra",)) if more else 0,
            per_unit=from_decimal(more.price, currency, field=("extra",)).amount if more else 0,
            most=measured(more.most, basis, currency, ("extra",)) if more and more.most is not None else None,
        )
    if beyond:
        problem = Say(f"The table has no step in {min(beyond)}.", f"La tabella non ha scaglioni in {min(beyond)}.")
        raise BadInput(field=("extra",), problem=problem)
    return found


def _step(basis: Basis, currency: str, row: StepForm) -> Step:
    price = from_decimal(row.price, currency, field=("steps",)).amount
    if basis == "flat":
        return Step(over=0, upto=None, price=price)
    upto = None if row.upto is None else measured(row.upto, basis, currency, ("steps",))
    return Step(over=measured(row.over, basis, currency, ("steps",)), upto=upto, price=price)


def _step_values(method: Method) -> list[dict[str, Any]]:
    return [
        {
            "currency": currency,
            "over": written(step.over, method.basis, currency),
            "upto": written(step.upto, method.basis, currency),
            "price": amount(step.price, currency),
        }
        for currency, table in method.tables.items()
        for step in table.steps
    ]


def _extra_values(method: Method) -> list[dict[str, Any]]:
    return [
        {
            "currency": currency,
            "unit": written(table.unit, method.basis, currency),
            "price": amount(table.per_unit, currency),
            "most": written(table.most, method.basis, currency),
        }
        for currency, table in method.tables.items()
        if table.unit
    ]


def _free(rule: FreeForm, known: dict[str, int]) -> FreeRule:
    return FreeRule(
        thresholds=minor(rule.amount, "free"),
        tags=tuple(tag.strip() for tag in rule.tags.split(",") if tag.strip()),
        collections=_keys(rule.collections, known, "free"),
        methods=tuple(pieces(rule.methods)),
    )


def _surcharge(rule: SurchargeForm, known: dict[str, int]) -> Surcharge:
    over = rule.over * (scale("weight", "EUR") if rule.when == "weight_over" else 1)
    return Surcharge(
        title=rule.title,
        when=rule.when,
        amounts=minor(rule.amount, "surcharges"),
        over=int(over),
        area=_coded("surcharges", rule.country, rule.provinces, rule.codes) if rule.when == "codes" else None,
        collections=_keys(rule.collections, known, "surcharges"),
        stays_when_free=rule.stays_when_free,
    )


def _surcharge_values(rule: Surcharge, handles: dict[int, str]) -> dict[str, Any]:
    is_weight = rule.when == "weight_over"
    area = area_words(rule.area) if rule.area else {"country": "IT", "provinces": "", "codes": ""}
    return {
        "title": rule.title, "when": rule.when, "amount": major(rule.amounts),
        "over": written(rule.over, "weight", "EUR") if is_weight else Decimal(rule.over), **area,
        "collections": _named(rule.collections, handles), "stays_when_free": rule.stays_when_free,
    }  # fmt: skip


def _parts(rows: Sequence[PartForm], field: str) -> tuple[Area, ...]:
    return tuple(_coded(field, row.country, row.provinces, row.codes) for row in rows)


def _coded(field: str, country: str, provinces: str, codes: str) -> Area:
    try:
        return area_of(country, provinces, codes)
    except BadPostalCode as refusal:
        refusal.field = (field,)
        raise


async def _collections(ctx: Context) -> dict[str, int]:
    return {row.handle: row.id for row in await collection_names(ctx.db, MOST_COLLECTIONS)}


def _keys(text: str, known: dict[str, int], field: str) -> tuple[int, ...]:
    handles = pieces(text)
    lost = [handle for handle in handles if handle not in known]
    if lost:
        name = lost[0][:80]
        problem = Say(f"There is no collection {name}.", f"Non c'è nessuna collezione {name}.")
        raise BadInput(field=(field,), problem=problem)
    return tuple(known[handle] for handle in handles)


def _named(keys: Sequence[int], handles: dict[int, str]) -> str:
    return ", ".join(handles[key] for key in keys if key in handles)
