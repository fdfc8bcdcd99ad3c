"""Where the demo's goods lie: a warehouse in Turin, and a shop in Milan that holds some of them, one of them alone."""

from vetrina.flows.locations import LocationInput, create_location, update_location
from vetrina.flows.stock import move_stock
from vetrina.kernel.context import Context
from vetrina.views.catalog.bundles import variants_called
from vetrina.views.stock import locations, stock_levels
from vetrina.vocabulary import Address

TURIN = LocationInput(
    name="Magazzino Torino",
    address=Address(
        company="Bottega Vetrina srl", address1="Via Garibaldi 12", zip="10122", city="Torino", province="TO",
        country="IT", phone="+39011555010",
    ),
    latitude="45.0730",
    longitude="7.6800",
)  # fmt: skip
MILAN = LocationInput(
    name="Bottega Milano",
    address=Address(
        company="Bottega Vetrina srl", address1="Corso Garibaldi 42", zip="20121", city="Milano", province="MI",
        country="IT", phone="+39025550142",
    ),
    latitude="45.4753",
    longitude="9.1840",
)  # fmt: skip
ONLY_THERE = "VIN-TRA-12"
"""What lies in Milan alone: who buys it with something else is sent two parcels."""
THERE_TOO = ("OIL-LEM-250",)
PIECES = 8


async def open_places(ctx: Context) -> None:
    """Give the first location its address, open the second one, and carry goods there."""
    turin = (await locations(ctx.db))[0].id
    await update_location(ctx, turin, TURIN)
    milan = await create_location(ctx, MILAN)
    called = await variants_called(ctx.db, (ONLY_THERE, *THERE_TOO))
    known = {sku: found[0] for sku, found in called.items() if found}
    free = {each.variant_id: each.free for each in await stock_levels(ctx.db, list(known.values()))}
    for sku, variant in known.items():
        pieces = free.get(variant, 0) if sku == ONLY_THERE else min(PIECES, free.get(variant, 0) - 1)
        if pieces > 0:
            await move_stock(ctx, variant_id=variant, source_id=turin, target_id=milan, quantity=pieces)
