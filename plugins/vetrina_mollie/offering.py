"""What is offered to a cart: the ways the shop chose, where and in what Mollie and the account take them. Pure."""

from vetrina.kernel.money import digits
from vetrina.ports import OfferedMethod, OfferRequest
from vetrina.vocabulary import PaymentFlow
from vetrina_mollie.known import Known
from vetrina_mollie.settings import MollieSettings
from vetrina_mollie.words import WAYS, title

MOST_DIGITS = 2
"""Mollie takes no currency with more decimals."""


def methods(settings: MollieSettings, known: Known, request: OfferRequest) -> tuple[OfferedMethod, ...]:
    """In the order of the settings."""
    return tuple(
        OfferedMethod(method=method, title=title(method, request.language), flow=PaymentFlow.REDIRECT)
        for method in settings.methods
        if _is_taken(method, known, request)
    )


def _is_taken(method: str, known: Known, request: OfferRequest) -> bool:
    way, limits = WAYS[method], known.limits(method, request.currency)
    return (
        request.currency in way.currencies
        and digits(request.currency) <= MOST_DIGITS
        and request.country in (way.countries or (request.country,))
        and limits is not None
        and limits.least <= request.amount
        and (limits.most is None or request.amount <= limits.most)
    )
