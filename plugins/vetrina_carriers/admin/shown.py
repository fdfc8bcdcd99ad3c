"""How states, carriers, amounts and keys are shown, and read from an address."""

from datetime import date

from vetrina.kernel.errors import NotFound
from vetrina.kernel.money import Money
from vetrina.plugin import Context, Say
from vetrina.plugin.admin import Asked, Badge, Facts, Link
from vetrina_carriers.kinds import KINDS
from vetrina_carriers.rules.pauses import Exceptional
from vetrina_carriers.views import AccountRow, LabelRow

STATES = {
    "waiting": Badge(Say("Waiting", "In attesa"), "warning"),
    "asking": Badge(Say("Being bought", "In acquisto"), "warning"),
    "bought": Badge(Say("Bought", "Comprata"), "good"),
    "failed": Badge(Say("Refused", "Rifiutata"), "bad"),
    "unsure": Badge(Say("Unsure: decide", "Incerta: decidi"), "bad"),
    "cancelled": Badge(Say("Given back", "Restituita"), "neutral"),
}
PROBLEMS: dict[Exceptional, Badge] = {
    "failed": Badge(Say("Delivery failed or refused", "Consegna fallita o rifiutata"), "bad"),
    "returned": Badge(Say("Comes back", "Torna indietro"), "bad"),
    "late": Badge(Say("Late", "In ritardo"), "bad"),
    "silent": Badge(Say("Nobody has scanned it", "Nessuna lettura"), "warning"),
    "unsent": Badge(Say("Not sent by the promised day", "Non spedito entro il giorno promesso"), "bad"),
}


def may(ctx: Context, permission: str) -> bool:
    """Whether forms and buttons are of any use to the reader."""
    return ctx.actor.kind == "system" or permission in ctx.actor.permissions


def key_in(asked: Asked, what: str, name: str = "id") -> int:
    """The key in the page's address. Raises NotFound."""
    given = asked.parts.get(name, "")
    if not (given.isascii() and given.isdecimal() and len(given) < 19):
        raise NotFound(what=what)
    return int(given)


def day_of(written: str | None) -> date | None:
    """A day such as 2026-12-24, to be shown as the reader writes days."""
    return date.fromisoformat(written) if written else None


def title_of(carrier: str) -> str:
    """A carrier's name."""
    return KINDS[carrier].title if carrier in KINDS else carrier


def service_named(account: AccountRow | None, code: str) -> Say | str:
    """A service as the account calls it."""
    known = account.service(code) if account is not None else None
    return code if known is None else Say(known.en, known.it)


def cost_of(row: LabelRow) -> Money | None:
    """What it costs, or what it was to cost."""
    amount = row.amount if row.amount is not None else row.quoted
    return Money(amount, row.currency) if amount is not None and row.currency else None


def ways(ctx: Context) -> Facts:
    """The plugin's pages, one under the other."""
    shown = [
        (Say("Labels", "Etichette"), Link(Say("Every label", "Tutte le etichette"), "labels")),
        (Say("Problems", "Problemi"), Link(Say("Parcels to look after", "Colli da seguire"), "problems")),
        (Say("Scorecard", "Pagella"), Link(Say("How carriers do", "Come vanno i corrieri"), "scores")),
        (Say("End of the day", "Fine giornata"), Link(Say("Lists for the driver", "Distinte per l'autista"), "days")),
    ]
    if may(ctx, "carriers.accounts"):
        known = Link(Say("Your contracts", "I tuoi contratti"), "accounts")
        shown.append((Say("Accounts", "Contratti"), known))
    return Facts(tuple(shown))
