"""Which mails there are, when each is written, and the names that its words may use."""

from collections.abc import Mapping

import msgspec

from vetrina.plugin import Say

NAMES: Mapping[str, Say] = {
    "greeting": Say("A salutation with the first name, where it is known", "Un saluto con il nome, se è noto"),
    "shop.name": Say("The shop's name", "Il nome del negozio"),
    "customer.first_name": Say("The buyer's first name", "Il nome di chi compra"),
    "customer.last_name": Say("The buyer's last name", "Il cognome di chi compra"),
    "order.name": Say("What the order is called, such as #1001", "Come si chiama l'ordine, per esempio #1001"),
    "order.date": Say("The day of the order", "Il giorno dell'ordine"),
    "order.total": Say("What the order comes to now", "A quanto ammonta ora l'ordine"),
    "payment.amount": Say("What is still to be paid, or was paid", "Quanto resta da pagare, o è stato pagato"),
    "payment.due": Say("The day by which it has to be paid", "Il giorno entro cui va pagato"),
    "parcel.name": Say("What the parcel is called", "Come si chiama il pacco"),
    "parcel.carrier": Say("Who brings the parcel", "Chi porta il pacco"),
    "parcel.number": Say("The tracking number", "Il numero di tracciamento"),
    "waived.amount": Say("How much less is asked for", "Quanto si chiede in meno"),
    "document.name": Say("The document's number, such as 12/2026", "Il numero del documento, per esempio 12/2026"),
    "document.date": Say("The day it was issued", "Il giorno in cui è stato emesso"),
    "document.total": Say("What it comes to", "A quanto ammonta"),
    "refund.amount": Say("What goes back", "Quanto viene rimborsato"),
    "return.name": Say("What the return is called", "Come si chiama il reso"),
    "return.answer": Say("What the staff answered", "Che cosa ha risposto il personale"),
    "amendment.difference": Say("By how much the total changed", "Di quanto è cambiato il totale"),
}
"""Everything words may name, and what it means."""
EVERYWHERE = (
    "greeting", "shop.name", "customer.first_name", "customer.last_name", "order.name", "order.date", "order.total",
)  # fmt: skip
_PAYMENT = ("payment.amount", "payment.due")
_DOCUMENT = ("document.name", "document.date", "document.total")
_PARCEL = ("parcel.name", "parcel.carrier", "parcel.number")
_RETURN = ("return.name", "return.answer")


class Kind(msgspec.Struct, frozen=True):
    """A mail by its name, what it is called, when it is written, and the names it knows beside those of all."""

    name: str
    title: Say
    when: Say
    more: tuple[str, ...] = ()

    @property
    def places(self) -> tuple[str, ...]:
        """Every name its words may use."""
        return (*EVERYWHERE, *self.more)


MAILS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            "order_placed",
            Say("Order confirmation", "Conferma d'ordine"),
            Say("An order was placed", "Un ordine è stato fatto"),
            _PAYMENT,
        ),
        Kind(
            "payment_awaited",
            Say("Order confirmation with payment instructions", "Conferma d'ordine con istruzioni di pagamento"),
            Say(
                "An order was placed and its money is awaited until a day",
                "Un ordine è stato fatto e si attende il pagamento entro un giorno",
            ),
            _PAYMENT,
        ),
        Kind(
            "payment_reminder",
            Say("Payment reminder", "Promemoria di pagamento"),
            Say(
                "The day by which the money has to be here is near, or has passed",
                "Il giorno entro cui deve arrivare il pagamento è vicino, o passato",
            ),
            _PAYMENT,
        ),
        Kind(
            "payment_lapsed",
            Say("Payment did not arrive", "Pagamento non arrivato"),
            Say(
                "An order was cancelled because its money did not come",
                "Un ordine è stato annullato perché il pagamento non è arrivato",
            ),
            _PAYMENT,
        ),
        Kind(
            "payment_asked",
            Say("Payment link", "Link di pagamento"),
            Say("The buyer is asked for money by a link", "Si chiede un pagamento con un link"),
            _PAYMENT,
        ),
        Kind(
            "order_paid",
            Say("Payment received", "Pagamento ricevuto"),
            Say("Money that was awaited has come", "È arrivato il pagamento che si attendeva"),
            _PAYMENT,
        ),
        Kind(
            "payment_lowered",
            Say("Less to pay", "Meno da pagare"),
            Say(
                "Something that had not been paid yet is asked for no longer",
                "Qualcosa che non era ancora pagato non viene più chiesto",
            ),
            ("waived.amount", *_PAYMENT),
        ),
        Kind(
            "invoice_issued",
            Say("Invoice", "Fattura"),
            Say("An invoice was issued", "È stata emessa una fattura"),
            _DOCUMENT,
        ),
        Kind(
            "credit_note_issued",
            Say("Credit note", "Nota di credito"),
            Say("A credit note was issued", "È stata emessa una nota di credito"),
            _DOCUMENT,
        ),
        Kind(
            "order_sent",
            Say("Parcel sent", "Pacco spedito"),
            Say("A parcel has left", "Un pacco è partito"),
            _PARCEL,
        ),
        Kind(
            "out_for_delivery",
            Say("Out for delivery", "In consegna"),
            Say("A parcel is with the driver", "Un pacco è con il corriere"),
            _PARCEL,
        ),
        Kind("delivered", Say("Delivered", "Consegnato"), Say("A parcel is there", "Un pacco è arrivato"), _PARCEL),
        Kind(
            "delivery_failed",
            Say("Delivery failed", "Consegna non riuscita"),
            Say("A parcel could not be handed over", "Un pacco non si è potuto consegnare"),
            _PARCEL,
        ),
        Kind(
            "order_cancelled",
            Say("Order cancelled", "Ordine annullato"),
            Say("An order was cancelled", "Un ordine è stato annullato"),
        ),
        Kind(
            "lines_cancelled",
            Say("Part of an order cancelled", "Parte dell'ordine annullata"),
            Say("Pieces of an order will not be sent", "Alcuni pezzi di un ordine non saranno spediti"),
        ),
        Kind(
            "order_amended",
            Say("Order changed", "Ordine modificato"),
            Say("An order was edited, or goods were exchanged", "Un ordine è stato modificato, o merce è cambiata"),
            ("amendment.difference", *_PAYMENT),
        ),
        Kind(
            "order_refunded",
            Say("Refund", "Rimborso"),
            Say("Money went back", "Del denaro è tornato indietro"),
            ("refund.amount",),
        ),
        Kind(
            "return_requested",
            Say("Return requested", "Reso richiesto"),
            Say("Somebody wants to send goods back", "Qualcuno vuole rendere della merce"),
            _RETURN,
        ),
        Kind(
            "return_approved",
            Say("Return approved", "Reso approvato"),
            Say("The staff has said yes", "Il personale ha detto di sì"),
            _RETURN,
        ),
        Kind(
            "return_declined",
            Say("Return declined", "Reso rifiutato"),
            Say("The staff has said no", "Il personale ha detto di no"),
            _RETURN,
        ),
        Kind(
            "return_received",
            Say("Return received", "Reso ricevuto"),
            Say("Goods that were sent back are here", "La merce resa è arrivata"),
            _RETURN,
        ),
        Kind(
            "return_closed",
            Say("Return settled", "Reso concluso"),
            Say("A return was settled", "Un reso è stato concluso"),
            (*_RETURN, "refund.amount"),
        ),
        Kind(
            "staff_order",
            Say("New order, to the staff", "Nuovo ordine, al personale"),
            Say("An order was placed; goes to the addresses in the settings",
                "Un ordine è stato fatto; va agli indirizzi nelle impostazioni"),
        ),
    )
}  # fmt: skip
"""By name, in the order in which an order lives."""
CONFIRMING = ("order_placed", "payment_awaited")
"""Those that confirm an order: one of the two for each."""
STAFF = "staff_order"
