"""What a mutation answers: its object, or the errors that say what to change; one type of them for everybody."""

import dataclasses
from collections.abc import Awaitable, Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, TypeVar

import msgspec
import strawberry
from strawberry.utils.str_converters import to_camel_case

from vetrina.kernel.errors import NotAllowed, NotSignedIn, Refusal

Payload = TypeVar("Payload")
NOTHING_ELSE: Mapping[str, str] = MappingProxyType({})
"""Everything is called on the wire what it is called within."""


@strawberry.type(description="Why a mutation changed nothing: a stable code, and where and what for people.")
class UserError:
    code: str
    field: list[str] | None
    message: str


class UserErrorRow(msgspec.Struct, frozen=True):
    """What UserError is read from."""

    code: str
    field: list[str] | None
    message: str


def user_errors(
    refusal: Refusal, *, within: tuple[str, ...] = (), below: int = 0, called: Mapping[str, str] = NOTHING_ELSE
) -> list[UserErrorRow]:
    """A refusal on the wire. `within`, `below` and `called` as in `answer`."""
    path = None if refusal.field is None else [*within, *_on_the_wire(refusal.field[below:], called)]
    return [UserErrorRow(refusal.code, path, refusal.message)]


def _on_the_wire(path: Sequence[str], called: Mapping[str, str]) -> list[str]:
    first = [called.get(part, to_camel_case(part)) for part in path[:1]]
    return [*first, *(to_camel_case(part) for part in path[1:])]


async def answer(
    payload: type[Payload],
    change: Awaitable[Mapping[str, Any]],
    *,
    within: tuple[str, ...] = (),
    below: int = 0,
    called: Mapping[str, str] = NOTHING_ELSE,
    told: Callable[[Refusal], list[UserErrorRow]] | None = None,
) -> Payload:
    """Await the change and answer with its fields; a refusal becomes a user error and leaves them null.

    `payload` has a field `user_errors: list[UserError]`; what `change` answers has the names of the others.
    `within` is the argument that holds the input, put before the refusal's path; `below` is how many parts of that
    path the wire does not have; `called` is what the first of the others is on the wire, where that is another word.
    `told`, if given, makes the errors instead. A missing permission is no user error: it fails the field.
    """
    try:
        fields, errors = dict(await change), list[UserErrorRow]()
    except (NotAllowed, NotSignedIn):
        raise
    except Refusal as refusal:
        fields = {}
        errors = told(refusal) if told else user_errors(refusal, within=within, below=below, called=called)
    names = [field.name for field in dataclasses.fields(payload)]  # pyright: ignore[reportArgumentType]
    return payload(**{name: errors if name == "user_errors" else fields.get(name) for name in names})
