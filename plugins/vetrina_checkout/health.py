"""Whether buyers can pay on these pages by everything that is on offer."""

from vetrina.kernel.errors import Refusal
from vetrina.kernel.registry import PortFailed
from vetrina.plugin import Context, HealthCheck, Say
from vetrina.plugin.declarations import Declaration
from vetrina.ports import OfferRequest, PaymentProvider
from vetrina.vocabulary import PaymentFlow

AMOUNT = 5_000
"""Minor units of the default market's currency that somebody might want to pay."""


class NotInPage(Refusal):
    """Something is on offer that these pages cannot take."""

    code = "NOT_IN_PAGE"
    text = "These ways to pay bring no script for a page, so buyers do not see them here: {names}."
    texts = {
        "it": "Questi modi di pagare non portano uno script per la pagina, perciò qui chi compra non li vede: {names}."
    }


class NoWayToPay(Refusal):
    """Nothing is on offer."""

    code = "NO_WAY_TO_PAY"
    text = "No plugin offers a way to pay in the default market: switch one on, or complete its settings."
    texts = {
        "it": "Nessun plugin offre un modo di pagare nel mercato predefinito: attivane uno, o completane le "
        "impostazioni.",
    }


def checks() -> list[Declaration]:
    """One: whether there is a way to pay, and none is hidden."""
    return [HealthCheck("payable", Say("Buyers can pay", it="Si può pagare"), payable)]


async def payable(ctx: Context) -> None:
    """Raises NoWayToPay, or NotInPage with what needs a script and brings none."""
    place = ctx.place
    request = OfferRequest(country=place.country, currency=place.currency, amount=AMOUNT, language=place.language)
    offered = list[tuple[str, bool]]()
    for provided in ctx.ports.all(PaymentProvider):
        try:
            methods = ctx.ports.call(provided, provided.implementation.methods, request)
        except (PortFailed, Refusal):
            continue
        offered += [
            (method.title, method.flow != PaymentFlow.IN_PAGE or method.script is not None) for method in methods
        ]
    if not offered:
        raise NoWayToPay
    hidden = [title for title, is_shown in offered if not is_shown]
    if hidden:
        raise NotInPage(names=", ".join(hidden)[:500])
