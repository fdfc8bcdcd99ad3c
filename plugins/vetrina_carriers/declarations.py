"""What the plugin declares: accounts that are good, labels that are settled, key figures, what it knows of people."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, select, update

from vetrina.kernel.context import Context
from vetrina.kernel.db import Session, id_in
from vetrina.kernel.errors import Refusal
from vetrina.plugin import DemoRows, HealthCheck, Kpi, LedgerCheck, Person, PersonalData, Say
from vetrina.plugin.declarations import Declaration
from vetrina_carriers.demo import show_off
from vetrina_carriers.figures import cost_per_parcel, promise_kept, transit_days
from vetrina_carriers.models import CarriersLabel, CarriersPaper
from vetrina_carriers.settings import CarriersSettings
from vetrina_carriers.views import accounts, label_list

READ = "carriers.read"
MOST_NAMED = 20


class AccountsInTrouble(Refusal):
    """Nothing can be bought with them."""

    code = "CARRIER_ACCOUNTS_IN_TROUBLE"
    text = "These accounts were refused when they were tried: {names}. Look at them under Accounts."
    texts = {"it": "Questi contratti sono stati rifiutati alla prova: {names}. Guardali in Contratti."}


class LabelsUnsure(Refusal):
    """They may have been paid for."""

    code = "LABELS_UNSURE"
    text = "Of these labels nobody knows whether the carrier sold them: {labels}. Decide under Labels."
    texts = {"it": "Di queste etichette non si sa se il corriere le abbia vendute: {labels}. Decidi in Etichette."}


def declarations(settings: CarriersSettings) -> list[Declaration]:
    """Two checks, a ledger, three figures, what labels say of people, rows for the demo."""
    return [
        HealthCheck("accounts", Say("Carriers accept the accounts", it="I corrieri accettano i contratti"), reach),
        HealthCheck("labels", Say("Every label's fate is known", it="Di ogni etichetta si sa la sorte"), settled),
        LedgerCheck("labels", Say("A parcel has one live label", it="Un collo ha una sola etichetta valida"), twice),
        Kpi(
            "carriers.promise-kept",
            Say("Promised day kept", it="Giorno promesso mantenuto"),
            Say(
                "Parcels delivered by the promised day, divided by those delivered or overdue (K-073)",
                it="Colli consegnati entro il giorno promesso, diviso consegnati e in ritardo (K-073)",
            ),
            "ratio",
            promise_kept,
            permission=READ,
        ),
        Kpi(
            "carriers.transit-days",
            Say("Days on the way", it="Giorni di viaggio"),
            Say("From leaving to arriving, on average (M-038)", it="Dalla partenza all'arrivo, in media (M-038)"),
            "days",
            transit_days,
            "down",
            READ,
        ),
        Kpi(
            "carriers.cost-per-parcel",
            Say("Cost of a label", it="Costo di un'etichetta"),
            Say("What labels cost, divided by labels (K-075)", it="Costo delle etichette diviso etichette (K-075)"),
            "money",
            cost_per_parcel,
            "down",
            READ,
        ),
        PersonalData(
            "labels",
            Say("Addresses on labels", it="Indirizzi sulle etichette"),
            export_labels,
            erase_labels,
        ),
        DemoRows(show_off),
    ]


async def reach(ctx: Context) -> None:
    """Raises AccountsInTrouble for active ones that were tried in vain."""
    names = [row.name for row in await accounts(ctx.db, only_active=True) if row.trouble]
    if names:
        raise AccountsInTrouble(names=", ".join(names)[:500])


async def settled(ctx: Context) -> None:
    """Raises LabelsUnsure."""
    found = await label_list(ctx.db, size=MOST_NAMED, state="unsure")
    if found:
        raise LabelsUnsure(labels=", ".join(str(row.id) for row in found))


async def twice(ctx: Context) -> list[str]:
    """Shipments that two labels claim to be: one of them is somebody else's."""
    found = await ctx.db.fetch(_BOUGHT, {})
    known: dict[tuple[str, str], int] = {}
    wrong = list[str]()
    for label_id, carrier, reference in found:
        other = known.setdefault((carrier, reference), label_id)
        if other != label_id:
            wrong.append(f"labels {other} and {label_id} are one shipment {reference} at {carrier}")
    return wrong


async def export_labels(ctx: Context, person: Person) -> Mapping[str, Any]:
    """What carriers were told of the person's parcels."""
    found = await ctx.db.fetch(_TOLD, {"orders": list(person.order_ids)})
    return {
        "labels": [
            {"carrier": carrier, "number": number, "destination": _told(request).get("destination"),
             "email": _told(request).get("email")}
            for carrier, number, request in found
        ]
    }  # fmt: skip


def _told(request: dict[str, Any] | None) -> Mapping[str, Any]:
    return request or {}


async def erase_labels(ctx: Context, session: Session, person: Person) -> int:
    """Forget the papers and what was told; what is being bought just now keeps its address until it is."""
    orders = {"orders": list(person.order_ids)}
    await session.execute(_FORGET_PAPERS, orders)
    return await session.execute(_FORGET_TOLD, orders)


_L = CarriersLabel
_OF_PERSON = id_in(_L.order_id, "orders")
_BOUGHT = select(_L.id, _L.carrier, _L.reference).where(_L.state == "bought").order_by(_L.id)
_TOLD = select(_L.carrier, _L.tracking_number, _L.request).where(_OF_PERSON).order_by(_L.id)
_FORGET_PAPERS = delete(CarriersPaper).where(CarriersPaper.label_id.in_(select(_L.id).where(_OF_PERSON)))
_FORGET_TOLD = (
    update(_L).where(_OF_PERSON, _L.request.is_not(None), _L.state.not_in(("waiting", "asking"))).values(request=None)
)
