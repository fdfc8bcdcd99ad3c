"""Who sells and who buys: from the shop's settings and profile, from the order and from what the buyer gave."""

from collections.abc import Mapping
from typing import Any

import msgspec

from vetrina.kernel.errors import BadInput
from vetrina.kernel.texts import line
from vetrina.plugin import Say
from vetrina.views.markets import Atlas
from vetrina.views.orders.placed import OrderView
from vetrina.vocabulary import Address
from vetrina_invoices.rules.codes import tax_code_of, vat_id_of
from vetrina_invoices.rules.content import Party
from vetrina_invoices.settings import InvoicesSettings

SELLER_UNKNOWN, BUYER_UNKNOWN = "SELLER_UNKNOWN", "BUYER_UNKNOWN"


LIMITS = {
    "name": 160, "street": 120, "zip": 16, "city": 80, "province": 40, "country": 2, "vat_id": 24, "tax_code": 24,
}  # fmt: skip
"""Characters of each part of the details."""


class Details(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a buyer gives for his invoice; what is empty is as the order has it."""

    name: str = ""
    vat_id: str = ""
    tax_code: str = ""
    street: str = ""
    zip: str = ""
    city: str = ""
    province: str = ""
    country: str = ""


def checked(given: Details, country: str = "IT") -> Details:
    """The details as they are kept. Raises BadInput that names the field."""
    plain = {name: line(getattr(given, name), field=(name,), limit=limit) for name, limit in LIMITS.items()}
    plain["country"] = plain["country"].upper()
    if plain["country"] and not (len(plain["country"]) == 2 and plain["country"].isalpha()):
        said = Say("A country is two letters, such as IT.", "Un paese sono due lettere, come IT.")
        raise BadInput(field=("country",), problem=said)
    if plain["vat_id"]:
        vat_id = vat_id_of(plain["vat_id"], plain["country"] or country)
        if vat_id is None:
            said = Say(
                "This is no VAT id: write it with its country, such as IT00743110157.",
                "Non è una partita IVA: scrivila con il paese, come IT00743110157.",
            )
            raise BadInput(field=("vat_id",), problem=said)
        plain["vat_id"] = vat_id
    if plain["tax_code"]:
        tax_code = tax_code_of(plain["tax_code"])
        if tax_code is None:
            said = Say(
                "This is no Italian tax code: sixteen letters and digits, or eleven digits.",
                "Non è un codice fiscale: sedici lettere e cifre, o undici cifre.",
            )
            raise BadInput(field=("tax_code",), problem=said)
        plain["tax_code"] = tax_code
    return Details(**plain)


def seller_of(settings: InvoicesSettings, atlas: Atlas, treatment: Mapping[str, Any]) -> Party | None:
    """The seller; None while name, address or VAT id are not known. Its id where it is sold counts."""
    profile = atlas.profile
    country = settings.seller_country or profile.country
    town = " ".join(part for part in (settings.seller_zip, settings.seller_city, settings.seller_province) if part)
    name = settings.seller_name or profile.name
    if not (name and settings.seller_street and settings.seller_city and settings.vat_id):
        return None
    there = treatment.get("seller_vat_id") if treatment.get("scheme") == "registered" else None
    return Party(
        name=name,
        lines=(settings.seller_street, town),
        country=country,
        vat_id=there or settings.vat_id,
        tax_code=settings.tax_code,
        email=profile.email or "",
        register=settings.seller_register,
    )


def buyer_of(order: OrderView, details: Details) -> Party | None:
    """Whom a document is made out to; None where nobody has said who buys, or where he is."""
    known = order.billing_address or order.shipping_address
    address = msgspec.convert(known, Address) if known else Address()
    if details.street or details.city:
        address = Address(
            address1=details.street,
            zip=details.zip,
            city=details.city,
            province=details.province,
            country=details.country or address.country,
        )
    person = " ".join(part for part in (address.first_name, address.last_name) if part)
    name = details.name or address.company or person
    lines = postal(address)
    if not name or not lines:
        return None
    said = order.tax_treatment or {}
    return Party(
        name=name,
        lines=lines,
        country=address.country or order.country,
        vat_id=details.vat_id or said.get("vat_id") or "",
        tax_code=details.tax_code,
    )


def postal(address: Address) -> tuple[str, ...]:
    """The lines of an address below its name."""
    return tuple(part for part in (address.address1, address.address2, *address.town) if part)


def ship_to(order: OrderView) -> tuple[str, ...]:
    """Where the goods go, with a name, where it is not where the bill goes."""
    if not order.shipping_address or order.shipping_address == order.billing_address or not order.billing_address:
        return ()
    address = msgspec.convert(order.shipping_address, Address)
    person = " ".join(part for part in (address.first_name, address.last_name) if part)
    return tuple(part for part in (address.company or "", person, *postal(address)) if part)
