"""How states and keys are shown, and read from an address; languages that texts are translated into."""

from datetime import UTC, datetime

from vetrina.kernel.context import Context
from vetrina.kernel.errors import NotFound
from vetrina.plugin import Say
from vetrina.plugin.admin import Asked, Badge
from vetrina.views.markets import atlas
from vetrina_content.desk import DeskRow
from vetrina_content.rules import Kind

READ, WRITE, MODERATE = "content.read", "content.write", "content.moderate"
KINDS = {
    Kind.PAGE: Say("Page", "Pagina"),
    Kind.BLOG: Say("Blog", "Blog"),
    Kind.ARTICLE: Say("Article", "Articolo"),
}
_STATES = {
    "draft": Badge(Say("Draft", "Bozza"), "neutral"),
    "scheduled": Badge(Say("Scheduled", "Programmato"), "warning"),
    "published": Badge(Say("Published", "Pubblicato"), "good"),
}


def may(ctx: Context, permission: str = WRITE) -> bool:
    """Whether forms and buttons are of any use to the reader."""
    return ctx.actor.kind == "system" or permission in ctx.actor.permissions


def number(given: str, what: str) -> int:
    """A key that came in an address or with a button. Raises NotFound."""
    if not (given.isascii() and given.isdecimal() and len(given) < 19):
        raise NotFound(what=what)
    return int(given)


def key_in(asked: Asked, what: str = "The page") -> int:
    """The key in the page's address. Raises NotFound."""
    return number(asked.parts.get("id", ""), what)


def state_badge(ctx: Context, row: DeskRow) -> Badge:
    """Whether people see it now."""
    return _STATES[row.state_at(ctx.now())]


def aware(moment: datetime | None) -> datetime | None:
    """Forms send moments in the zone in which they are shown; one without a zone, from elsewhere, is UTC."""
    return moment if moment is None or moment.tzinfo is not None else moment.replace(tzinfo=UTC)


async def other_languages(ctx: Context) -> list[str]:
    """Languages of the shop's markets beside its own."""
    world = await atlas(ctx.db)
    return sorted({language for _, language in world.languages} - {world.profile.language})
