"""Documents by their hash: those registered for an API, and those clients have sent since it serves."""

from collections import OrderedDict
from collections.abc import Iterator, Mapping

from vetrina.graphql.errors import Refused
from vetrina.graphql.requests import Said
from vetrina.kernel.documents import hash_of

MOST_BYTES = 8_000_000
"""Of texts that clients have sent, kept under their hashes; the one asked for longest ago goes first."""
PREFIX = "sha256:"


class Persisted:
    """The texts that may be asked for by a hash. `is_closed` answers registered documents and nothing else."""

    def __init__(self, registered: Mapping[str, str], *, is_closed: bool) -> None:
        self._registered = dict(registered)
        self._texts = frozenset(registered.values())
        self._is_closed = is_closed
        self._sent: OrderedDict[str, str] = OrderedDict()
        self._bytes = 0

    def __iter__(self) -> Iterator[str]:
        """The registered texts."""
        return iter(self._registered.values())

    def is_registered(self, text: str) -> bool:
        return text in self._texts

    def text_of(self, said: Said) -> str:
        """The text a request asks for. Raises Refused when there is none, or when it is not for this API."""
        named = _hash_in(said)
        if said.query:
            if named is not None and named != hash_of(said.query):
                raise Refused("BAD_REQUEST", "provided sha does not match query")
            if self._is_closed and not self.is_registered(said.query):
                raise Refused("FORBIDDEN", "Only registered documents are answered.", 403, reason="NOT_REGISTERED")
            return said.query
        if named is None:
            raise Refused("BAD_REQUEST", "query is the text of a GraphQL document.")
        text = self._registered.get(named) or self._sent.get(named)
        if text is None:
            # Clients compare this text, letter by letter, and then send the document.
            raise Refused("PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound")
        if named in self._sent:
            self._sent.move_to_end(named)
        return text

    def remember(self, said: Said) -> None:
        """Keep a text that came with its hash, once it has proved to be a valid document."""
        if said.query is None or said.extensions is None or said.extensions.persisted is None:
            return
        key = said.extensions.persisted.hash
        if key in self._registered or key in self._sent:
            return
        self._sent[key] = said.query
        self._bytes += len(said.query)
        while self._bytes > MOST_BYTES:
            _, oldest = self._sent.popitem(last=False)
            self._bytes -= len(oldest)


def _hash_in(said: Said) -> str | None:
    if said.document_id:
        return said.document_id.removeprefix(PREFIX)
    persisted = said.extensions.persisted if said.extensions else None
    if persisted is None:
        return None
    if persisted.version != 1:
        raise Refused("BAD_REQUEST", "Unsupported persisted query version")
    return persisted.hash
