"""How kinds, states and keys are shown, and read from an address."""

from urllib.parse import urlencode

from vetrina.graphql import read_cursor
from vetrina.kernel.errors import NotFound
from vetrina.plugin import Context, Say
from vetrina.plugin.admin import Asked, Badge
from vetrina_promotions.rules import Status

PAGE = 50
KINDS = {
    "products": Say("Off products", "Sui prodotti"),
    "order": Say("Off the order", "Sull'ordine"),
    "buy_get": Say("Buy and get", "Compra e ricevi"),
    "shipping": Say("Free delivery", "Spedizione"),
}
STATUSES = {
    Status.ACTIVE: Badge(Say("Active", "Attivo"), "good"),
    Status.SCHEDULED: Badge(Say("Scheduled", "Programmato"), "warning"),
    Status.EXPIRED: Badge(Say("Over", "Terminato"), "neutral"),
    Status.PAUSED: Badge(Say("Paused", "Sospeso"), "bad"),
}
CARDS = {
    "active": Badge(Say("Active", "Attiva"), "good"),
    "used": Badge(Say("Used up", "Esaurita"), "neutral"),
    "expired": Badge(Say("Expired", "Scaduta"), "warning"),
    "disabled": Badge(Say("Disabled", "Disattivata"), "bad"),
}


def may(ctx: Context, permission: str) -> bool:
    """Whether forms and buttons are of any use to the reader."""
    return ctx.actor.kind == "system" or permission in ctx.actor.permissions


def key_in(asked: Asked, what: str) -> int:
    """The key in the page's address. Raises NotFound."""
    return number_in(asked.parts.get("id", ""), what)


def number_in(given: str, what: str) -> int:
    """A key as a button or an address says it. Raises NotFound."""
    if not (given.isascii() and given.isdecimal() and len(given) < 19):
        raise NotFound(what=what)
    return int(given)


def below_in(asked: Asked) -> int | None:
    """Below which key a list goes on."""
    after = asked.query.get("after")
    given = read_cursor(after, "after") if after else ()
    return given[0] if given and isinstance(given[0], int) else None


def found_at(path: str, **query: str) -> str:
    """A list's address with what was searched for."""
    return f"{path}?{urlencode({name: value for name, value in query.items() if value})}"


def masked(tail: str) -> str:
    """A gift card as it is called: by its last characters."""
    return f"•••• {tail}"
