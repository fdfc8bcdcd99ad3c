"""What the shop decides: who of the staff hears of new orders, and what is too old to be told."""

import re
from typing import Any

from pydantic import Field, field_validator

from vetrina.plugin import PluginSettings, Say

MOST_ADDRESSES = 20
_ADDRESS = re.compile(r"[^\s@<>\"(),;:\\\[\]\x00-\x1f\x7f]{1,64}@(?:[\w-]{1,63}\.)+[^\W\d_][\w-]{1,62}")


def _italian(title: str, description: str) -> dict[str, Any]:
    return {"it": {"title": title, "description": description}}


class OrderMailsSettings(PluginSettings):
    """Days are of 24 hours."""

    staff_addresses: list[str] = Field(
        default=[],
        max_length=MOST_ADDRESSES,
        title="Who is told of new orders",
        description="E-mail addresses of the staff; none: nobody is told.",
        json_schema_extra=_italian(
            "Chi viene avvisato dei nuovi ordini", "Indirizzi e-mail del personale; nessuno: nessun avviso."
        ),
    )
    too_old_days: int = Field(
        default=7,
        ge=1,
        le=30,
        title="Tell nothing older than days",
        description="What happened while this plugin was off or mails were stuck is told up to so many days later.",
        json_schema_extra=_italian(
            "Non raccontare nulla più vecchio di giorni",
            "Ciò che è successo a plugin spento o a mail ferme viene raccontato fino a tanti giorni dopo.",
        ),
    )

    encloses_documents: bool = Field(
        default=True,
        title="Enclose invoices and credit notes",
        description="As PDF with the mail about them; otherwise the mail leads to them.",
        json_schema_extra=_italian(
            "Allega fatture e note di credito",
            "In PDF alla mail che le annuncia; altrimenti la mail porta al documento.",
        ),
    )

    @field_validator("staff_addresses")
    @classmethod
    def _addresses_are_addresses(cls, value: list[str]) -> list[str]:
        addresses = [address.strip().lower() for address in value if address.strip()]
        for address in addresses:
            if len(address) > 254 or not address.isprintable() or not _ADDRESS.fullmatch(address):
                raise ValueError(Say("an address is not valid", "un indirizzo non è valido"))
        return list(dict.fromkeys(addresses))
