"""What the pages about gift cards ask for."""

from datetime import date
from decimal import Decimal

from pydantic import Field

from vetrina_promotions.admin.fields import Asking, italian


class FindForm(Asking):
    """What is searched for."""

    text: str = Field(
        default="",
        max_length=100,
        title="Last characters or note",
        json_schema_extra=italian("Ultimi caratteri o nota"),
    )
    open_only: bool = Field(
        default=False, title="Only cards that can be spent", json_schema_extra=italian("Solo carte utilizzabili")
    )


class IssueForm(Asking):
    """A new card."""

    amount: Decimal = Field(gt=0, title="Amount", json_schema_extra=italian("Importo"))
    currency: str = Field(
        min_length=3, max_length=3, pattern="[A-Z]{3}", title="Currency", json_schema_extra=italian("Valuta")
    )
    expires_on: date | None = Field(
        default=None,
        title="Good until the end of",
        description="Left empty: it never expires",
        json_schema_extra=italian("Valida fino a tutto il", "Se vuoto: non scade"),
    )
    note: str = Field(
        default="",
        max_length=200,
        title="Note",
        description="For whom, or why; the holder does not see it",
        json_schema_extra=italian("Nota", "Per chi, o perché; chi la usa non la vede"),
    )


class AdjustForm(Asking):
    """More or less on a card."""

    amount: Decimal = Field(
        title="Amount",
        description="With a minus it is taken off",
        json_schema_extra=italian("Importo", "Con il meno viene tolto"),
    )
    note: str = Field(min_length=1, max_length=200, title="Why", json_schema_extra=italian("Perché"))
