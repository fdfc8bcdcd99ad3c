"""One line of the past, checked and counted in minor units."""

import msgspec

from vetrina.flows.history.amounts import exact
from vetrina.kernel import texts
from vetrina.kernel.errors import BadInput
from vetrina.shop.orders.ports import PastLine
from vetrina.vocabulary import LARGEST_QUANTITY


class CheckedLine(msgspec.Struct, frozen=True, gc=False):
    """A line in minor units; rests are in millionths of those."""

    sku: str | None
    title: str
    variant_title: str
    quantity: int
    unit_price: int
    subtotal: int
    subtotal_rest: int
    discount: int
    discount_rest: int
    discount_title: str
    is_goods: bool


def sold_line(line: PastLine, places: int) -> CheckedLine:
    """A line of an order: pieces that were sold, for nothing or more. Raises BadInput."""
    found = signed_line(line, places, at_least=1)
    if found.subtotal < 0 or not 0 <= found.discount <= found.subtotal:
        raise BadInput(field=("lines",), problem=f"The line {found.title!r} is sold below zero.")
    return found


def signed_line(line: PastLine, places: int, *, at_least: int = -LARGEST_QUANTITY) -> CheckedLine:
    """A line of a correction. Raises BadInput."""
    if not at_least <= line.quantity <= LARGEST_QUANTITY:
        problem = f"The quantity {line.quantity} is not between {at_least} and {LARGEST_QUANTITY}."
        raise BadInput(field=("lines", "quantity"), problem=problem)
    subtotal, subtotal_rest = exact(line.unit_price * line.quantity, places, "unit_price")
    discount, discount_rest = exact(line.discount, places, "discount") if line.discount else (0, 0)
    return CheckedLine(
        sku=_said(line.sku or "", "sku") or None,
        title=texts.line(line.title, field=("lines", "title"), required=True),
        variant_title=_said(line.variant_title, "variant_title"),
        quantity=line.quantity,
        unit_price=exact(line.unit_price, places, "unit_price")[0],
        subtotal=subtotal,
        subtotal_rest=subtotal_rest,
        discount=discount,
        discount_rest=discount_rest,
        discount_title=_said(line.discount_title, "discount_title"),
        is_goods=line.is_goods,
    )


def _said(text: str, name: str) -> str:
    """Most lines leave out most texts, and there are hundreds of thousands of them."""
    return texts.line(text, field=("lines", name)) if text else ""
