"""A double of Stripe's API with books of its own, for whoever takes payments by Stripe: faults included, no network.

What it is for: a payment plugin is right when the provider's books agree with the shop's whatever happens between
them. Stripe's test mode cannot lose an answer or withhold an event on order; this can. It has no shortcut to
success: keys are idempotent as Stripe's are, cards decline and ask for 3-D Secure, money is captured, refunded,
disputed and paid out, and each change becomes an event that is signed and posted as Stripe does.

    double = StripeDouble(clock)
    shop.outside(double.answer)                       # every call through ctx.shop.outgoing comes here
    token = double.token("pm_card_visa")              # what Stripe.js would have made of a card
    double.faults.lose("/v1/payment_intents")         # the next such call acts, and is never answered
    ...                                               # buy something
    assert double.books.charged(payment_key) == 1250  # what was really taken, whatever anybody believes
    for message in double.hooks.messages():           # nothing is delivered unless the test does
        await post(message.headers, message.body)

`double` is also an ASGI application: serve it on loopback to have it in a process of its own, or give
`double.transport` to an httpx client. A charge is found by any value in its metadata: put your own key there.

What is left out: customers, saved cards, sources, subscriptions, Connect, currency conversion (each currency has a
balance of its own), and amounts over eight digits.
"""

from vetrina.testing.stripe.books import Books
from vetrina.testing.stripe.cards import CARDS, Card
from vetrina.testing.stripe.double import API_VERSION, StripeDouble
from vetrina.testing.stripe.faults import Faults
from vetrina.testing.stripe.hooks import Hooks, Message, signature

__all__ = ["API_VERSION", "CARDS", "Books", "Card", "Faults", "Hooks", "Message", "StripeDouble", "signature"]
