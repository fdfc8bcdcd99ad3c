"""Bank statements: what they say, and which awaited money their lines may be."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from vetrina.kernel.errors import BadInput
from vetrina.views.payments.awaited_money import AwaitedRow
from vetrina_manual_payment.statements import LONGEST, Line, propose, read_statement

CAMT = """<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><Stmt>
<Ntry><Amt Ccy="EUR">129.90</Amt><CdtDbtInd>CRDT</CdtDbtInd><BookgDt><Dt>2026-03-16</Dt></BookgDt>
<NtryDtls><TxDtls><RltdPties><Dbtr><Nm>Rossi Anna</Nm></Dbtr></RltdPties><RmtInf><Ustrd>Ordine 1042</Ustrd></RmtInf>
</TxDtls></NtryDtls></Ntry>
<Ntry><Amt Ccy="EUR">5.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><BookgDt><Dt>2026-03-16</Dt></BookgDt></Ntry>
</Stmt></BkToCstmrStmt></Document>"""


def awaited(number: int, amount: int, first: str = "Anna", last: str = "Rossi") -> AwaitedRow:
    moment = datetime(2026, 3, 14, tzinfo=UTC)
    address: dict[str, Any] = {"first_name": first, "last_name": last}
    return AwaitedRow(number, number, number, "a@b.example", address, "m:t", amount, "EUR", None, moment)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("date,amount,text\n2026-03-16,129.90,Order #1042\n", (12_990, "Order #1042")),
        ('Data;Importo;Causale\n16/03/2026;1.129,90;"Ordine 1042; grazie"\n', (112_990, "Ordine 1042; grazie")),
        (
            "\ufeffData contabile\tDescrizione\tImporto\n16.03.2026\tOrdine  1042\t€ 1,129.90\n",
            (112_990, "Ordine 1042"),
        ),
        ("date,amount,text\n\n2026-03-16,-5,Fee\n2026-03-16,129.9,x\n", (12_990, "x")),
        (CAMT, (12_990, "Ordine 1042 Rossi Anna")),
    ],
)
def test_what_banks_export_is_read_and_what_went_away_left_out(text: str, expected: tuple[int, str]) -> None:
    assert read_statement(text, "EUR") == [Line(date(2026, 3, 16), expected[0], "EUR", expected[1])]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "day,sum\n1,2\n",
        "date,amount,text\n2026-13-40,1,x\n",
        "date,amount,text\n2026-03-16,much,x\n",
        "date,amount,text\n2026-03-16,NaN,x\n",
        "date,amount,text\n2026-03-16,1.005,x\n",
        "<!DOCTYPE x [<!ENTITY a 'a'>]><x>&a;</x>",
        "<Document",
        "date,amount,text\n" + "2026-03-16,1,x\n" * 2_001,
        "x" * (LONGEST + 1),
    ],
)
def test_what_is_no_statement_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        read_statement(text, "EUR")


def test_lines_are_proposed_by_number_amount_and_name_the_surest_first() -> None:
    rows = [awaited(1041, 12_990), awaited(1042, 12_990), awaited(1043, 5_000, "Bruno", "Neri")]
    lines = [
        Line(date(2026, 3, 16), 12_990, "EUR", "ROSSI ANNA ordine 1042"),
        Line(date(2026, 3, 16), 4_000, "EUR", "order #1043"),
        Line(date(2026, 3, 16), 12_990, "USD", "thanks"),
        Line(date(2026, 3, 16), 777, "EUR", "rent 104"),
    ]
    found = [[(one.row.number, one.reasons, one.is_sure) for one in proposals] for _, proposals in propose(lines, rows)]
    assert found == [
        [(1042, ("number", "amount", "name"), True), (1041, ("amount", "name"), False)],
        [(1043, ("number",), False)],
        [],
        [],
    ]
