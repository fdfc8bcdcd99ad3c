"""Whether Stripe tells the shop's webhook everything that the shop listens to."""

from collections.abc import Awaitable, Callable, Iterable

from vetrina.kernel.errors import Refusal
from vetrina.plugin import Context, Say
from vetrina_stripe.messages import TOLD
from vetrina_stripe.refusals import KeyNotTaken
from vetrina_stripe.sdk import within
from vetrina_stripe.settings import StripeSettings

TITLE = Say("Stripe tells the shop what happens", it="Stripe comunica al negozio ciò che accade")
PATH = "/webhooks/payments/stripe"
PATIENCE = 8.0
"""Seconds."""
MOST_PAGES = 2
"""Of a hundred endpoints; Stripe allows sixteen."""
OLDER = "charge.refund.updated"
NEEDED: tuple[tuple[str, ...], ...] = (
    *((kind,) for kind in sorted(TOLD)),
    ("charge.refunded",),
    ("refund.updated", OLDER),
    ("refund.failed", OLDER),
    *((f"charge.dispute.{what}",) for what in ("created", "updated", "closed", "funds_withdrawn", "funds_reinstated")),
    *((f"payout.{what}",) for what in ("created", "updated", "paid", "failed", "canceled")),
)
"""The types of events that have a meaning here, each with another that says the same."""


class NoWebhook(Refusal):
    """Nobody at Stripe knows the shop's address. Facts: address."""

    code = "STRIPE_NO_WEBHOOK"
    text = "Stripe has no webhook that is on for {address}: make one, or the shop hears of payments by asking alone."
    texts = {
        "it": "Stripe non ha un webhook attivo per {address}: creane uno, altrimenti il negozio saprà dei pagamenti "
        "solo chiedendo.",
    }


class NotSubscribed(Refusal):
    """The webhook is not told of everything. Facts: names."""

    code = "STRIPE_NOT_SUBSCRIBED"
    text = "Stripe's webhook does not tell the shop of {names}: add them to its events at Stripe."
    texts = {"it": "Il webhook di Stripe non avvisa il negozio di {names}: aggiungili ai suoi eventi su Stripe."}


class NobodyKnows(Refusal):
    """The key may not read webhooks. Facts: names."""

    code = "STRIPE_WEBHOOK_NOT_SHOWN"
    text = "The key may not read the account's webhooks: allow it to, or see that the webhook is told of {names}."
    texts = {
        "it": "La chiave non può leggere i webhook del conto: autorizzala, o verifica che il webhook riceva {names}."
    }


def missing(told: Iterable[str]) -> tuple[str, ...]:
    """What of the needed types is not among those an endpoint is told of; `*` is all of them."""
    known = set(told)
    return () if "*" in known else tuple(names[0] for names in NEEDED if not known.intersection(names))


def check(settings: StripeSettings) -> Callable[[Context], Awaitable[None]]:
    """How it is found out: by asking for the account's webhooks, and for the events of those that lead here."""

    async def look(ctx: Context) -> None:
        if not settings.is_ready:
            return  # the other check says so
        address = ctx.shop.base_url.rstrip("/") + PATH
        told, found = set[str](), False
        try:
            async with within(PATIENCE):
                pages = settings.line(ctx.shop.outgoing).pages("/v1/webhook_endpoints", most=MOST_PAGES)
                async for endpoint in pages:
                    if str(endpoint.get("url")).rstrip("/") == address and endpoint.get("status") == "enabled":
                        found = True
                        told.update(endpoint.get("enabled_events") or ())
        except KeyNotTaken:
            raise NobodyKnows(names=", ".join(missing(()))) from None
        if not found:
            raise NoWebhook(address=address)
        if names := missing(told):
            raise NotSubscribed(names=", ".join(names))

    return look
