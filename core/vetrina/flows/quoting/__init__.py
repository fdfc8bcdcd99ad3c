"""Quote a cart: prices, discounts, delivery, tax, gift cards, ways to pay, and what still keeps it from an order."""

from vetrina.flows.quoting.asking import at_the_cart, cart_lines_here, place_of, quote_cart
from vetrina.flows.quoting.delivery import DeliveryGroup, GroupOption
from vetrina.flows.quoting.payment import FREE, MethodOffer
from vetrina.flows.quoting.problems import undelivered
from vetrina.flows.quoting.promotions import said_of
from vetrina.flows.quoting.quoted import CartQuote, QuoteProblem
from vetrina.flows.quoting.tax import buyer_reference

__all__ = [
    "FREE",
    "CartQuote",
    "DeliveryGroup",
    "GroupOption",
    "MethodOffer",
    "QuoteProblem",
    "at_the_cart",
    "buyer_reference",
    "cart_lines_here",
    "place_of",
    "quote_cart",
    "said_of",
    "undelivered",
]
