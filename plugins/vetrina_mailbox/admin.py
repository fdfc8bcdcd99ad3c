"""The admin's pages: what was kept, and one mail as it would have looked. They say loudly that nothing was sent."""

from collections.abc import Sequence

from vetrina.kernel.errors import NotFound
from vetrina.plugin import Context, Say
from vetrina.plugin.admin import (
    AdminPage,
    AdminPanel,
    Asked,
    Block,
    Column,
    Facts,
    Frame,
    Link,
    Notice,
    Row,
    Section,
    Table,
    Text,
)
from vetrina_mailbox.keeping import MOST, Kept, latest, whole_mail

READ = "mailbox.read"
TITLE = Say("Test mailbox", it="Casella di prova")
LOUD = Notice(
    Say(
        "This shop sends no mail. What it would have sent is kept here, with the links and codes in it: whoever reads "
        "this page can open the accounts they belong to. Switch this plugin off before real people buy.",
        it="Questo negozio non invia mail. Ciò che avrebbe inviato resta qui, con i link e i codici che contiene: chi "
        "legge questa pagina può aprire gli account a cui appartengono. Spegni questo plugin prima che compri gente "
        "vera.",
    ),
    "warning",
)
FILES = "/admin/mailbox/files"
COLUMNS = (
    Column(Say("Subject", it="Oggetto")),
    Column(Say("To", it="A")),
    Column(Say("At", it="Quando")),
)
FILE_COLUMNS = (
    Column(Say("Name", it="Nome")),
    Column(Say("Type", it="Tipo")),
    Column(Say("Size", it="Dimensione"), "end"),
)
TOO_LARGE = Say("too large to keep", it="troppo grande da conservare")
EMPTY = Say(
    "No mail yet: one comes when somebody asks for an account or for a new password.",
    it="Ancora nessuna mail: ne arriva una quando qualcuno chiede un account o una nuova password.",
)


def pages() -> list[AdminPage | AdminPanel]:
    """The list, a mail, and the card on the home page."""
    return [
        AdminPage("", TITLE, READ, _show_list, section="settings"),
        AdminPage("mails/{id}", Say("Mail", it="Mail"), READ, _show_mail, is_in_menu=False),
        AdminPanel("home", TITLE, READ, _show_card),
    ]


async def _show_list(ctx: Context, asked: Asked) -> Sequence[Block]:
    return [LOUD, await _table(ctx, MOST)]


async def _show_card(ctx: Context, subject: int | None) -> Sequence[Block]:
    return [LOUD, await _table(ctx, 3)]


async def _show_mail(ctx: Context, asked: Asked) -> Sequence[Block]:
    given = asked.parts.get("id", "")
    found = await whole_mail(ctx, int(given)) if given.isascii() and given.isdigit() and len(given) < 19 else None
    if found is None:
        raise NotFound(what="The mail")
    mail, kept = found
    facts = Facts(
        (
            (Say("Subject", it="Oggetto"), mail.subject),
            (Say("To", it="A"), mail.recipient),
            (Say("At", it="Quando"), mail.at),
        )
    )
    title = Say(f"The mail “{mail.subject}”", it=f"La mail “{mail.subject}”")
    shown = Section(Say("As people see it", it="Come la si vede"), (Frame(title, f"{FILES}/{mail.id}.html"),))
    text = Section(Say("Text", it="Testo"), (Text(kept.text),))
    files = (_files(mail.id, kept),) if kept.attachments else ()
    return [LOUD, facts, *files, shown, text]


def _files(mail_id: int, kept: Kept) -> Section:
    rows = list[Row]()
    for number, file in enumerate(kept.attachments):
        name = Link(file.name, f"{FILES}/{mail_id}-{number}") if file.content else file.name
        size = f"{-(-len(file.content) // 1000)} KB" if file.content else TOO_LARGE
        rows.append(Row((name, file.media_type, size)))
    return Section(Say("Attachments", it="Allegati"), (Table(FILE_COLUMNS, tuple(rows), ""),))


async def _table(ctx: Context, size: int) -> Table:
    rows = await latest(ctx.db, size=size)
    return Table(
        COLUMNS, tuple(Row((mail.subject, mail.recipient, mail.at), to=f"mails/{mail.id}") for mail in rows), EMPTY
    )
