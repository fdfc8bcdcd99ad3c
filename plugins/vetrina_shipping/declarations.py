"""What the plugin declares: whether everybody can be delivered to, the sizes of pieces, rows for the demo."""

from vetrina.plugin import DemoRows, HealthCheck, MetafieldDefinition, Say
from vetrina.plugin.declarations import Declaration
from vetrina_shipping.demo import show_off
from vetrina_shipping.health import check_markets, check_methods, check_points

_SIDES = {"length": Say("Length", it="Lunghezza"), "width": Say("Width", it="Larghezza"),
          "height": Say("Height", it="Altezza")}  # fmt: skip


def declarations() -> list[Declaration]:
    """Three checks, three sizes, rows for the demo."""
    return [
        HealthCheck(
            "markets", Say("Every country that is sold to has a zone", it="Ogni paese servito ha una zona"),
            check_markets,
        ),
        HealthCheck("methods", Say("Methods have a price", it="I metodi hanno un prezzo"), check_methods),
        HealthCheck(
            "points", Say("Pickup points can be found", it="I punti di ritiro si trovano"), check_points
        ),
        *(
            MetafieldDefinition(
                "ProductVariant", side, "dimension", name,
                Say("Of the piece as it is packed", it="Del pezzo imballato"),
            )
            for side, name in _SIDES.items()
        ),
        DemoRows(show_off),
    ]  # fmt: skip
