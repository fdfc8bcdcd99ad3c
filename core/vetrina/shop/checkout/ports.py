"""HostedPages: a plugin's own pages in the place of the plain ones that lead from a cart to an order."""

from typing import ClassVar, Protocol

from vetrina.kernel.registry import Policy


class HostedPages(Protocol):
    """Where buyers complete carts and look at orders. Failure policy: optional; the core's plain pages stand in.

    What is written into answers, mails and invoices are the plain pages' addresses, and these lead on to the first
    plugin that serves this port: so a link works for ever, whoever serves it by then. The secrets are those of the
    plain addresses; `views.carts.opens_checkout` and `views.orders.order_by_secret` judge them. Every method answers a
    path on this shop, with its leading slash. One that also has `payment_path(request_key)` is asked for the page of a
    payment link; without it the plain page takes those payments.
    """

    policy: ClassVar[Policy] = Policy("optional", 1.0)

    def checkout_path(self, cart_key: str, secret: str) -> str:
        """The page that completes a cart."""
        ...

    def attempt_path(self, attempt_key: str) -> str:
        """The page that leads through a payment's next step and waits for its outcome."""
        ...

    def order_path(self, number: int, secret: str) -> str:
        """The page of an order, as its buyer sees it."""
        ...
