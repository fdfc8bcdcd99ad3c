"""What a carrier is told of a parcel: from where, to whom, how heavy, what is in it, under which name."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from vetrina.kernel.context import Context
from vetrina.kernel.errors import BadInput, NotFound
from vetrina.plugin.words import Say
from vetrina.ports import Parcel, ParcelContent, ShipmentRequest
from vetrina.views.catalog.variants import variants_by_id
from vetrina.views.orders.fulfilments import FulfilmentRow, fulfilment_lines
from vetrina.views.orders.placed import OrderLineRow, OrderView, order_by_id, order_deliveries, order_lines
from vetrina.views.stock import LocationRow, locations
from vetrina.vocabulary import Address
from vetrina_carriers.views import AccountRow

MOST_PARCELS = 20


class NoAddress(BadInput):
    """The goods go nowhere a carrier could bring them."""


class Enclosed(msgspec.Struct, frozen=True, kw_only=True):
    """What lies in a parcel: grams and minor units altogether, and line by line."""

    weight: int
    value: int
    contents: tuple[ParcelContent, ...]


async def shipment_for(
    ctx: Context, account: AccountRow, parcel: FulfilmentRow, *, key: str, service: str, parcels: Sequence[Parcel] = ()
) -> ShipmentRequest:
    """The question for a label of a parcel. Raises NotFound, NoAddress, BadInput."""
    order = await order_by_id(ctx.db, parcel.order_id)
    if order is None:
        raise NotFound(what="The order", field=("order_id",))
    if order.shipping_address is None:
        raise NoAddress(
            field=("order_id",),
            problem=Say(
                f"{order.name} has no address to send to.", it=f"{order.name} non ha un indirizzo a cui spedire."
            ),
            reason="address",
        )
    enclosed = await _enclosed(ctx, order, parcel)
    boxes = tuple(parcels) or (_box(account.usual, enclosed.weight),)
    if len(boxes) > MOST_PARCELS or any(box.weight < 1 for box in boxes):
        problem = Say(
            f"From one to {MOST_PARCELS} parcels, each of a gram at least.",
            it=f"Da uno a {MOST_PARCELS} colli, ognuno di almeno un grammo.",
        )
        raise BadInput(field=("parcels",), problem=problem, reason="range")
    deliveries = await order_deliveries(ctx.db, [order.id])
    points = [delivery.pickup_point for delivery in deliveries if delivery.pickup_point]
    return ShipmentRequest(
        key=key,
        service=service,
        origin=await _origin(ctx, account, parcel),
        destination=msgspec.convert(order.shipping_address, Address),
        parcels=boxes,
        currency=order.currency,
        value=enclosed.value,
        at=ctx.now(),
        reference=parcel.name,
        email=order.email,
        pickup_point_id=str(points[0].get("id") or "") or None if points else None,
        contents=enclosed.contents,
        label_format="zpl" if account.label_format == "zpl" else "pdf",
    )


async def _enclosed(ctx: Context, order: OrderView, parcel: FulfilmentRow) -> Enclosed:
    inside = [row for row in await fulfilment_lines(ctx.db, [order.id]) if row.fulfilment_id == parcel.id]
    lines = {line.id: line for line in await order_lines(ctx.db, [order.id])}
    variants = sorted({line.variant_id for line in lines.values() if line.variant_id is not None})
    known = await variants_by_id(ctx, variants, even_hidden=True) if variants else {}
    weights = {key: row.weight_in_grams or 0 for key, row in known.items()}
    contents = tuple(_content(lines[row.line_id], row.quantity, weights) for row in inside if row.line_id in lines)
    return Enclosed(
        weight=sum(each.weight * each.quantity for each in contents),
        value=sum(each.value * each.quantity for each in contents),
        contents=contents,
    )


def _content(line: OrderLineRow, quantity: int, weights: Mapping[int, int]) -> ParcelContent:
    paid = max(line.subtotal - line.discount, 0) // max(line.quantity, 1)
    weight = weights.get(line.variant_id, 0) if line.variant_id is not None else 0
    return ParcelContent(title=line.title[:100], quantity=quantity, weight=weight, value=paid, sku=line.sku)


def _box(usual: Parcel, weight: int) -> Parcel:
    """The usual box, as heavy as what lies in it; where nobody has weighed that, as the usual one."""
    return msgspec.structs.replace(usual, weight=weight or usual.weight)


async def _origin(ctx: Context, account: AccountRow, parcel: FulfilmentRow) -> Address:
    """The account's location, else the parcel's, else the shop's first. Raises BadInput where none has an address."""
    every = [place for place in await locations(ctx.db) if place.is_active]
    wanted = account.location_id or parcel.location_id
    place = next((each for each in every if each.id == wanted), every[0] if every else None)
    address = None if place is None else _sender(place)
    if address is None or not (address.address1 and address.city and address.zip and address.country):
        said = Say(
            "The location that parcels leave from needs its whole address.",
            it="La sede da cui partono i colli ha bisogno dell'indirizzo completo.",
        )
        raise BadInput(field=("location_id",), problem=said, reason="address")
    return address


def _sender(place: LocationRow) -> Address:
    known: dict[str, Any] = place.address
    address = msgspec.convert(known, Address)
    return msgspec.structs.replace(address, company=address.company or place.name)
