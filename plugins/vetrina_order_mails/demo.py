"""Rows for the demo: the confirmation in the delicatessen's own words, as a manager would write them."""

from vetrina.plugin import Context
from vetrina_order_mails.flows.editing import write_words
from vetrina_order_mails.rules import Wording

WORDS = {
    "en": Wording(
        "Your order {{order.name}} from {{shop.name}}",
        "Thank you, it is being packed",
        "{{greeting}}\n\nYour order {{order.name}} has reached our little shop in Turin. We pack it by hand and write "
        "to you again when it leaves.",
        "A question about an oil or a cheese? Answer this mail: somebody who has tasted it will write back.",
    ),
    "it": Wording(
        "Il tuo ordine {{order.name}} da {{shop.name}}",
        "Grazie, lo stiamo preparando",
        "{{greeting}}\n\nil tuo ordine {{order.name}} è arrivato nella nostra bottega di Torino. Lo confezioniamo a "
        "mano e ti scriviamo di nuovo quando parte.",
        "Una domanda su un olio o un formaggio? Rispondi a questa mail: ti scriverà chi l'ha assaggiato.",
    ),
}


async def show_off(ctx: Context) -> None:
    """The one mail that everybody gets."""
    for language, wording in WORDS.items():
        await write_words(ctx, "order_placed", language, wording)
