"""What lists and mutations answer: pages, and the object of a change or the errors that say what to change."""

import dataclasses
from collections.abc import Awaitable, Mapping, Sequence
from typing import Annotated, Any, Protocol, TypeVar

import msgspec
import strawberry
from strawberry.utils.str_converters import to_camel_case

from vetrina.graphql import Connection, Info, PageArgs, batch, connect_page, gid, page_args, write_cursor
from vetrina.kernel.errors import BadInput, NotAllowed, NotSignedIn, Refusal

Payload = TypeVar("Payload")
KeyedRow = TypeVar("KeyedRow", bound="Keyed")
ENDPOINT, DELIVERY = "WebhooksEndpoint", "WebhooksDelivery"

IdArgument = Annotated[strawberry.ID, strawberry.argument(name="id")]
"""An argument that is called id on the wire."""


class Keyed(Protocol):
    """A row with a key."""

    @property
    def id(self) -> int: ...


@strawberry.type(description="Why a mutation changed nothing: a stable code, and where and what for people.")
class WebhooksUserError:
    code: str
    field: list[str] | None
    message: str


class UserErrorRow(msgspec.Struct, frozen=True):
    code: str
    field: list[str] | None
    message: str


async def answer(payload: type[Payload], change: Awaitable[Mapping[str, Any]], *within: str) -> Payload:
    """Await the change and answer with its fields; a refusal becomes a user error and leaves them null.

    `within` is the argument that holds the input. A missing permission is no user error: it fails the field.
    """
    try:
        fields, errors = dict(await change), list[UserErrorRow]()
    except (NotAllowed, NotSignedIn):
        raise
    except Refusal as refusal:
        path = None if refusal.field is None else [*within, *(to_camel_case(part) for part in refusal.field)]
        fields, errors = {}, [UserErrorRow(refusal.code, path, refusal.message)]
    names = [field.name for field in dataclasses.fields(payload)]  # pyright: ignore[reportArgumentType]
    return payload(**{name: errors if name == "user_errors" else fields.get(name) for name in names})


def id_field(type_name: str) -> Any:
    """The field `id` of a type whose rows have a numeric key."""

    async def load_ids(rows: Sequence[Keyed], info: Info) -> list[str]:
        return [gid(type_name, row.id) for row in rows]

    return batch(load_ids)


def forward(first: int | None, after: str | None) -> tuple[PageArgs, int | None]:
    """The arguments of a list read by falling ids; below which one to go on. Raises BadInput."""
    page = page_args(first, None, after, None)
    if page.after is None:
        return page, None
    match page.after:
        case (int() as below,) if 0 <= below < 2**63:
            return page, below
        case _:
            raise BadInput(field=("after",), problem="This is not a cursor of this connection.")


def newest_first(rows: Sequence[KeyedRow], page: PageArgs) -> Connection[KeyedRow]:
    """A connection of rows read by falling ids, one row too many."""
    return connect_page(rows, page, lambda row: write_cursor(row.id))
