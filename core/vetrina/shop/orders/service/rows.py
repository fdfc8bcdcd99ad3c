"""An order and its parts as rows of their tables."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from vetrina.shop.orders.rules import GoodsKind, OrderDraft
from vetrina.vocabulary import FinancialStatus, FulfilmentStatus, OrderState


def order_row(
    draft: OrderDraft, key: str, number: int, cart_id: int | None, status: FinancialStatus, at: datetime
) -> dict[str, Any]:
    """An order as it is placed."""
    return {
        "key": key,
        "number": number,
        "source": None,
        "source_name": None,
        "cart_id": cart_id,
        "market_id": draft.market_id,
        "customer_id": draft.customer_id,
        "state": OrderState.PLACED,
        "financial_status": status,
        "fulfilment_status": FulfilmentStatus.UNFULFILLED,
        "currency": draft.currency,
        "country": draft.country,
        "language": draft.language,
        "prices_include_tax": draft.prices_include_tax,
        "subtotal": draft.subtotal,
        "discount": draft.discount,
        "delivery": draft.delivery,
        "tax": draft.tax,
        "tax_added": draft.tax_added,
        "payment_fee": draft.payment_fee,
        "total": draft.total,
        "redeemed": draft.redeemed,
        "refunded": 0,
        "raised": 0,
        "lowered": 0,
        "released": 0,
        "waived": 0,
        "email": draft.email,
        "phone": draft.phone,
        "shipping_address": _plain(draft.shipping_address),
        "billing_address": _plain(draft.billing_address),
        "note": draft.note,
        "attributes": _plain(draft.attributes),
        "explanation": _plain(draft.explanation),
        "tax_treatment": draft.tax_treatment,
        "cancel_reason": None,
        "placed_at": at,
        "cancelled_at": None,
        "updated_at": at,
    }


def line_rows(draft: OrderDraft, order_id: int, line_ids: Sequence[int]) -> list[dict[str, Any]]:
    """Its lines, under the keys taken for them."""
    return [
        {
            "id": line_id,
            "order_id": order_id,
            "amendment_id": None,
            "variant_id": line.variant_id,
            "product_id": line.product_id,
            "position": position,
            "title": line.title,
            "variant_title": line.variant_title,
            "sku": line.sku,
            "quantity": line.quantity,
            "unit_price": line.unit_price,
            "rounding": line.rounding,
            "subtotal": line.subtotal,
            "discount": line.discount,
            "tax": line.tax,
            "total": line.subtotal - line.discount,
            "requires_shipping": line.requires_shipping,
            "attributes": _plain(line.attributes),
            "components": _plain(line.components) or None,
        }
        for position, (line_id, line) in enumerate(zip(line_ids, draft.lines, strict=True))
    ]


def rest_rows(draft: OrderDraft, line_ids: Sequence[int]) -> list[dict[str, Any]]:
    """What of its lines is below the minor unit."""
    return [
        {"line_id": line_id, "subtotal": line.subtotal_rest, "discount": line.discount_rest}
        for line_id, line in zip(line_ids, draft.lines, strict=True)
        if line.subtotal_rest or line.discount_rest
    ]


def discount_rows(draft: OrderDraft, order_id: int) -> list[dict[str, Any]]:
    """Its discounts."""
    return [
        {
            "order_id": order_id,
            "source": discount.source,
            "code": discount.code,
            "title": discount.title,
            "target": discount.target,
            "target_selection": discount.target_selection,
            "method": discount.method,
            "percentage": discount.percentage,
            "fixed": discount.fixed,
            "amount": discount.amount,
            "allocations": _plain(discount.allocations),
        }
        for discount in draft.discounts
    ]


def tax_rows(draft: OrderDraft, order_id: int) -> list[dict[str, Any]]:
    """Its taxes."""
    return [
        {"order_id": order_id, "position": tax.position, "title": tax.title, "rate": tax.rate, "amount": tax.amount}
        for tax in draft.taxes
    ]


def delivery_rows(draft: OrderDraft, order_id: int) -> list[dict[str, Any]]:
    """Its deliveries."""
    return [
        {
            "order_id": order_id,
            "group_key": delivery.group_key,
            "provider": delivery.provider,
            "option_handle": delivery.option_handle,
            "title": delivery.title,
            "amount": delivery.amount,
            "promised_from": delivery.promised_from and delivery.promised_from.isoformat(),
            "promised_to": delivery.promised_to and delivery.promised_to.isoformat(),
            "pickup_point": delivery.pickup_point and msgspec.to_builtins(delivery.pickup_point),
        }
        for delivery in draft.deliveries
    ]


def goods_rows(
    order_id: int, lines: Iterable[tuple[int, int]], kind: GoodsKind, reference: str, at: datetime
) -> list[dict[str, Any]]:
    """What happened to the goods of lines, given as pairs of line id and quantity."""
    return [
        {
            "order_id": order_id,
            "line_id": line_id,
            "kind": kind,
            "quantity": quantity,
            "reference": reference,
            "at": at,
        }
        for line_id, quantity in lines
    ]


def _plain(value: Any) -> Any:
    return msgspec.to_builtins(value)
