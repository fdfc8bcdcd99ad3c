"""Whether somebody cannot order: countries without a zone, methods without a price, points that cannot be found."""

from vetrina.kernel.errors import Refusal
from vetrina.plugin import Context
from vetrina.views.markets import atlas
from vetrina_shipping.rules.deciding import is_country_served
from vetrina_shipping.views import read_book

MOST_NAMED = 20


class CountriesUnserved(Refusal):
    """Sold to, and not delivered to."""

    code = "COUNTRIES_UNSERVED"
    text = "Nobody delivers to {countries}, which the shop sells to. Add them to a zone, or take them off their market."
    texts = {
        "it": "Nessuno consegna in {countries}, dove il negozio vende. Aggiungi questi paesi a una zona, o toglili "
        "dal loro mercato.",
    }


class MethodsWithoutPrice(Refusal):
    """They are never offered to whoever pays in the market's currency."""

    code = "METHODS_WITHOUT_PRICE"
    text = "These methods have no price in a currency that their zone's market sells in: {methods}."
    texts = {
        "it": "Questi metodi non hanno un prezzo in una valuta in cui vende il mercato della loro zona: {methods}."
    }


class PointsUnplaced(Refusal):
    """Nobody can tell how near they are."""

    code = "POINTS_UNPLACED"
    text = "These pickup points have no coordinates: {points}. Without them they are sorted by postal code alone."
    texts = {
        "it": "Questi punti di ritiro non hanno coordinate: {points}. Senza, vengono ordinati solo per codice postale."
    }


async def check_markets(ctx: Context) -> None:
    """Raises CountriesUnserved."""
    book, known = await read_book(ctx.db), await atlas(ctx.db)
    unserved = sorted({country for country, _ in known.countries if not is_country_served(book, country)})
    if unserved:
        raise CountriesUnserved(countries=", ".join(unserved[:MOST_NAMED]))


async def check_methods(ctx: Context) -> None:
    """Raises MethodsWithoutPrice."""
    book, known = await read_book(ctx.db), await atlas(ctx.db)
    poor = list[str]()
    for zone in book.zones:
        named = {area.country for area in zone.areas}
        sold = {
            market.currency
            for country, market_id in known.countries
            for market in known.markets
            if market.id == market_id and country in named
        }
        poor += [
            f"{zone.name}: {method.handle}"
            for method in zone.methods
            if zone.is_active and method.is_active and not sold <= method.tables.keys()
        ]
    if poor:
        raise MethodsWithoutPrice(methods=", ".join(poor[:MOST_NAMED]))


async def check_points(ctx: Context) -> None:
    """Raises PointsUnplaced."""
    book = await read_book(ctx.db)
    lost = [entry.point.id for entry in book.points if entry.is_active and entry.point.latitude is None]
    if lost:
        raise PointsUnplaced(points=", ".join(lost[:MOST_NAMED]))
