"""All mails: when each is written, whether it is, and in whose words."""

from collections.abc import Sequence

from vetrina.plugin import Context, Say
from vetrina.plugin.admin import Asked, Badge, Block, Column, Notice, Row, Table, Text
from vetrina.ports import MailProvider
from vetrina_order_mails.kinds import MAILS
from vetrina_order_mails.views import own_words, silent

COLUMNS = (
    Column(Say("Mail", "Mail")),
    Column(Say("When", "Quando")),
    Column(Say("Words", "Parole")),
    Column(Say("State", "Stato")),
)
ON, OFF = Badge(Say("On", "Attiva"), "good"), Badge(Say("Off", "Spenta"))
SHIPPED, OWN = Badge(Say("As shipped", "Predefinite")), Badge(Say("Your own", "Tue"), "good")
INTRODUCTION = Say(
    "Every mail is written once for its occasion, in the order's language, and is about the order alone: it is no "
    "advertising and needs no consent.",
    "Ogni mail si scrive una volta sola per la sua occasione, nella lingua dell'ordine, e riguarda solo l'ordine: "
    "non è pubblicità e non richiede consenso.",
)
NOBODY = Notice(
    Say(
        "No plugin sends mail, so these mails wait. Switch one on, such as smtp.",
        "Nessun plugin invia mail, perciò queste mail attendono. Accendine uno, per esempio smtp.",
    ),
    "warning",
)


async def show(ctx: Context, asked: Asked) -> Sequence[Block]:
    """The table; above it, whether anything is sent at all."""
    quiet, own = await silent(ctx.db), {mail for mail, _ in await own_words(ctx.db)}
    rows = tuple(
        Row(
            (kind.title, kind.when, OWN if name in own else SHIPPED, OFF if name in quiet else ON),
            to=f"mails/{name}",
        )
        for name, kind in MAILS.items()
    )
    blocks: list[Block] = [] if ctx.ports.all(MailProvider) else [NOBODY]
    return [*blocks, Text(INTRODUCTION), Table(COLUMNS, rows, "")]
