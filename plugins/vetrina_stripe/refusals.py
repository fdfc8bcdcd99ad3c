"""What cannot be done with Stripe, and why. Codes of the checkout's contract reach the buyer in his language."""

from vetrina.kernel.errors import Refusal


class AmountTooSmall(Refusal):
    """Stripe takes no such small payment. Facts: reason."""

    code = "PAYMENT_AMOUNT_TOO_SMALL"
    text = "This amount is too small: {reason}"
    texts = {"it": "Questo importo è troppo piccolo: {reason}"}


class AmountNotTaken(Refusal):
    """The amount cannot be written as Stripe counts that currency. Facts: amount, currency."""

    code = "PAYMENT_INVALID_CURRENCY"
    text = "Stripe cannot take exactly {amount} {currency}: it counts that currency in coarser steps."
    texts = {"it": "Stripe non può addebitare esattamente {amount} {currency}: conta quella valuta a passi più grandi."}


class CurrencyNotTaken(Refusal):
    """The account takes no payments in the currency. Facts: reason."""

    code = "PAYMENT_INVALID_CURRENCY"
    text = "Stripe does not take this currency: {reason}"
    texts = {"it": "Stripe non accetta questa valuta: {reason}"}


class TokenNotTaken(Refusal):
    """What the browser sent is no payment method, or one that was used up. Facts: reason."""

    code = "PAYMENT_INVALID_PAYMENT_METHOD"
    text = "This means of payment cannot be used: {reason}"
    texts = {"it": "Questo mezzo di pagamento non si può usare: {reason}"}


class KeyNotTaken(Refusal):
    """Stripe does not know the shop's key, or does not let it do this. Facts: reason."""

    code = "PAYMENT_GATEWAY_NOT_ENABLED_ERROR"
    text = "Stripe does not accept this shop's key: {reason}"
    texts = {"it": "Stripe non accetta la chiave di questo negozio: {reason}"}


class StripeRefuses(Refusal):
    """Stripe will not do what was asked. Facts: reason."""

    code = "PAYMENT_ERROR"
    text = "Stripe refuses: {reason}"
    texts = {"it": "Stripe rifiuta: {reason}"}


class NotGenuine(Refusal):
    """A message that Stripe did not send to this shop now. Facts: reason."""

    code = "STRIPE_MESSAGE_REFUSED"
    text = "This message is not taken: {reason}"
    texts = {"it": "Questo messaggio non viene accettato: {reason}"}
