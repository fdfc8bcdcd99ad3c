"""Trying the keys: whether Stripe knows them, in the mode they say, for the account that is meant."""

from vetrina.kernel.errors import Refusal
from vetrina_stripe.refusals import KeyNotTaken
from vetrina_stripe.sdk import Line, NotDone, within

PATIENCE = 8.0
"""Seconds."""


class WrongMode(Refusal):
    """Stripe answers in another mode than the keys say."""

    code = "STRIPE_WRONG_MODE"
    text = "Stripe answers in another mode than the keys are for: test and live are never mixed."
    texts = {"it": "Stripe risponde in una modalità diversa da quella delle chiavi: test e live non si mescolano mai."}


class WrongAccount(Refusal):
    """The keys are another account's. Facts: found."""

    code = "STRIPE_WRONG_ACCOUNT"
    text = "The keys belong to the account {found}, which is not the one in the settings."
    texts = {"it": "Le chiavi sono del conto {found}, che non è quello indicato nelle impostazioni."}


async def try_keys(line: Line, *, is_live: bool, account: str) -> None:
    """Ask for the balance, and for the account if one is named.

    Raises KeyNotTaken, WrongMode, WrongAccount; Unavailable when Stripe does not answer.
    """
    async with within(PATIENCE):
        try:
            balance = await line.get("/v1/balance")
            found = (await line.get("/v1/account"))["id"] if account else ""
        except NotDone as no:
            raise KeyNotTaken(reason=str(no)) from None
    if balance.get("livemode") is not is_live:
        raise WrongMode
    if found != account:
        raise WrongAccount(found=found)
