"""The sentences an invoice has to carry, and the codes of their nature in Italian electronic invoices."""

import msgspec

from vetrina_tax.rules.deciding import Scheme


class Mention(msgspec.Struct, frozen=True):
    """Why there is no VAT, or whose it is; `nature` is FatturaPA's code."""

    en: str
    it: str
    nature: str = ""


def mention_of(scheme: Scheme, *, has_goods: bool = True, has_services: bool = False) -> tuple[Mention, ...]:
    """What is to be said of a sale; nothing where VAT is charged as usual."""
    if scheme == "reverse_charge":
        return (*([_GOODS] if has_goods else []), *([_SERVICES] if has_services else []))
    return _OTHERS.get(scheme, ())


_GOODS = Mention(
    "Exempt intra-Community supply of goods, Article 138 of Directive 2006/112/EC.",
    "Cessione intracomunitaria non imponibile, art. 41 DL 331/1993 (art. 138 direttiva 2006/112/CE).",
    "N3.2",
)
_SERVICES = Mention(
    "Reverse charge: VAT is due by the customer, Articles 44 and 196 of Directive 2006/112/EC.",
    "Inversione contabile: IVA dovuta dal committente, art. 7-ter DPR 633/1972 (art. 196 dir. 2006/112/CE).",
    "N2.1",
)
_OTHERS: dict[Scheme, tuple[Mention, ...]] = {
    "export": (
        Mention(
            "Export outside the Union, exempt under Article 146 of Directive 2006/112/EC.",
            "Esportazione non imponibile, art. 8 DPR 633/1972 (art. 146 direttiva 2006/112/CE).",
            "N3.1",
        ),
    ),
    "import": (
        Mention(
            "VAT on importation is not included and is due by the recipient.",
            "L'IVA all'importazione non è compresa ed è dovuta dal destinatario.",
        ),
    ),
}
