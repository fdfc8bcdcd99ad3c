"""How states, events and keys are shown, and read from an address."""

from collections.abc import Sequence
from datetime import UTC, datetime

from vetrina.kernel.errors import NotFound
from vetrina.plugin import Context, Say
from vetrina.plugin.admin import Asked, Badge, Block, Secret, Section, Text
from vetrina_webhooks.flows.endpoints import WRITE
from vetrina_webhooks.rules import PauseReason, State
from vetrina_webhooks.views import EndpointRow

WHY_PAUSED = {
    PauseReason.PERSON.value: Say("Somebody paused it.", "Qualcuno l'ha sospeso."),
    PauseReason.GONE.value: Say(
        "It answered 410 Gone: it wants no more.", "Ha risposto 410 Gone: non vuole più nulla."
    ),
    PauseReason.DEAD.value: Say(
        "It has failed for too long, and was paused by itself.", "Non risponde da troppo tempo: è stato sospeso da sé."
    ),
}
_STATES = {
    State.WAITING.value: Badge(Say("Waiting", "In attesa"), "warning"),
    State.DELIVERED.value: Badge(Say("Delivered", "Consegnato"), "good"),
    State.FAILED.value: Badge(Say("Given up", "Abbandonato"), "bad"),
}


def may_write(ctx: Context) -> bool:
    """Whether forms and buttons are of any use to the reader."""
    return ctx.actor.kind == "system" or WRITE in ctx.actor.permissions


def key_in(asked: Asked, what: str) -> int:
    """The key in the page's address. Raises NotFound."""
    given = asked.parts.get("id", "")
    if not (given.isascii() and given.isdecimal() and len(given) < 19):
        raise NotFound(what=what)
    return int(given)


def endpoint_badge(row: EndpointRow) -> Badge:
    """How an endpoint does, in a word."""
    if row.paused_at is not None:
        return Badge(Say("Paused", "Sospeso"), "neutral" if row.pause_reason == PauseReason.PERSON.value else "bad")
    if row.failing_since is not None:
        return Badge(Say("Failing", "In errore"), "warning")
    return Badge(Say("Active", "Attivo"), "good")


def delivery_badge(state: str) -> Badge:
    """Where a delivery stands, in a word."""
    return _STATES[state]


def heard(events: Sequence[str] | None) -> Say | str:
    """What an endpoint is told, in a line."""
    return Say("All events", "Tutti gli eventi") if events is None else ", ".join(events)


def aware(moment: datetime) -> datetime:
    """What people type without a zone is UTC, as moments are shown."""
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def secret_told(secret: str) -> tuple[Block, ...]:
    """The one time a secret is shown, and what it is for."""
    meant = Say(
        "The receiver verifies the signature of every message with it.",
        "Con questo il destinatario verifica la firma di ogni messaggio.",
    )
    return (Section(Say("Signing secret", "Segreto per la firma"), (Text(meant), Secret("webhook-signature", secret))),)
