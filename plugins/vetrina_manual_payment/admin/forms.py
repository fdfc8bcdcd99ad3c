"""What people fill in: what came, what they look for, a bank's statement."""

from datetime import date
from decimal import Decimal

from pydantic import BaseModel, Field, JsonValue

from vetrina_manual_payment.receipts import LONGEST
from vetrina_manual_payment.statements import LONGEST as LONGEST_STATEMENT


def _it(title: str, description: str = "") -> dict[str, JsonValue]:
    return {"it": {"title": title, "description": description}}


class ReceiptForm(BaseModel):
    """Money that came."""

    received_on: date = Field(title="Day", json_schema_extra=_it("Giorno"))
    amount: Decimal = Field(
        gt=0, le=10**12, title="Amount", description="All that is awaited.", json_schema_extra=_it("Importo", "Tutto.")
    )
    reference: str = Field(
        default="",
        max_length=LONGEST,
        title="Bank's reference",
        description="Such as the CRO or TRN of the transfer.",
        json_schema_extra=_it("Riferimento della banca", "Come il CRO o TRN del bonifico."),
    )


class SearchForm(BaseModel):
    """What is known of it."""

    q: str = Field(
        min_length=1,
        max_length=100,
        title="Order, amount or e-mail",
        description="Such as 1042, 129.90 or anna@.",
        json_schema_extra=_it("Ordine, importo o e-mail", "Come 1042, 129,90 o anna@."),
    )


class StatementForm(BaseModel):
    """What the bank says."""

    statement: str = Field(
        min_length=1,
        max_length=LONGEST_STATEMENT,
        title="Statement",
        description="Paste it: CSV whose first line names date, amount and text, or CAMT.053. Nothing is kept of it.",
        json_schema_extra=_it(
            "Estratto conto",
            "Incollalo: CSV con data, importo e causale nella prima riga, o CAMT.053. Non si conserva.",
        ),
    )
    currency: str = Field(
        default="EUR",
        pattern="^[A-Z]{3}$",
        title="Currency of a CSV",
        json_schema_extra=_it("Valuta di un CSV"),
    )
