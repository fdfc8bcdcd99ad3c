"""Every label, the latest first; those of a page are printed together."""

from collections.abc import Sequence

from vetrina.graphql import read_cursor, write_cursor
from vetrina.plugin import Context, Say
from vetrina.plugin.admin import Asked, Block, Column, Facts, Link, Row, Table
from vetrina_carriers.admin.shown import STATES, cost_of, may, service_named, title_of
from vetrina_carriers.flows.labels import LABELS
from vetrina_carriers.views import accounts, label_list, papers

PAGE = 25
COLUMNS = (
    Column(Say("Number", "Numero")),
    Column(Say("Carrier", "Corriere")),
    Column(Say("Service", "Servizio")),
    Column(Say("State", "Stato")),
    Column(Say("Cost", "Costo"), "end"),
    Column(Say("Asked for", "Chiesta")),
)
FILTERS = (
    ("", Say("All", "Tutte")),
    ("bought", Say("Bought", "Comprate")),
    ("waiting", Say("Waiting", "In attesa")),
    ("unsure", Say("Unsure", "Incerte")),
    ("failed", Say("Refused", "Rifiutate")),
    ("cancelled", Say("Given back", "Restituite")),
)


async def show(ctx: Context, asked: Asked) -> Sequence[Block]:
    """A page of them, of one state."""
    wanted = asked.query.get("state", "")
    state = wanted if wanted in STATES else None
    after = asked.query.get("after")
    given = read_cursor(after, "after") if after else ()
    below = given[0] if given and isinstance(given[0], int) else None
    found = await label_list(ctx.db, size=PAGE + 1, below=below, state=state)
    known = {row.id: row for row in await accounts(ctx.db)}
    rows = tuple(
        Row(
            (row.tracking_number or f"{row.id}", title_of(row.carrier),
             service_named(known.get(row.account_id), row.service), STATES[row.state], cost_of(row), row.asked_at),
            to=f"labels/{row.id}",
        )
        for row in found[:PAGE]
    )  # fmt: skip
    empty = Say("No label yet: buy one from an order, or all at once on the first page.",
                "Ancora nessuna etichetta: comprane una da un ordine, o tutte insieme nella prima pagina.")  # fmt: skip
    last = write_cursor(found[PAGE - 1].id) if len(found) > PAGE else None
    shown = tuple((label, Link(label, f"labels?state={key}" if key else "labels")) for key, label in FILTERS)
    blocks: list[Block] = [Table(COLUMNS, rows, empty, after=last)]
    printable = [
        row.label_id for row in await papers(ctx.db, [row.id for row in found[:PAGE] if row.state == "bought"])
    ]
    if printable and may(ctx, LABELS):
        together = "-".join(str(key) for key in printable)
        said = Say(f"These {len(printable)} in one file", f"Queste {len(printable)} in un solo file")
        blocks.insert(0, Facts(((Say("Print", "Stampa"), Link(said, f"print/{together}")),)))
    return [*blocks, Facts(shown)]
