"""What the catalogue's pages share: where a product is, the countries to choose from, what may be looked up."""

from urllib.parse import quote

from vetrina.plugin.pages.amounts import country_name
from vetrina_storefront.pages.visits import Visit


def product_path(handle: str) -> str:
    """Where a product's page is."""
    return f"/products/{quote(handle, safe='')}"


def countries_of(visit: Visit) -> list[tuple[str, str, str]]:
    """Code, name and currency of every country the shop sells to, by name."""
    currencies = {market.id: market.currency for market in visit.atlas.markets}
    countries = [
        (code, country_name(code, visit.language), currencies[market_id]) for code, market_id in visit.atlas.countries
    ]
    return sorted(countries, key=lambda entry: entry[1])


def is_text(value: str) -> bool:
    """Whether the database can compare it with anything."""
    return len(value) <= 255 and "\0" not in value and value.isprintable()
