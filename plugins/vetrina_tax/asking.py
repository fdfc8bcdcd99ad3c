"""The VAT id on the checkout page: where it matters, what VIES has said of it, and why it was refused."""

from datetime import timedelta

from vetrina.flows.quoting import buyer_reference
from vetrina.kernel.context import Context
from vetrina.kernel.errors import Refusal, TooManyTries
from vetrina.plugin import Say
from vetrina.plugin.words import said
from vetrina.ports import AskedField, BuyerField, FieldRefused
from vetrina_tax.flows.buyers import CartIsOrdered, VatIdWrong, give_vat_id
from vetrina_tax.rules.numbers import VatId
from vetrina_tax.rules.places import MEMBERS
from vetrina_tax.settings import TaxSettings
from vetrina_tax.views import BuyerRow, buyer_of

LABEL = Say("VAT ID, for businesses", it="Partita IVA, per le imprese")
HELP = Say(
    "With its country, such as DE136695976. In another member state than ours you then buy without VAT.",
    it="Con il paese, come DE136695976. In uno Stato membro diverso dal nostro si acquista allora senza IVA.",
)
VALID = Say("VIES confirms this VAT ID.", it="VIES conferma questa partita IVA.")
WAITING = Say(
    "VIES does not answer at the moment: the VAT ID counts, and will be checked later.",
    it="VIES al momento non risponde: la partita IVA vale, e sarà verificata più tardi.",
)
CHARGED = Say(
    "VIES does not answer at the moment: VAT is charged until it confirms the VAT ID. You may try again later.",
    it="VIES al momento non risponde: si applica l'IVA finché non conferma la partita IVA. Puoi riprovare più tardi.",
)
UNKNOWN = Say(
    "VIES knows no such VAT ID. Put it right, or take it out and pay with VAT.",
    it="VIES non conosce questa partita IVA. Correggila, oppure toglila e paga con l'IVA.",
)
WRONG = Say(
    "This is no VAT ID of a member state: write it with its country, such as DE136695976, and look at its digits.",
    it="Non è una partita IVA dell'UE: scrivila con il paese, come DE136695976, e controlla le cifre.",
)
TOO_OFTEN = Say("Too many VAT IDs were tried: wait an hour.", it="Troppe partite IVA provate: attendi un'ora.")
ORDERED = Say("This was ordered already.", it="L'ordine è già stato inviato.")
GONE = Say("This cart is gone.", it="Questo carrello non c'è più.")


class VatIdField(BuyerField):
    """Asked for wherever goods go within the Union, from a shop that is in it."""

    def __init__(self, settings: TaxSettings) -> None:
        self.settings = settings

    async def shown(self, ctx: Context, cart_key: str, country: str) -> AskedField | None:
        origin = self.settings.ships_from or ctx.place.home
        if not self.settings.is_b2b_free or origin not in MEMBERS or country not in MEMBERS:
            return None
        known, say = await buyer_of(ctx.db, buyer_reference(cart_key)), ctx.place.language
        asked = AskedField(label=said(LABEL, say), help=said(HELP, say), limit=30)
        if known is None:
            return asked
        note, problem = self._said(ctx, known)
        return AskedField(
            label=asked.label,
            help=asked.help,
            limit=asked.limit,
            value=str(VatId(known.country, known.number)),
            note=said(note, say) if note else "",
            problem=said(problem, say) if problem else "",
        )

    async def keep(self, ctx: Context, cart_key: str, value: str) -> None:
        try:
            await give_vat_id(ctx, self.settings, cart_key, value)
        except Refusal as refusal:
            raise FieldRefused(said(_why(refusal), ctx.place.language)) from refusal

    def _said(self, ctx: Context, known: BuyerRow) -> tuple[Say | None, Say | None]:
        """What is noted about a kept id, or what is wrong with it."""
        if known.state == "invalid":
            return None, UNKNOWN
        fresh = timedelta(days=self.settings.recheck_days)
        if known.state == "valid" and known.asked_at is not None and ctx.now() - known.asked_at <= fresh:
            return VALID, None
        return (WAITING if self.settings.unanswered == "accept" else CHARGED), None


def _why(refusal: Refusal) -> Say:
    if isinstance(refusal, VatIdWrong):
        return WRONG
    if isinstance(refusal, TooManyTries):
        return TOO_OFTEN
    return ORDERED if isinstance(refusal, CartIsOrdered) else GONE
