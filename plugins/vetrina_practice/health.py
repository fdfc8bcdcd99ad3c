"""Whether the plugin stands where it may: a shop that sells for real money has no use for it."""

from vetrina.kernel.errors import Refusal
from vetrina.kernel.settings import Settings
from vetrina.plugin import Context, Say

TITLE = Say("Practice stays out of production", it="Le prove restano fuori dalla produzione")


class PracticeInProduction(Refusal):
    """It is on where real people buy; it offers nothing there."""

    code = "PRACTICE_IN_PRODUCTION"
    text = "This shop runs in production, where practice cards are never offered: switch the plugin off."
    texts = {
        "it": "Questo negozio è in produzione, dove le carte di prova non vengono mai offerte: disattiva il plugin."
    }


async def look(ctx: Context) -> None:
    """Raises PracticeInProduction."""
    if Settings().env == "production":
        raise PracticeInProduction
