"""Whether Mollie knows the shop's key, and takes what the shop offers."""

from collections.abc import Awaitable, Callable

from vetrina.kernel.errors import Refusal
from vetrina.plugin import Context, Say
from vetrina_mollie.settings import MollieSettings

TITLE = Say("Mollie takes payments for this shop", it="Mollie accetta pagamenti per questo negozio")


class NoKey(Refusal):
    """There is no key yet."""

    code = "MOLLIE_NO_KEY"
    text = "There is no key yet: type Mollie's API key into this plugin's settings."
    texts = {"it": "Manca la chiave: inserisci la chiave API di Mollie nelle impostazioni di questo plugin."}


class MethodsOff(Refusal):
    """Ways to pay that the shop offers are switched off at Mollie. Facts: names."""

    code = "MOLLIE_METHODS_OFF"
    text = "The account does not take {names}: switch it on at Mollie, or take it out of this plugin's settings."
    texts = {
        "it": "Il conto non accetta {names}: attiva questi metodi su Mollie, o toglili dalle impostazioni di "
        "questo plugin.",
    }


def check(settings: MollieSettings) -> Callable[[Context], Awaitable[None]]:
    """How it is found out: by asking which ways to pay the account takes."""

    async def look(ctx: Context) -> None:
        if not settings.is_ready:
            raise NoKey
        found = await settings.learn(ctx)
        missing = [method for method in settings.methods if method not in found]
        if missing:
            raise MethodsOff(names=", ".join(missing))

    return look
