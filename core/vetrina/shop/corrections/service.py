"""Write down corrections, by the hundred."""

from collections.abc import Sequence
from typing import Any

from vetrina.kernel.db import Session
from vetrina.shop.corrections.models import Correction, CorrectionLine
from vetrina.shop.corrections.rules import CorrectionDraft, CorrectionLineDraft


async def write_down(session: Session, drafts: Sequence[CorrectionDraft]) -> None:
    """Write corrections with their lines, each table in one round trip. Raises Conflict when one is there already."""
    correction_ids = await session.take_ids(Correction, len(drafts)) if drafts else []
    pairs = list(zip(correction_ids, drafts, strict=True))
    await session.add_many(Correction, [_row(correction_id, draft) for correction_id, draft in pairs])
    await session.add_many(
        CorrectionLine,
        [
            _line_row(correction_id, position, line)
            for correction_id, draft in pairs
            for position, line in enumerate(draft.lines)
        ],
    )


def _row(correction_id: int, draft: CorrectionDraft) -> dict[str, Any]:
    return {
        "id": correction_id,
        "kind": draft.kind,
        "order_id": draft.order_id,
        "customer_id": draft.customer_id,
        "market_id": draft.market_id,
        "currency": draft.currency,
        "country": draft.country,
        "amount": draft.amount,
        "delivery": draft.delivery,
        "note": draft.note,
        "source": draft.source,
        "source_name": draft.name,
        "at": draft.at,
    }


def _line_row(correction_id: int, position: int, line: CorrectionLineDraft) -> dict[str, Any]:
    return {
        "correction_id": correction_id,
        "line_id": line.line_id,
        "variant_id": line.variant_id,
        "product_id": line.product_id,
        "position": position,
        "title": line.title,
        "sku": line.sku,
        "quantity": line.quantity,
        "amount": line.amount,
        "rest": line.rest,
    }
