"""What an order stands at, sums in any decimals, mentions by date, stamp duty, codes, and the printed page."""

import io
from collections import Counter
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from vetrina.kernel.money import digits, fraction_of
from vetrina.views.orders.standing import Back, LineFact, OrderFacts, Parts, difference, rate_of, standing
from vetrina_invoices.audit import gaps
from vetrina_invoices.pdf.rendering import set_page
from vetrina_invoices.rules.codes import tax_code_of, vat_id_of
from vetrina_invoices.rules.content import Content, DocumentLine, Party, Reference, Summary, booked, summed
from vetrina_invoices.rules.drafting import PartWords, Treated, document_lines, told_apart
from vetrina_invoices.rules.laws import STAMP, Law, law, stamp_duty

RATES = (None, 0, 40_000, 100_000, 220_000)


def test_laws_are_dated_and_the_shops_own_come_first() -> None:
    for key in ("N3.1", "N3.2", "N2.1", "voucher", "oss", "credit_note"):
        before, after = law(key, date(2026, 12, 31)), law(key, date(2027, 1, 1))
        assert before is not None
        assert after is not None
        assert "10/2026" not in before.it
        assert "D.Lgs. 10/2026, già" in after.it
    own = (Law("N3.1", "2026-01-01", None, "Ours", "Nostra"),)
    found = law("N3.1", date(2026, 6, 1), own)
    assert found is not None
    assert (found.said("it"), law("nothing", date(2026, 1, 1))) == ("Nostra", None)


@pytest.mark.parametrize(
    ("amounts", "currency", "due"),
    [
        ({"N4": 7_747}, "EUR", 0),
        ({"N4": 7_748}, "EUR", STAMP),
        ({"N2.2": 4_000, "N4": 3_748}, "EUR", STAMP),
        ({"N3.1": 99_999, "N3.2": 99_999}, "EUR", 0),
        ({"N4": 99_999}, "CHF", 0),
    ],
)
def test_stamp_duty_is_due_above_its_threshold(amounts: dict[str, int], currency: str, due: int) -> None:
    assert stamp_duty(amounts, currency) == due


def test_codes_are_checked_by_their_digits() -> None:
    assert vat_id_of("it 00743110157") == vat_id_of("00743110157") == "IT00743110157"
    assert [vat_id_of(text) for text in ("IT00743110158", "x" * 40, "", "DE136695976")] == [None] * 3 + ["DE136695976"]
    assert tax_code_of("rssmra85t10a562s") == "RSSMRA85T10A562S"
    assert [tax_code_of(text) for text in ("RSSMRA85T10A562X", "12345678901", "00000000000", "ß")] == [None] * 4
    assert tax_code_of("00743110157") == "00743110157"


def test_holes_doubles_and_days_that_go_back_are_found() -> None:
    day = "2026-01-0"
    assert gaps("s", 2026, [(1, f"{day}1", "1"), (2, f"{day}1", "2"), (3, f"{day}2", "3")]) == []
    assert "no number 2" in gaps("s", 0, [(1, f"{day}1", "1"), (3, f"{day}1", "3")])[0]
    assert gaps("s", 0, [(1, f"{day}1", "1"), (1, f"{day}1", "1b")])
    assert "before" in gaps("s", 0, [(1, f"{day}2", "1"), (2, f"{day}1", "2")])[0]


def test_what_has_no_vat_says_why() -> None:
    both = Treated(scheme="reverse_charge", natures=("N3.2", "N2.1"))
    assert (both.nature_of("goods", 0), both.nature_of("service", 0)) == ("N3.2", "N2.1")
    assert Treated(scheme="domestic").nature_of("voucher", None) == "N2.2"
    assert Treated(scheme="exempt").nature_of("goods", 0) == "N4"
    assert Treated(scheme="domestic").nature_of("goods", 220_000) == ""
    assert Treated(untaxed_nature="N2.2").nature_of("goods", None) == "N2.2"


@st.composite
def histories(draw: st.DrawFn) -> tuple[OrderFacts, list[Back], str]:
    """An order in a currency of 0, 2 or 3 decimals, and what came off it step by step, as refunds are reckoned."""
    currency = draw(st.sampled_from(["JPY", "EUR", "KWD"]))
    included = draw(st.booleans())
    lines = list[LineFact]()
    for key in range(1, draw(st.integers(1, 4)) + 1):
        quantity, amount = draw(st.integers(1, 5)), draw(st.integers(0, 10 ** (digits(currency) + 3)))
        rate = draw(st.sampled_from(RATES))
        lines.append(LineFact(id=key, quantity=quantity, amount=amount, tax=taxed(amount, rate, included), rate=rate))
    delivery = draw(st.integers(0, 2_000))
    shares = sorted({line.rate for line in lines if line.rate})[:1]
    facts = OrderFacts(
        prices_include_tax=included, lines=lines, delivery=delivery,
        delivery_taxes=[(rate, taxed(delivery, rate, included)) for rate in shares],
        fee=draw(st.integers(0, 300)), is_cancelled=False,
    )  # fmt: skip
    return facts, _backs(draw, facts), currency


def taxed(amount: int, rate: int | None, included: bool) -> int:
    if not rate:
        return 0
    whole = 1_000_000 + rate
    return (2 * amount * rate + whole) // (2 * whole) if included else fraction_of(amount, rate)


def _backs(draw: st.DrawFn, facts: OrderFacts) -> list[Back]:
    left = sum(held.gross for held in standing(facts).values())
    before, backs = Counter[int](), list[Back]()
    delivery = sum(held.gross for key, held in standing(facts).items() if key.startswith("delivery:"))
    for _ in range(draw(st.integers(0, 4))):
        pieces = list[tuple[int, int, int, int]]()
        for line in facts.lines:
            wanted = draw(st.integers(0, line.quantity - before[line.id]))
            if wanted:
                gross = line.amount if facts.prices_include_tax else line.amount + line.tax
                share = [part(whole, line.quantity, before[line.id], wanted) for whole in (gross, line.tax)]
                pieces.append((line.id, wanted, share[0], share[1]))
                before[line.id] += wanted
        carried = delivery if draw(st.booleans()) else 0
        delivery -= carried
        tax = sum(tax for _, tax in facts.delivery_taxes) if carried else 0
        worth = sum(piece[2] for piece in pieces) + carried
        given_back = draw(st.integers(0, left))
        left -= given_back
        backs.append(Back(lines=tuple(pieces), delivery=carried, delivery_tax=tax, adjustment=given_back - worth))
    return backs


def part(whole: int, pieces: int, before: int, quantity: int) -> int:
    return whole * (before + quantity) // pieces - whole * before // pieces


@settings(max_examples=120, deadline=None)
@given(histories())
def test_documents_sum_to_what_is_paid_at_every_step(history: tuple[OrderFacts, list[Back], str]) -> None:
    facts, backs, _ = history
    rates = {f"line:{line.id}": line.rate for line in facts.lines}
    told: list[tuple[str, tuple[DocumentLine, ...]]] = []
    paid = sum(held.gross for held in standing(facts).values())
    for count in range(len(backs) + 1):
        order = structs_replace(facts, backs[:count])
        if count:
            back = backs[count - 1]
            paid -= sum(piece[2] for piece in back.lines) + back.delivery + back.adjustment
        now = standing(order)
        assert sum(held.gross for held in now.values()) == paid
        split = told_apart(difference(now, booked(told)), is_first=not told)
        for kind, parts in (("credit_note", split.credit), ("invoice", split.invoice)):
            if parts:
                told.append((kind, written(parts, rates, included=facts.prices_include_tax)))
                assert sum(line.net + line.tax for line in told[-1][1]) >= 0
        assert sum(sign(kind) * (line.net + line.tax) for kind, lines in told for line in lines) == paid
        assert all(tax == 0 for net, tax in of_parts(now, rates).values() if not net + tax)  # nothing left, no tax
        assert by_rate(told) == {rate: pair for rate, pair in of_parts(now, rates).items() if pair != (0, 0)}


def structs_replace(facts: OrderFacts, backs: list[Back]) -> OrderFacts:
    import msgspec

    return msgspec.structs.replace(facts, backs=tuple(backs))


def written(parts: Parts, rates: dict[str, int | None], *, included: bool) -> tuple[DocumentLine, ...]:
    words = {key: PartWords("goods", key, "", 100) for key in parts}
    lines = document_lines(parts, words, rates, Treated(scheme="domestic"), prices_include_tax=included)
    for line in lines:
        assert line.unit_price * line.quantity - line.discount == (line.net + line.tax if included else line.net)
    assert sum(held.gross for held in summed(lines).values()) == sum(line.net + line.tax for line in lines)
    return lines


def sign(kind: str) -> int:
    return 1 if kind == "invoice" else -1


def by_rate(told: list[tuple[str, tuple[DocumentLine, ...]]]) -> dict[int | None, tuple[int, int]]:
    found = dict[int | None, tuple[int, int]]()
    for kind, lines in told:
        for line in lines:
            net, tax = found.get(line.rate, (0, 0))
            found[line.rate] = (net + sign(kind) * line.net, tax + sign(kind) * line.tax)
    return {rate: pair for rate, pair in found.items() if pair != (0, 0)}


def of_parts(parts: Parts, rates: dict[str, int | None]) -> dict[int | None, tuple[int, int]]:
    found = dict[int | None, tuple[int, int]]()
    for key, held in parts.items():
        rate = rate_of(key, rates)
        net, tax = found.get(rate, (0, 0))
        found[rate] = (net + held.net, tax + held.tax)
    return found


SELLER = Party(name="Bottega Vetrina srl", lines=("Via Garibaldi 12",), country="IT", vat_id="IT12345670017")
BUYER = Party(name="Müller & Söhne GmbH", lines=("Weg 1", "10115 Berlin"), country="DE", vat_id="DE136695976")


def sample(count: int, language: str, **more: Any) -> Content:
    lines = tuple(
        DocumentLine(key=f"line:{place}", kind="goods", title=f"Ware {place} " + "sehr langer Name " * (place % 9),
                     detail="", quantity=2, unit_price=1_000, discount=0, net=2_000, tax=0, rate=0, nature="N3.2")
        for place in range(count)
    )  # fmt: skip
    said = law("N3.2", date(2026, 11, 22))
    assert said is not None
    summary = Summary(rate=0, nature="N3.2", country="DE", net=2_000 * count, tax=0, mention=said.said(language))
    known: dict[str, Any] = {"kind": "invoice", "name": "12/2026", "currency": "EUR", **more}
    return Content(
        issued_on="2026-11-22", language=language, prices_include_tax=False, seller=SELLER, buyer=BUYER,
        delivery_address=(), order_name="#1001", order_placed_on="2026-11-20", lines=lines, summary=(summary,),
        net=2_000 * count, tax=0, total=2_000 * count, **known,
    )  # fmt: skip


def test_the_page_says_everything_in_both_languages_on_as_many_pages_as_it_takes() -> None:
    english = set_page(sample(60, "en"))
    assert english == set_page(sample(60, "en"))
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(english)).pages]
    assert len(pages) > 1
    assert all("Description" in page for page in pages if "Ware" in page)
    assert f"Page 1 of {len(pages)}" in pages[0]
    whole = " ".join(" ".join(pages).split())
    for said in ("Invoice", "12/2026", SELLER.vat_id, BUYER.vat_id, BUYER.name, "Article 138", "N3.2", "€1,200.00"):
        assert said in whole
    credit = set_page(
        sample(1, "it", kind="credit_note", name="NC1/2026", refers=(Reference("12/2026", "2026-11-20"),))
    )
    text = " ".join(PdfReader(io.BytesIO(credit)).pages[0].extract_text().split())
    for said in (
        "Nota di credito",
        "NC1/2026",
        "Rettifica la fattura",
        "12/2026",
        "art. 41 DL 331/1993",
        "20,00\u00a0€",
    ):
        assert said.replace("\u00a0", " ") in text.replace("\u00a0", " ")
    yen = PdfReader(io.BytesIO(set_page(sample(1, "en", currency="JPY")))).pages[0].extract_text()
    assert "2,000.00" not in yen
