"""Every step of the payment state machine, and every one refused; totals that only grow, whatever the order."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vetrina.shop.payments.rules import (
    LOST,
    NEXT,
    Claim,
    Contradiction,
    Mismatch,
    Moved,
    Stale,
    Totals,
    Verdict,
    judge,
)
from vetrina.vocabulary import PaymentState as S

AMOUNT = 1_000
NOTHING = Totals()
AUTHORISED = Totals(authorised=AMOUNT)
CAPTURED = Totals(authorised=AMOUNT, captured=AMOUNT)
REFUNDED = Totals(authorised=AMOUNT, captured=AMOUNT, refunded=AMOUNT)
WITH = {S.AUTHORISED: AUTHORISED, S.CAPTURED: CAPTURED, S.REFUNDED: REFUNDED}
"""What a payment in each state has; nothing in the others."""
STATES = tuple(S)


def told(state: S, totals: Totals | None = None, currency: str | None = "EUR") -> Claim:
    return Claim(state=state, totals=WITH.get(state, NOTHING) if totals is None else totals, currency=currency)


def judged(state: S, claim: Claim, known: Totals | None = None) -> Verdict:
    return judge(state, WITH.get(state, NOTHING) if known is None else known, AMOUNT, "EUR", claim)


@pytest.mark.parametrize(("state", "news"), list(itertools.product(STATES, STATES)))
def test_a_state_moves_where_the_table_says_and_nowhere_else(state: S, news: S) -> None:
    verdict = judged(state, told(news))
    if news in NEXT[state]:
        assert isinstance(verdict, Moved)
        assert verdict.state == news
    else:
        assert verdict == Stale()


def test_the_table_speaks_of_every_state() -> None:
    assert set(NEXT) == set(STATES)
    assert all(state not in following for state, following in NEXT.items()), "staying is no step"


def test_money_that_came_and_went_is_final() -> None:
    assert NEXT[S.REFUNDED] == frozenset()


@pytest.mark.parametrize("lost", sorted(LOST))
def test_late_money_is_a_fact(lost: S) -> None:
    verdict = judged(lost, told(S.CAPTURED))
    assert verdict == Moved(S.CAPTURED, CAPTURED, CAPTURED)


@pytest.mark.parametrize("lost", sorted(LOST))
def test_money_that_is_here_cannot_be_lost_by_late_news(lost: S) -> None:
    assert judged(S.CAPTURED, told(lost)) == Stale()
    assert judged(S.AUTHORISED, told(S.FAILED)) == Stale()


@pytest.mark.parametrize(
    ("claim", "amount", "currency"),
    [
        (told(S.CAPTURED, Totals(captured=1)), 1, "EUR"),
        (told(S.CAPTURED, Totals(captured=AMOUNT + 1)), AMOUNT + 1, "EUR"),
        (told(S.AUTHORISED, Totals(authorised=AMOUNT - 1)), AMOUNT - 1, "EUR"),
        (told(S.CAPTURED, CAPTURED, "USD"), AMOUNT, "USD"),
    ],
)
def test_another_amount_or_currency_is_no_payment(claim: Claim, amount: int, currency: str) -> None:
    assert judged(S.PROCESSING, claim) == Mismatch(amount, currency)


def test_once_secured_another_amount_contradicts() -> None:
    assert isinstance(judged(S.AUTHORISED, told(S.CAPTURED, Totals(captured=AMOUNT * 2))), Contradiction)
    assert isinstance(judged(S.CAPTURED, told(S.CAPTURED, CAPTURED, "USD")), Contradiction)


def test_mismatched_money_that_went_back_is_old_news() -> None:
    assert judged(S.FAILED, told(S.REFUNDED, Totals(authorised=5, captured=5, refunded=5))) == Stale()


@pytest.mark.parametrize(
    "claim",
    [
        told(S.CAPTURED, NOTHING),
        told(S.AUTHORISED, NOTHING),
        told(S.REFUNDED, CAPTURED),
        told(S.CAPTURED, Totals(captured=AMOUNT), None),
        told(S.CAPTURED, Totals(authorised=AMOUNT, captured=AMOUNT, refunded=AMOUNT + 1)),
        told(S.PROCESSING, Totals(authorised=-1)),
        told(S.FAILED, CAPTURED),
        told(S.CANCELLED, CAPTURED),
    ],
)
def test_news_that_cannot_be_true_changes_nothing(claim: Claim) -> None:
    assert isinstance(judged(S.PROCESSING, claim), Contradiction)


def test_parts_are_captured_and_refunded_until_all_is() -> None:
    part = Totals(authorised=AMOUNT, captured=400)
    assert judged(S.AUTHORISED, told(S.AUTHORISED, part)) == Moved(S.AUTHORISED, part, Totals(captured=400))
    back = Totals(authorised=AMOUNT, captured=AMOUNT, refunded=300)
    assert judged(S.CAPTURED, told(S.CAPTURED, back)) == Moved(S.CAPTURED, back, Totals(refunded=300))
    assert judged(S.CAPTURED, told(S.REFUNDED, REFUNDED), back) == Moved(S.REFUNDED, REFUNDED, Totals(refunded=700))


def test_what_is_left_of_a_partly_captured_promise_may_be_voided() -> None:
    part = Totals(authorised=AMOUNT, captured=400)
    claim = told(S.CANCELLED, Totals(authorised=AMOUNT, captured=0))
    assert judged(S.AUTHORISED, claim, part) == Moved(S.CAPTURED, part, NOTHING)


amounts = st.sampled_from([-1, 0, 1, 400, AMOUNT - 1, AMOUNT, AMOUNT + 1, 2**62])
claims = st.builds(
    Claim,
    state=st.sampled_from(STATES),
    totals=st.builds(Totals, authorised=amounts, captured=amounts, refunded=amounts),
    currency=st.sampled_from(["EUR", "EUR", "EUR", "USD", None]),
)


@given(st.lists(claims, max_size=12))
def test_whatever_is_reported_in_whatever_order_totals_grow_and_stay_in_order(reports: list[Claim]) -> None:
    state, totals = S.STARTED, NOTHING
    for claim in reports:
        verdict = judge(state, totals, AMOUNT, "EUR", claim)
        if not isinstance(verdict, Moved):
            continue
        before, totals, state = totals, verdict.totals, verdict.state
        assert 0 <= totals.refunded <= totals.captured <= totals.authorised
        assert totals.authorised in (0, AMOUNT)
        assert totals.refunded >= before.refunded
        assert totals.captured >= before.captured
        assert totals.authorised >= before.authorised
        added = (verdict.added.authorised, verdict.added.captured, verdict.added.refunded)
        assert added == (
            totals.authorised - before.authorised,
            totals.captured - before.captured,
            totals.refunded - before.refunded,
        )
        assert (state == S.REFUNDED) == (0 < totals.refunded == totals.captured)


HONEST = (
    told(S.PROCESSING),
    told(S.ACTION_REQUIRED),
    told(S.AUTHORISED),
    told(S.AUTHORISED, Totals(authorised=AMOUNT, captured=400)),
    told(S.CAPTURED),
    told(S.CAPTURED, Totals(authorised=AMOUNT, captured=AMOUNT, refunded=300)),
)


@given(st.permutations([*HONEST, *HONEST]))
def test_the_same_news_shuffled_and_doubled_comes_to_the_same(reports: list[Claim]) -> None:
    state, totals = S.STARTED, NOTHING
    for claim in reports:
        verdict = judge(state, totals, AMOUNT, "EUR", claim)
        assert not isinstance(verdict, Contradiction | Mismatch)
        if isinstance(verdict, Moved):
            state, totals = verdict.state, verdict.totals
    assert (state, totals) == (S.CAPTURED, Totals(authorised=AMOUNT, captured=AMOUNT, refunded=300))
