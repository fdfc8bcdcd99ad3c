"""What a request says: its body or its query string, read within limits."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from litestar.types import Receive

from vetrina.graphql.errors import Refused
from vetrina.graphql.limits import LARGEST_BODY

MOST_PARAMETERS = 20

CLIENT = b":client"
"""Under which the address a request came from stands among its headers; no header can have that name."""


class Headers(Mapping[str, str]):
    """A request's headers by their names in lower case, as ASGI has them; each is decoded when it is asked for."""

    def __init__(self, fields: Mapping[bytes, bytes]) -> None:
        self._fields = fields

    def __getitem__(self, name: str) -> str:
        return self._fields[name.encode("latin-1")].decode("latin-1")

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.encode("latin-1") in self._fields

    def __iter__(self) -> Iterator[str]:
        return (name.decode("latin-1") for name in self._fields)

    def __len__(self) -> int:
        return len(self._fields)


class PersistedQuery(msgspec.Struct, frozen=True):
    """A document by its hash, as clients name one that they have sent before."""

    version: int
    hash: str = msgspec.field(name="sha256Hash")


class Extensions(msgspec.Struct, frozen=True):
    """What is read of `extensions`; the rest is others' business."""

    persisted: PersistedQuery | None = msgspec.field(name="persistedQuery", default=None)


class Said(msgspec.Struct, frozen=True):
    """A question as it was sent."""

    query: str | None = None
    document_id: str | None = msgspec.field(name="documentId", default=None)
    operation_name: str | None = msgspec.field(name="operationName", default=None)
    variables: dict[str, Any] | None = None
    extensions: Extensions | None = None


_BODY = msgspec.json.Decoder(Said)
_VARIABLES = msgspec.json.Decoder(dict[str, Any] | None)
_EXTENSIONS = msgspec.json.Decoder(Extensions | None)


async def read_body(receive: Receive, announced: bytes | None) -> bytes:
    """The whole body. Raises Refused for more than is taken, or if the client went away."""
    if announced is not None and (not announced.isdigit() or int(announced) > LARGEST_BODY):
        raise _too_large()
    message = await receive()
    if message["type"] == "http.request" and not message.get("more_body"):
        body = message.get("body", b"")
        if len(body) > LARGEST_BODY:
            raise _too_large()
        return body
    parts = bytearray()
    while message["type"] == "http.request":
        parts += message.get("body", b"")
        if len(parts) > LARGEST_BODY:
            raise _too_large()
        if not message.get("more_body"):
            return bytes(parts)
        message = await receive()
    raise Refused("BAD_REQUEST", "The request broke off.")


def said_in_body(body: bytes) -> Said:
    """Raises Refused unless it is one JSON object with the members of a request."""
    try:
        return _BODY.decode(body)
    except msgspec.ValidationError as error:
        raise Refused("BAD_REQUEST", f"The body is no GraphQL request: {error}") from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Refused("BAD_REQUEST", "The body is not JSON.") from None
    except RecursionError:
        raise Refused("BAD_REQUEST", "The body is nested too deeply.") from None


def said_in_query(query: bytes) -> Said:
    """The same for the parameters of a GET. Raises Refused."""
    try:
        pairs = parse_qsl(
            query.decode("ascii"), keep_blank_values=True, max_num_fields=MOST_PARAMETERS, errors="strict"
        )
        given = dict(pairs)
        return Said(
            query=given.get("query"),
            document_id=given.get("documentId"),
            operation_name=given.get("operationName"),
            variables=_VARIABLES.decode(given.get("variables") or "null"),
            extensions=_EXTENSIONS.decode(given.get("extensions") or "null"),
        )
    except msgspec.ValidationError as error:
        raise Refused("BAD_REQUEST", f"The parameters are no GraphQL request: {error}") from None
    except (msgspec.DecodeError, ValueError):
        raise Refused("BAD_REQUEST", "The parameters cannot be read.") from None
    except RecursionError:
        raise Refused("BAD_REQUEST", "The parameters are nested too deeply.") from None


def _too_large() -> Refused:
    return Refused("LIMIT_EXCEEDED", f"A request has at most {LARGEST_BODY} bytes.", 413)
