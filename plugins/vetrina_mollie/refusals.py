"""What cannot be done with Mollie, and why. Codes of the checkout's contract reach the buyer in his language."""

from vetrina.kernel.errors import Refusal


class AmountNotTaken(Refusal):
    """Mollie takes no payment of this amount. Facts: reason."""

    code = "PAYMENT_AMOUNT_TOO_SMALL"
    text = "This amount cannot be paid so: {reason}"
    texts = {"it": "Questo importo non si può pagare così: {reason}"}


class CurrencyNotTaken(Refusal):
    """The way to pay takes no such currency. Facts: currency."""

    code = "PAYMENT_INVALID_CURRENCY"
    text = "This way to pay does not take {currency}."
    texts = {"it": "Questo modo di pagare non accetta {currency}."}


class KeyNotTaken(Refusal):
    """Mollie does not know the shop's key, or does not let it do this. Facts: reason."""

    code = "PAYMENT_GATEWAY_NOT_ENABLED_ERROR"
    text = "Mollie does not accept this shop's key: {reason}"
    texts = {"it": "Mollie non accetta la chiave di questo negozio: {reason}"}


class MollieRefuses(Refusal):
    """Mollie will not do what was asked. Facts: reason."""

    code = "PAYMENT_ERROR"
    text = "Mollie refuses: {reason}"
    texts = {"it": "Mollie rifiuta: {reason}"}


class NotGenuine(Refusal):
    """A message that cannot be Mollie's. Facts: reason."""

    code = "MOLLIE_MESSAGE_REFUSED"
    text = "This message is not taken: {reason}"
    texts = {"it": "Questo messaggio non viene accettato: {reason}"}
