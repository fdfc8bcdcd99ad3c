"""Media types: which of our two a client takes, and whether what it sends is JSON; each header is read once."""

from functools import lru_cache

from vetrina.graphql.errors import Refused

GRAPHQL_JSON = "application/graphql-response+json"
JSON = "application/json"

MOST_HEADERS = 256
"""Different values of a header that are remembered: clients have few."""


@lru_cache(MOST_HEADERS)
def negotiate(accept: bytes | None) -> str | None:
    """Which of our two media types a client prefers; None when it takes neither. JSON where it does not care."""
    if not accept:
        return JSON
    weights: dict[str, float] = {}
    for part in accept.decode("latin-1").lower().split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        quality = next((piece[2:] for piece in parameters if piece.startswith("q=")), "1")
        try:
            weights[name] = float(quality)
        except ValueError:
            weights[name] = 0.0
    fallback = max(weights.get("application/*", 0.0), weights.get("*/*", 0.0))
    plain, graphql = weights.get(JSON, fallback), weights.get(GRAPHQL_JSON, fallback)
    if plain <= 0 and graphql <= 0:
        return None
    return GRAPHQL_JSON if graphql > plain or (graphql == plain and GRAPHQL_JSON in weights) else JSON


@lru_cache(MOST_HEADERS)
def check_type(content_type: bytes | None) -> None:
    """Raises Refused unless a body of this type is JSON in UTF-8."""
    name, _, parameters = (content_type or b"").decode("latin-1").lower().partition(";")
    if name.strip() != JSON:
        raise Refused("BAD_REQUEST", f"Send the request as {JSON}.", 415)
    charset = parameters.partition("charset=")[2].split(";")[0].strip(' "')
    if charset not in ("", "utf-8", "utf8"):
        raise Refused("BAD_REQUEST", "Send the request in UTF-8.", 415)
