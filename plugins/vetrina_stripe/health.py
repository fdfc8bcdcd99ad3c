"""Whether Stripe knows the shop's key, in the mode and for the account it should be, and messages can be checked."""

from collections.abc import Awaitable, Callable

from vetrina.kernel.errors import Refusal
from vetrina.plugin import Context, Say
from vetrina_stripe.keys import try_keys
from vetrina_stripe.settings import StripeSettings

TITLE = Say("Stripe takes payments for this shop", it="Stripe accetta pagamenti per questo negozio")


class NoKeys(Refusal):
    """There are no keys yet."""

    code = "STRIPE_NO_KEYS"
    text = "There are no keys yet: type the publishable and the secret key into this plugin's settings."
    texts = {
        "it": "Mancano le chiavi: inserisci la chiave pubblicabile e quella segreta nelle impostazioni di questo "
        "plugin.",
    }


class NoWebhookSecret(Refusal):
    """Messages cannot be checked."""

    code = "STRIPE_NO_WEBHOOK_SECRET"
    text = "There is no signing secret: Stripe's messages are refused, and payments are found by asking alone."
    texts = {
        "it": "Manca il segreto di firma: i messaggi di Stripe vengono rifiutati, e i pagamenti si scoprono solo "
        "chiedendo.",
    }


def check(settings: StripeSettings) -> Callable[[Context], Awaitable[None]]:
    """How it is found out: by asking for the balance, and for the account if one is named."""

    async def look(ctx: Context) -> None:
        if not settings.is_ready:
            raise NoKeys
        await try_keys(settings.line(ctx.shop.outgoing), is_live=settings.is_live, account=settings.account)
        if not settings.webhook_secrets:
            raise NoWebhookSecret

    return look
