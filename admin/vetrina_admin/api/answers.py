"""What a mutation answers: its object, or the errors that say what to change."""

import dataclasses
from collections.abc import Awaitable, Mapping
from typing import Any, TypeVar

import msgspec
import strawberry
from strawberry.utils.str_converters import to_camel_case

from vetrina.kernel.errors import NotAllowed, NotSignedIn, Refusal
from vetrina.plugin.desk import SettingsRefused

Payload = TypeVar("Payload")


@strawberry.type(description="Why a mutation changed nothing: a stable code, and where and what for people.")
class UserError:
    code: str
    field: list[str] | None
    message: str


class UserErrorRow(msgspec.Struct, frozen=True):
    code: str
    field: list[str] | None
    message: str


async def answer(
    payload: type[Payload], change: Awaitable[Mapping[str, Any]], *, within: tuple[str, ...] = (), below: int = 0
) -> Payload:
    """Await the change and answer with its fields; a refusal becomes a user error and leaves them null.

    `within` is the argument that holds the input, put before the refusal's path; `below` is how many parts of that
    path the wire does not have. A missing permission is no user error: it fails the field.
    """
    try:
        fields, errors = dict(await change), list[UserErrorRow]()
    except (NotAllowed, NotSignedIn):
        raise
    except Refusal as refusal:
        fields, errors = {}, _user_errors(refusal, within, below)
    names = [field.name for field in dataclasses.fields(payload)]  # pyright: ignore[reportArgumentType]
    return payload(**{name: errors if name == "user_errors" else fields.get(name) for name in names})


def _user_errors(refusal: Refusal, within: tuple[str, ...], below: int) -> list[UserErrorRow]:
    """One, or as many as there are problems with settings; those are named as the plugin's schema names them."""
    if isinstance(refusal, SettingsRefused):
        return [
            UserErrorRow(refusal.code, ["settings", *problem.field], problem.message) for problem in refusal.problems
        ]
    path = None if refusal.field is None else [*within, *(to_camel_case(part) for part in refusal.field[below:])]
    return [UserErrorRow(refusal.code, path, refusal.message)]
