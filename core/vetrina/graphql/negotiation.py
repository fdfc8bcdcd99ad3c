"""Media types: which of our two a client takes, and whether what it sends is JSON; each header is read once."""

from functools import lru_cache

GRAPHQL_JSON = "application/graphql-response+json"
JSON = "application/json"

MOST_HEADERS = 256
"""Different values of a header that are remembered: clients have few."""


@lru_cache(MOST_HEADERS)
def negotiate(accept: str | None) -> str | None:
    """Which of our two media types a client prefers; None when it takes neither. JSON where it does not care."""
    if not accept:
        return JSON
    weights: dict[str, float] = {}
    for part in accept.lower().split(","):
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
def unread(content_type: str) -> str | None:
    """Why a body of this type is not read; None when it is."""
    name, _, parameters = content_type.lower().partition(";")
    if name.strip() != JSON:
        return f"Send the request as {JSON}."
    charset = parameters.partition("charset=")[2].split(";")[0].strip(' "')
    return None if charset in ("", "utf-8", "utf8") else "Send the request in UTF-8."
