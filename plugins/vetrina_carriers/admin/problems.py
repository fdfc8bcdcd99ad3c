"""The queue of exceptions: parcels that failed, are late or silent, orders that have not left; and its tile."""

from collections.abc import Awaitable, Callable, Sequence

from vetrina.plugin import Context, Say
from vetrina.plugin.admin import Asked, Block, Column, Figure, Row, Section, Table, Text
from vetrina_carriers.admin.shown import PROBLEMS, day_of, title_of
from vetrina_carriers.figures import Problem, problems, unsent
from vetrina_carriers.settings import CarriersSettings

COLUMNS = (
    Column(Say("Parcel", "Collo")),
    Column(Say("Matter", "Problema")),
    Column(Say("Carrier", "Corriere")),
    Column(Say("Number", "Numero")),
    Column(Say("Promised for", "Promesso per il")),
    Column(Say("Last scan", "Ultima lettura")),
)
UNSENT = (
    Column(Say("Order", "Ordine")),
    Column(Say("Buyer", "Cliente")),
    Column(Say("Placed", "Ricevuto")),
    Column(Say("Matter", "Problema")),
)


def show(settings: CarriersSettings) -> Callable[[Context, Asked], Awaitable[Sequence[Block]]]:
    """The page, by the settings of this Runtime."""

    async def queue(ctx: Context, asked: Asked) -> Sequence[Block]:
        rows = tuple(_row(each) for each in await problems(ctx, settings.silent_days))
        late = tuple(
            Row((order.name, order.buyer, order.placed_at, PROBLEMS["unsent"]), to=f"/admin/orders/{order.id}")
            for order in await unsent(ctx)
        )
        days = settings.silent_days
        said = Say(f"A parcel stands here when its delivery failed, when it comes back, when its promised day "
                   f"has passed, "
                   f"or when nobody has scanned it for {days} days.",
                   f"Un collo è qui quando la consegna è fallita, quando torna indietro, quando il giorno promesso è "
                   f"passato, o quando nessuno lo legge da {days} giorni.")  # fmt: skip
        fine = Say("Every parcel travels as it should.", "Ogni collo viaggia come deve.")
        sent = Say("Every order left in time.", "Ogni ordine è partito in tempo.")
        return [
            Text(said),
            Section(Say("Parcels under way", "Colli in viaggio"), (Table(COLUMNS, rows, fine),)),
            Section(Say("Not sent by the promised day", "Non spediti entro il giorno promesso"),
                    (Table(UNSENT, late, sent),)),
        ]  # fmt: skip

    return queue


def tile(settings: CarriersSettings) -> Callable[[Context], Awaitable[Figure | None]]:
    """How many there are; nothing while there are none."""

    async def count(ctx: Context) -> Figure | None:
        found = len(await problems(ctx, settings.silent_days)) + len(await unsent(ctx))
        title = Say("Parcels to look after", "Colli da seguire")
        hint = Say("Failed, late, silent or not sent", "Falliti, in ritardo, silenziosi o non spediti")
        return Figure(title, found, hint) if found else None

    return count


def _row(problem: Problem) -> Row:
    parcel, watch = problem.parcel, problem.watch
    return Row(
        (parcel.name, PROBLEMS[problem.why], title_of(watch.carrier), watch.tracking_number,
         day_of(parcel.promised_for),
         watch.heard_at),
        to=f"/admin/orders/{parcel.order_id}",
    )  # fmt: skip
