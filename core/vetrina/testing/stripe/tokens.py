"""Confirmation tokens: what a browser makes of a card, good for one payment."""

from vetrina.testing.stripe.books import Books, Thing
from vetrina.testing.stripe.cards import CARDS
from vetrina.testing.stripe.forms import Form
from vetrina.testing.stripe.problems import invalid

GOOD_FOR = 12 * 3_600


class Tokens:
    """Stripe.js in a test: it takes a test card's name where a buyer would type a number."""

    def __init__(self, books: Books) -> None:
        self._books = books

    def make(self, card: str) -> str:
        """The id of a new token for one of `CARDS`."""
        return self.create({"payment_method": card})["id"]

    def create(self, form: Form) -> Thing:
        """POST /v1/test_helpers/confirmation_tokens."""
        card = _known(form.get("payment_method", ""))
        preview = {"type": "card", "card": {"brand": "visa", "last4": CARDS[card].last4}}
        return self._books.add(
            "confirmation_token",
            "ctoken",
            expires_at=self._books.now() + GOOD_FOR,
            payment_intent=None,
            payment_method_preview=preview,
            use_stripe_sdk=True,
            method_of_double=card,
        )

    def method(self, form: Form) -> str | None:
        """The card a confirmation names, by itself or by a token, which is used up. Raises StripeProblem."""
        token, method = form.get("confirmation_token"), form.get("payment_method")
        if token is None:
            return None if method is None else _known(method)
        if method is not None:
            raise invalid("You may only specify one of these parameters: confirmation_token, payment_method.")
        made = self._books.get("confirmation_token", token)
        if made["payment_intent"] is not None or made["expires_at"] < self._books.now():
            raise invalid("This confirmation token was used before or has expired.", param="confirmation_token")
        made["payment_intent"] = "used"
        return made["method_of_double"]


def _known(card: str) -> str:
    if card not in CARDS:
        raise invalid(f"No such PaymentMethod: '{card}'", code="resource_missing", param="payment_method")
    return card
