"""PromotionRules: loads the promotions that may count for a cart, and what is known of its buyer."""

from collections.abc import Sequence
from typing import ClassVar

import msgspec

from vetrina.kernel.crypto import Vault
from vetrina.plugin import Context
from vetrina.ports import CodeAnswer, Policy, PriceRules, RuleSet, RulesRequest
from vetrina.views.catalog.eligibility import email_of, has_ordered, memberships
from vetrina_promotions.codes import folded
from vetrina_promotions.discounting import Offer, PromotionSet
from vetrina_promotions.rules import Status, Terms, status_of
from vetrina_promotions.views.eligible import CandidateRow, automatic, counts_of, named_in, with_codes

INACTIVE = "DISCOUNT_CURRENTLY_INACTIVE"
NOT_HONOURED = "DISCOUNT_CODE_NOT_HONOURED"
USED_UP = "DISCOUNT_USAGE_LIMIT_REACHED"
USED_BY_BUYER = "DISCOUNT_CUSTOMER_USAGE_LIMIT_REACHED"
NOT_ELIGIBLE = "DISCOUNT_CUSTOMER_NOT_ELIGIBLE"
BUYER_UNKNOWN = "DISCOUNT_ELIGIBLE_CUSTOMER_MISSING"


class _Candidate(msgspec.Struct, frozen=True):
    row: CandidateRow
    terms: Terms
    code: str | None


class _Buyer(msgspec.Struct, frozen=True):
    """What is known of the buyer, as far as any promotion asks; nothing is known of nobody."""

    email: str | None = None
    mark: str = ""
    counts: dict[int, int] = {}
    named: frozenset[int] = frozenset()
    has_ordered: bool = False


class PromotionRules:
    """Statements: one for automatic promotions, one for codes, and one for each thing that they make one ask."""

    policy: ClassVar[Policy] = PriceRules.policy

    async def load(self, ctx: Context, request: RulesRequest) -> RuleSet:
        """The promotions that run now, here and for this buyer; what becomes of the other codes is known already."""
        candidates = await _candidates(ctx, request)
        if not candidates:
            return PromotionSet()
        buyer = await _buyer(ctx, request, candidates)
        offers, answered = list[Offer](), list[CodeAnswer]()
        for candidate in candidates:
            reason = _blocked(candidate, request, buyer)
            if reason is None:
                offers.append(_offer(candidate, buyer))
            elif candidate.code is not None:
                answered.append(CodeAnswer(code=candidate.code, is_applicable=False, warning=reason))
        asked = sorted({key for offer in offers for key in offer.terms.collection_ids})
        members = await memberships(ctx.db, request.product_ids, asked) if asked and request.product_ids else {}
        return PromotionSet(tuple(offers), tuple(answered), members)


def mark_of(vault: Vault, email: str) -> str:
    """How a buyer is counted: by a keyed digest of his address, which nobody else can make."""
    return vault.sign("promotions.customer", email.strip().lower())


async def _candidates(ctx: Context, request: RulesRequest) -> list[_Candidate]:
    found = [_Candidate(row, _terms(row), None) for row in await automatic(ctx.db, request.at)]
    typed = {folded(code): code for code in reversed(request.codes)}
    if typed:
        rows = {row.folded or "": row for row in await with_codes(ctx.db, list(typed))}
        found += [
            _Candidate(rows[key], _terms(rows[key]), typed[key]) for key in map(folded, request.codes) if key in rows
        ]
    return found


def _terms(row: CandidateRow) -> Terms:
    return msgspec.convert(row.terms, Terms)


async def _buyer(ctx: Context, request: RulesRequest, candidates: Sequence[_Candidate]) -> _Buyer:
    counted = [one.row.id for one in candidates if one.row.per_customer is not None]
    named = [one.row.id for one in candidates if one.terms.customers == "named"]
    is_first = any(one.terms.customers == "first_order" for one in candidates)
    if not (counted or named or is_first):
        return _Buyer()
    email = request.email
    if not email and request.customer_id is not None:
        email = await email_of(ctx.db, request.customer_id)
    if not email:
        return _Buyer()
    email = email.strip().lower()
    mark = mark_of(ctx.shop.vault, email)
    return _Buyer(
        email=email,
        mark=mark,
        counts=await counts_of(ctx.db, mark, counted) if counted else {},
        named=await named_in(ctx.db, email, named) if named else frozenset(),
        has_ordered=is_first and await has_ordered(ctx.db, email),
    )


def _blocked(candidate: _Candidate, request: RulesRequest, buyer: _Buyer) -> str | None:
    """Why it cannot count, whatever is in the cart. A first order is believed until the buyer is known."""
    row, terms = candidate.row, candidate.terms
    if status_of(row.starts_at, row.ends_at, row.paused_at, request.at) is not Status.ACTIVE:
        return INACTIVE
    if (terms.currency or request.currency) != request.currency:
        return NOT_HONOURED
    if terms.market_ids and request.market_id not in terms.market_ids:
        return NOT_HONOURED
    if _is_used_up(row.uses, row.usage_limit) or _is_used_up(row.code_uses, row.code_limit):
        return USED_UP
    if terms.customers == "named" and row.id not in buyer.named:
        return NOT_ELIGIBLE if buyer.email else BUYER_UNKNOWN
    if terms.customers == "first_order" and buyer.has_ordered:
        return NOT_ELIGIBLE
    return USED_BY_BUYER if _is_used_up(buyer.counts.get(row.id, 0), row.per_customer) else None


def _is_used_up(uses: int, limit: int | None) -> bool:
    return limit is not None and uses >= limit


def _offer(candidate: _Candidate, buyer: _Buyer) -> Offer:
    row = candidate.row
    is_limited = any(limit is not None for limit in (row.usage_limit, row.per_customer, row.code_limit))
    mark = buyer.mark if row.per_customer is not None else ""
    use = f"{row.id}:{row.code_id or 0}:{mark}" if is_limited else None
    return Offer(id=row.id, title=row.title, terms=candidate.terms, code=candidate.code, use=use)
