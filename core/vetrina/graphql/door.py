"""An API and the door behind which it is served: what it is made of, and what it remembers between requests."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

import msgspec
import structlog
from graphql import OperationDefinitionNode

from vetrina.graphql.errors import Refused
from vetrina.graphql.kept import KeptAnswers
from vetrina.graphql.operations import Operation, Operations
from vetrina.graphql.pacing import Bucket, Pace
from vetrina.graphql.persisted import Persisted
from vetrina.graphql.repeats import OwnerOf, owner_by_actor
from vetrina.graphql.requests import Headers
from vetrina.graphql.schema import ComposedSchema
from vetrina.graphql.watching import Watcher
from vetrina.kernel.context import Context

log = structlog.get_logger(__name__)

DOOR = "graphql"
"""Under which a route handler's `opt` holds the door behind it."""


class Question(msgspec.Struct, frozen=True):
    """What a request asks, before anything has run."""

    text: str
    name: str | None
    operation: Operation
    variables: Mapping[str, Any]
    trail: str


class Sharing(msgspec.Struct, frozen=True):
    """How answers that are everybody's are kept, and how long others may keep them."""

    version: Callable[[], int | None]
    """See `Database.shared_version`."""
    capacity: int
    """Bytes; with 0 nothing is kept here."""
    max_age: float
    """Seconds an answer is kept here, if nothing changes."""
    public_max_age: int
    """Seconds browsers and proxies may keep an answer that was asked for by GET."""
    is_anybodys: Callable[[OperationDefinitionNode], bool]
    """Whether an operation says nothing about who is asking."""


class Endpoint(msgspec.Struct, frozen=True):
    """One GraphQL API.

    `admit` runs before the body is read and may refuse, without one everybody is admitted; what it returns is handed to
    `make_context`, which gives the operation its Context. `page` is the explorer's HTML for browsers, or None.
    """

    schema: ComposedSchema
    admit: Callable[[Headers], Awaitable[Any]] | None
    make_context: Callable[[Any, Headers, Question], Awaitable[Context]]
    draw_trail: Callable[[], str]
    owner_of: OwnerOf = owner_by_actor
    """Whose an Idempotency-Key is that comes with a mutation."""
    page: bytes | None = None
    is_open_to_browsers: bool = False
    """Whether pages of other origins may call it: the storefront yes, without credentials; the admin no."""
    documents: Mapping[str, str] | None = None
    """Registered documents by their hash; None for an API that knows documents by their text alone."""
    is_closed: bool = False
    """Whether registered documents are all that is answered."""
    pace: Pace | None = None
    """How fast it takes documents that it has not seen before."""
    sharing: Sharing | None = None


class Door:
    """An endpoint at work: what it remembers from one request to the next."""

    def __init__(self, endpoint: Endpoint) -> None:
        sharing = endpoint.sharing
        self.endpoint = endpoint
        self.operations = Operations(endpoint.schema)
        self.persisted = Persisted(endpoint.documents or {}, is_closed=endpoint.is_closed)
        self.watcher = Watcher()
        self.bucket = Bucket(endpoint.pace) if endpoint.pace else None
        self.kept = (
            KeptAnswers(sharing.version, sharing.capacity, sharing.max_age) if sharing and sharing.capacity else None
        )

    @property
    def takes_documents(self) -> bool:
        return self.endpoint.documents is not None

    def close(self) -> None:
        """End what lasts: another Runtime takes over, or the shop stops."""
        self.watcher.close()

    def warm(self) -> None:
        """Compile the registered documents, so that nobody waits for it. What fails is logged, and left to requests."""
        for text in self.persisted:
            problems = self.problems(text)
            if problems:
                log.warning("registered document not compiled", problems=problems, begins=text[:80])

    def problems(self, text: str) -> list[str]:
        """Why a document cannot be registered: each error; it must hold one operation, and no more."""
        try:
            operation = self.operations.prepare(text, None)
            if operation.errors:
                return [error.message for error in operation.errors]
            operation.warm()
            if operation.node.name is not None:
                self.operations.prepare(text, operation.node.name.value).warm()
        except Refused as refusal:
            return [str(refusal)]
        return []


def doors(routes: Iterable[Any]) -> list[Door]:
    """The doors behind those of these route handlers that `handler` made."""
    return [route.opt[DOOR] for route in routes if DOOR in getattr(route, "opt", {})]
