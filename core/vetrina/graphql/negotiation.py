"""Media types: which of our two a client takes, and whether what it sends is JSON; each header is read once."""

from functools import lru_cache
from typing import Literal

from vetrina.graphql.errors import Refused

GRAPHQL_JSON = "application/graphql-response+json"
JSON = "application/json"

MULTIPART = "multipart/mixed"
EVENT_STREAM = "text/event-stream"

Parting = Literal["path", "id"]
"""How an answer in parts names them: by path, as most clients read it, or by id, as graphql-js 17 writes it."""
INCREMENTAL: dict[Parting, str] = {"path": "deferSpec=20220824", "id": "incrementalSpec=v0.2"}
"""The parameter of multipart/mixed by which clients ask for it."""

MOST_HEADERS = 256
"""Different values of a header that are remembered: clients have few."""


@lru_cache(MOST_HEADERS)
def negotiate(accept: bytes | None) -> str | None:
    """Which of our media types a client prefers; None when it takes none. JSON where it does not care.

    Events only where it takes nothing else. Who takes an answer in parts is taken to accept one in one piece as well.
    """
    if not accept:
        return JSON
    weights: dict[str, float] = {}
    for name, _, quality in _ranges(accept):
        weights[name] = quality
    fallback = max(weights.get("application/*", 0.0), weights.get("*/*", 0.0))
    plain, graphql = weights.get(JSON, fallback), weights.get(GRAPHQL_JSON, fallback)
    if plain <= 0 and graphql <= 0:
        if weights.get(MULTIPART, 0.0) > 0:
            return JSON
        return EVENT_STREAM if weights.get(EVENT_STREAM, 0.0) > 0 else None
    return GRAPHQL_JSON if graphql > plain or (graphql == plain and GRAPHQL_JSON in weights) else JSON


@lru_cache(MOST_HEADERS)
def takes_events(accept: bytes | None) -> bool:
    """Whether a client says that it takes a stream of events."""
    return any(name == EVENT_STREAM and quality > 0 for name, _, quality in _ranges(accept or b""))


@lru_cache(MOST_HEADERS)
def parting(accept: bytes | None) -> Parting | None:
    """How a client takes an answer in parts; None when it does not."""
    found: Parting | None = None
    for name, parameters, quality in _ranges(accept or b""):
        if name == MULTIPART and quality > 0:
            wanted: Parting = "id" if any(one.startswith("incrementalspec=") for one in parameters) else "path"
            found = found or wanted
    return found


def _ranges(accept: bytes) -> list[tuple[str, list[str], float]]:
    """What an Accept header names: each type with its parameters and its weight, all in lower case."""
    found: list[tuple[str, list[str], float]] = []
    for part in accept.decode("latin-1").lower().split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        quality = next((piece[2:] for piece in parameters if piece.startswith("q=")), "1")
        try:
            found.append((name, parameters, float(quality)))
        except ValueError:
            found.append((name, parameters, 0.0))
    return found


@lru_cache(MOST_HEADERS)
def check_type(content_type: bytes | None) -> None:
    """Raises Refused unless a body of this type is JSON in UTF-8."""
    name, _, parameters = (content_type or b"").decode("latin-1").lower().partition(";")
    if name.strip() != JSON:
        raise Refused("BAD_REQUEST", f"Send the request as {JSON}.", 415)
    charset = parameters.partition("charset=")[2].split(";")[0].strip(' "')
    if charset not in ("", "utf-8", "utf8"):
        raise Refused("BAD_REQUEST", "Send the request in UTF-8.", 415)
