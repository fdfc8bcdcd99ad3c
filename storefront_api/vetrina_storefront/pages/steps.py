"""The steps from a cart to an order, and which of them comes next."""

from collections.abc import Iterable
from enum import StrEnum

from vetrina.flows.quoting import CartQuote, QuoteProblem


class Step(StrEnum):
    """In the order in which they are gone."""

    CART = "cart"
    DETAILS = "details"
    DELIVERY = "delivery"
    PAYMENT = "payment"
    REVIEW = "review"


def steps_of(quoted: CartQuote) -> tuple[Step, ...]:
    """A cart of which nothing travels needs no delivery."""
    return tuple(step for step in Step if quoted.groups or step != Step.DELIVERY)


def step_of(problem: QuoteProblem) -> Step:
    """Where a problem is put right."""
    code = problem.code
    if code.startswith("MERCHANDISE") or problem.reason in ("EMPTY_CART", "CART_TOO_LARGE"):
        return Step.CART
    if code in ("DELIVERY_NO_DELIVERY_AVAILABLE", "NO_DELIVERY_GROUP_SELECTED"):
        return Step.DELIVERY
    if code.startswith(("DELIVERY_", "BUYER_IDENTITY_")):
        return Step.DETAILS
    return Step.PAYMENT if code.startswith("PAYMENTS_") else Step.REVIEW


def earliest(problems: Iterable[QuoteProblem]) -> Step:
    """The first step on which one of the problems is put right; the last of all if there is none."""
    troubled = {step_of(problem) for problem in problems}
    return next((step for step in Step if step in troubled), Step.REVIEW)


def may_see(quoted: CartQuote, wanted: str) -> Step:
    """The step asked for, if all before it is done; else the one to do first."""
    step = next((step for step in steps_of(quoted) if step == wanted), Step.CART)
    return min(step, earliest(quoted.problems), key=list(Step).index)
