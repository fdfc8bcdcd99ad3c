"""How levels, states, schemes and countries are shown."""

from collections.abc import Mapping

from babel import Locale

from vetrina.plugin import Context, Say
from vetrina.plugin.admin import Badge
from vetrina_tax.rules.rates import Rate, percent
from vetrina_tax.settings import LEVEL_NAMES

WRITE = "tax.write"
SCHEMES = {
    "domestic": Say("Domestic", "Nazionale"),
    "registered": Say("Registered there", "Registrazione in loco"),
    "origin": Say("Distance sale, VAT of origin", "Vendita a distanza, IVA di origine"),
    "oss": Say("Distance sale, OSS", "Vendita a distanza, OSS"),
    "reverse_charge": Say("Business in the EU, no VAT", "Impresa UE, senza IVA"),
    "export": Say("Export", "Esportazione"),
    "import": Say("Import, VAT by the recipient", "Importazione, IVA del destinatario"),
    "exempt": Say("Exempt customer", "Cliente esente"),
}
STATES = {
    "valid": Badge(Say("Valid", "Valida"), "good"),
    "invalid": Badge(Say("Not valid", "Non valida"), "bad"),
    "unanswered": Badge(Say("No answer", "Nessuna risposta"), "warning"),
}
REGIONS = {
    "": "",
    "AZ": Say("Azores", "Azzorre"),
    "MD": Say("Madeira", "Madeira"),
    "JM": Say("Jungholz, Mittelberg", "Jungholz, Mittelberg"),
}


def may_write(ctx: Context) -> bool:
    """Whether the reader may change anything here."""
    return ctx.actor.kind == "system" or WRITE in ctx.actor.permissions


def country_named(code: str) -> Say:
    """A country in both languages."""
    if code == "XI":
        return Say("Northern Ireland", "Irlanda del Nord")
    return Say(*(_territories(language).get(code, code) for language in ("en", "it")))


def _territories(language: str) -> Mapping[str, str]:
    names: Mapping[str, str] = Locale(language).territories  # pyright: ignore[reportUnknownMemberType]
    return names


def level_named(level: str) -> Say:
    """A level in both languages."""
    return Say(str(LEVEL_NAMES["en"][level]), str(LEVEL_NAMES["it"][level]))


def rate_text(rate: Rate | None) -> str:
    """13.5 %, or a dash."""
    return "–" if rate is None else f"{percent(rate.rate)} %"
