"""Read a bank statement, as CSV or CAMT.053, and propose which awaited money its lines may be. Marks nothing. Pure."""

import csv
import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from io import StringIO
from xml.etree import ElementTree as ET

import msgspec

from vetrina.kernel.errors import BadInput
from vetrina.kernel.money import from_decimal
from vetrina.plugin import Say
from vetrina.views.payments.awaited_money import AwaitedRow

LONGEST = 400_000
"""Characters of a statement."""
MOST = 2_000
"""Lines of one."""
DAYS = ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%d/%m/%y")
HEADINGS = {
    "date": ("date", "data", "booking date", "data contabile", "data operazione", "data valuta", "valuta"),
    "amount": ("amount", "importo", "credit", "accrediti", "avere", "entrate"),
    "text": ("text", "description", "descrizione", "causale", "reference", "details", "dettagli"),
}
"""What banks write above the three columns, in small letters."""
NUMBER = re.compile(r"(?:#|\b)(\d{3,10})\b")


class Line(msgspec.Struct, frozen=True):
    """Money that came, in minor units of the awaited currency."""

    on: date
    amount: int
    currency: str
    text: str


class Proposal(msgspec.Struct, frozen=True):
    """A line and the awaited money it may be. `reasons` says what agrees: number, amount, name."""

    line: Line
    row: AwaitedRow
    reasons: tuple[str, ...]

    @property
    def is_sure(self) -> bool:
        """Whether number and amount both agree."""
        return {"number", "amount"} <= set(self.reasons)


def read_statement(text: str, currency: str) -> list[Line]:
    """The lines of money that came; what went away is left out. Raises BadInput, naming the line that is wrong."""
    if len(text) > LONGEST:
        raise _unread(Say(f"A statement has at most {LONGEST} characters.", f"Al massimo {LONGEST} caratteri."))
    told = text.lstrip("\ufeff \r\n\t")
    lines = [line for line in (_camt(told) if told.startswith("<") else _csv(told, currency)) if line.amount > 0]
    if len(lines) > MOST:
        raise _unread(Say(f"A statement has at most {MOST} lines.", f"Un estratto ha al massimo {MOST} righe."))
    return lines


def propose(lines: Sequence[Line], awaited: Sequence[AwaitedRow]) -> list[tuple[Line, list[Proposal]]]:
    """For each line what it may be, the surest first. A line that agrees in the amount alone is a guess."""
    by_number = {row.number: row for row in awaited}
    by_amount: dict[tuple[int, str], list[AwaitedRow]] = {}
    for row in awaited:
        by_amount.setdefault((row.amount, row.currency), []).append(row)
    found = list[tuple[Line, list[Proposal]]]()
    for line in lines:
        named = [by_number[int(told)] for told in NUMBER.findall(line.text) if int(told) in by_number]
        rows = {row.payment_id: row for row in (*named, *by_amount.get((line.amount, line.currency), ()))}
        proposals = [Proposal(line, row, _reasons(line, row, named)) for row in rows.values()]
        found.append((line, sorted(proposals, key=lambda one: (-len(one.reasons), one.row.number))[:5]))
    return found


def _reasons(line: Line, row: AwaitedRow, named: Sequence[AwaitedRow]) -> tuple[str, ...]:
    said = line.text.lower()
    agrees = {
        "number": row in named,
        "amount": (line.amount, line.currency) == (row.amount, row.currency),
        "name": bool(row.name) and all(part in said for part in row.name.lower().split()),
    }
    return tuple(reason for reason, is_so in agrees.items() if is_so)


def _csv(text: str, currency: str) -> Iterator[Line]:
    first = text.partition("\n")[0]
    mark = max(";\t,", key=first.count)
    rows = csv.reader(StringIO(text), delimiter=mark)
    heads = [cell.strip().lower() for cell in next(rows, list[str]())]
    places = {name: _place(heads, words) for name, words in HEADINGS.items()}
    missing = [name for name, place in places.items() if place is None]
    if missing:
        raise _unread(
            Say(
                f"The first line has to name the columns date, amount and text; {', '.join(missing)} is not there.",
                f"La prima riga deve nominare le colonne data, importo e causale; manca {', '.join(missing)}.",
            )
        )
    try:
        for number, row in enumerate(rows, 2):
            if any(cell.strip() for cell in row):
                cells = {
                    name: row[place] if place is not None and place < len(row) else "" for name, place in places.items()
                }
                if cells["amount"].strip():
                    yield _line(cells["date"], cells["amount"], currency, cells["text"], number)
    except csv.Error as error:
        raise _unread(Say("This is no CSV.", "Questo non è un CSV.")) from error


def _camt(text: str) -> Iterator[Line]:
    """CAMT.053: entries that were credited, each with all the words it carries."""
    if "<!doctype" in text.lower() or "<!entity" in text.lower():
        raise _unread(Say("A statement declares no entities.", "Un estratto non dichiara entità."))
    try:
        root = ET.fromstring(text)
    except ET.ParseError as error:
        raise _unread(Say("This is no XML.", "Questo non è XML.")) from error
    for number, entry in enumerate(root.iterfind(".//{*}Ntry"), 1):
        amount = entry.find("{*}Amt")
        if entry.findtext("{*}CdtDbtInd") != "CRDT" or amount is None:
            continue
        day = entry.findtext("{*}BookgDt/{*}Dt") or (entry.findtext("{*}BookgDt/{*}DtTm") or "")[:10]
        words = [
            found.text or ""
            for tag in ("Ustrd", "EndToEndId", "Nm", "AddtlNtryInf")
            for found in entry.iterfind(".//{*}" + tag)
        ]
        yield _line(day, amount.text or "", amount.get("Ccy", "EUR"), " ".join(words), number)


def _place(heads: Sequence[str], words: Sequence[str]) -> int | None:
    return next((heads.index(word) for word in words if word in heads), None)


def _line(day: str, amount: str, currency: str, text: str, number: int) -> Line:
    on = _day(day.strip())
    value = _amount(amount)
    if on is None or value is None:
        raise _unread(
            Say(f"Line {number} has no day or no amount that can be read.", f"La riga {number} non ha data o importo.")
        )
    sign = -1 if value < 0 else 1
    return Line(on, sign * from_decimal(abs(value), currency).amount, currency, " ".join(text.split())[:500])


def _day(text: str) -> date | None:
    for form in DAYS:
        try:
            return datetime.strptime(text[:10], form).date()  # noqa: DTZ007 a statement's day has no time
        except ValueError:
            continue
    return None


def _amount(text: str) -> Decimal | None:
    """1.234,56 and 1,234.56 and 1234.56: the last of the two marks is the decimal one."""
    plain = text.strip().replace("\u00a0", "").replace(" ", "").replace("€", "").replace("EUR", "").replace("'", "")
    thousands = "." if plain.rfind(",") > plain.rfind(".") else ","
    plain = plain.replace(thousands, "").replace(",", ".")
    try:
        value = Decimal(plain)
    except InvalidOperation:
        return None
    return value if value.is_finite() and abs(value) < Decimal(10**12) else None


def _unread(problem: Say) -> BadInput:
    return BadInput(field=("statement",), problem=problem)
