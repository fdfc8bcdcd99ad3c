"""Keep good answers about tax, and find the last one to a question again."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import bindparam, delete, select

from vetrina.kernel.db import Reads, Session
from vetrina.shop.tax.models import KnownTax
from vetrina.shop.tax.ports import TaxAnswer


class KnownAnswer(msgspec.Struct, frozen=True):
    """What was said to a question, and when."""

    answer: dict[str, Any]
    answered_at: datetime

    @property
    def said(self) -> TaxAnswer:
        return msgspec.convert(self.answer, TaxAnswer)


async def remember(session: Session, question: str, answer: Mapping[str, Any], at: datetime, until: datetime) -> None:
    """Keep the answer in place of an earlier one, and forget all that are no longer good."""
    await session.execute(_FORGET, {"at_": at})
    await session.put(KnownTax, ("question",), question=question, answer=dict(answer), answered_at=at, good_until=until)


async def recall(reads: Reads, question: str, at: datetime) -> KnownAnswer | None:
    """The last good answer to the question, if it is still good."""
    return await reads.one(KnownAnswer, _RECALL, {"question_": question, "at_": at})


_FORGET = delete(KnownTax).where(KnownTax.good_until <= bindparam("at_"))
_RECALL = select(KnownTax.answer, KnownTax.answered_at).where(
    KnownTax.question == bindparam("question_"), KnownTax.good_until > bindparam("at_")
)
