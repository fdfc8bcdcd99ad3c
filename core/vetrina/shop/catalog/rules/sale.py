"""Publishable? On sale? Sellable? And the refusals that say why not."""

from datetime import datetime

from vetrina.kernel.errors import Refusal
from vetrina.vocabulary import ProductStatus


class HandleTaken(Refusal):
    """Another product or collection has the handle. Facts: handle."""

    code = "HANDLE_TAKEN"
    text = "The handle {handle} is taken."


class ProductIsArchived(Refusal):
    """An archived product stays as it was. Facts: product_id."""

    code = "PRODUCT_ARCHIVED"
    text = "The product is archived and can no longer be changed."


class LastVariant(Refusal):
    """A product keeps one variant at least. Facts: product_id."""

    code = "LAST_VARIANT"
    text = "A product needs a variant: archive the product instead."


def is_on_sale(status: str, published_at: datetime | None, now: datetime) -> bool:
    """Whether buyers see the product."""
    return status == ProductStatus.ACTIVE and published_at is not None and published_at <= now


def is_sellable(status: str, published_at: datetime | None, archived_at: datetime | None, now: datetime) -> bool:
    """Whether a variant can be put in a cart, as far as the catalogue says; price and stock say the rest."""
    return archived_at is None and is_on_sale(status, published_at, now)


def check_publishable(product_id: int, status: str) -> None:
    """Raises ProductIsArchived: everything else that can be stored can also be shown."""
    if status == ProductStatus.ARCHIVED:
        raise ProductIsArchived(product_id=product_id)
