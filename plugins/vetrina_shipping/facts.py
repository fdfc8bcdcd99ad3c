"""What rules need to know of a request beyond what it says: collections, the customer's tags, sizes of pieces."""

import msgspec

from vetrina.kernel.errors import Fault
from vetrina.plugin import Context
from vetrina.ports import DeliveryRequest
from vetrina.views.catalog.eligibility import memberships
from vetrina.views.customers import customers_by_id
from vetrina.views.metafields import metafields_of
from vetrina_shipping.rules.areas import Spot
from vetrina_shipping.rules.deciding import Facts
from vetrina_shipping.rules.terms import Book, Zone
from vetrina_shipping.settings import ShippingSettings

SIDES = ("length", "width", "height")
_NAMES = [("shipping", side) for side in SIDES]
_MILLIMETRES = {
    "mm": 1.0, "cm": 10.0, "m": 1_000.0, "in": 25.4, "ft": 304.8, "yd": 914.4,
}  # fmt: skip

Sizes = dict[int, tuple[int, int, int]]
"""Length, width and height in millimetres, by variant."""


async def facts_of(
    ctx: Context, request: DeliveryRequest, book: Book, zone: Zone | None, settings: ShippingSettings
) -> Facts:
    """What the zone's rules look at. Only what some rule asks about is read: most zones read nothing."""
    products = sorted({line.product_id for line in request.lines if line.product_id})
    wanted = sorted(book.wants) if zone is not None else []
    is_volume = zone is not None and any(method.basis == "volume" for method in zone.methods)
    are_tags = zone is not None and any(rule.tags for rule in zone.free)
    return Facts(
        spot=spot_of(request),
        currency=request.currency,
        weight=request.weight + settings.packaging_weight,
        pieces=request.pieces,
        amount=request.amount,
        subtotal=request.subtotal,
        volume=volume_of(request, await sizes_of(ctx, request), settings.usual_volume) if is_volume else 0,
        variants=tuple((line.variant_id, line.product_id) for line in request.lines),
        collections=await memberships(ctx.db, products, wanted) if wanted and products else {},
        tags=await _tags(ctx, request.customer_id) if are_tags else frozenset(),
        free_before_discounts=settings.free_counts == "before",
    )


def spot_of(request: DeliveryRequest) -> Spot:
    """Where it goes."""
    return Spot(request.country, request.province, request.zip)


async def sizes_of(ctx: Context, request: DeliveryRequest) -> Sizes:
    """The sizes that were written down; a variant without all three is left out."""
    variants = [line.variant_id for line in request.lines]
    found = await metafields_of(ctx, "ProductVariant", variants, _NAMES)
    sizes: Sizes = {}
    for variant in variants:
        sides = [
            _millimetres(row.value) for side in SIDES if (row := found.get((variant, "shipping", side))) is not None
        ]
        if len(sides) == len(SIDES) and all(sides):
            sizes[variant] = (sides[0], sides[1], sides[2])
    return sizes


def volume_of(request: DeliveryRequest, sizes: Sizes, usual: int) -> int:
    """Cubic centimetres of all pieces, rounded up per line."""
    total = 0
    for line in request.lines:
        size = sizes.get(line.variant_id)
        of_piece = usual * 1_000 if size is None else size[0] * size[1] * size[2]
        total += -(-of_piece * line.quantity // 1_000)
    return total


class _Dimension(msgspec.Struct, frozen=True):
    value: float
    unit: str


def _millimetres(written: str) -> int:
    """A metafield of type dimension. Raises Fault: metafields are checked when they are written."""
    try:
        dimension = msgspec.json.decode(written, type=_Dimension)
        return max(round(dimension.value * _MILLIMETRES[dimension.unit]), 0)
    except (msgspec.DecodeError, KeyError) as error:
        raise Fault(f"a dimension reads {written[:80]!r}") from error


async def _tags(ctx: Context, customer_id: int | None) -> frozenset[str]:
    if customer_id is None:
        return frozenset()
    customer = (await customers_by_id(ctx.db, [customer_id])).get(customer_id)
    return frozenset(tag.casefold() for tag in customer.tags) if customer else frozenset()
