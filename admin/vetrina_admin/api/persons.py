"""A person's rights: what is held about him, and forgetting him."""

from collections.abc import Mapping
from typing import Any

import msgspec
import strawberry

from vetrina.graphql import Info, UserError, answer, ctx_of, root
from vetrina.graphql.scalars import JSON, DateTime
from vetrina.kernel.context import Context
from vetrina.plugin import desk
from vetrina.plugin.desk import ErasureCard, PersonExport
from vetrina.plugin.words import said
from vetrina.views.persons import ErasurePartRow
from vetrina_admin.api.desk import site_of
from vetrina_admin.api.plugin_types import language_of


@strawberry.type(description="What one plugin holds about a person; without values it failed.")
class PersonPart:
    plugin: str
    name: str
    holds: str
    values: JSON | None
    problem: str


@strawberry.type(description="All that is held about a person. Whoever could not be asked is named.")
class Person:
    email: str
    is_complete: bool = strawberry.field(description="Whether everybody was asked and answered.")
    core: JSON
    plugins: list[PersonPart]
    not_asked: list[str] = strawberry.field(description="Plugins that are not in and whose tables stand.")


@strawberry.type(description="What one owner, core or a plugin, has forgotten of a person, and what it keeps.")
class PersonErasurePart:
    owner: str
    name: str
    rows: int
    kept: str = strawberry.field(description="What stays and the law that says so.")
    done_at: DateTime | None
    error: str | None


@strawberry.type(description="When a person was forgotten. It says that and when, not who.")
class PersonErasure:
    asked_at: DateTime
    asked_by: str
    is_done: bool
    parts: list[PersonErasurePart]


@strawberry.type(description="How far it is: the core is done, plugins follow, each until it has forgotten.")
class PersonErasePayload:
    erasure: PersonErasure | None
    user_errors: list[UserError]


class PartRow(msgspec.Struct, frozen=True):
    plugin: str
    name: str
    holds: str
    values: Mapping[str, Any] | None
    problem: str


class PersonRow(msgspec.Struct, frozen=True):
    email: str
    is_complete: bool
    core: Mapping[str, Any]
    plugins: tuple[PartRow, ...]
    not_asked: tuple[str, ...]


class ErasureRow(msgspec.Struct, frozen=True):
    asked_at: Any
    asked_by: str
    is_done: bool
    parts: tuple[ErasurePartRow, ...]


@strawberry.type
class PersonQuery:
    @root(
        permission="customers.read",
        description="All that the shop and its plugins hold under an e-mail address (Art. 15 and 20 GDPR).",
    )
    async def person_export(self, info: Info, email: str, language: str | None = None) -> Person:
        export = await desk.export_person(site_of(info), ctx_of(info), email)
        found: Any = _person(export, language_of(language))
        return found

    @root(permission="customers.read", description="When whoever has this address was forgotten, the latest first.")
    async def person_erasures(self, info: Info, email: str) -> list[PersonErasure]:
        found: Any = [_erasure(card) for card in await desk.erasures_of(ctx_of(info), email)]
        return found


@strawberry.type
class PersonMutation:
    @root(
        permission="customers.write",
        description="Forget a person (Art. 17 GDPR); confirmation is the address once more. It cannot be undone.",
    )
    async def person_erase(self, info: Info, email: str, confirmation: str) -> PersonErasePayload:
        async def change(ctx: Context) -> Mapping[str, Any]:
            return {"erasure": _erasure(await desk.erase_person(site_of(info), ctx, email, confirmation))}

        return await answer(PersonErasePayload, change(ctx_of(info)))


def _person(export: PersonExport, language: str) -> PersonRow:
    parts = tuple(
        PartRow(part.owner, part.name, said(part.holds, language), part.values, part.problem) for part in export.plugins
    )
    return PersonRow(export.email, export.is_complete, export.core, parts, export.not_asked)


def _erasure(card: ErasureCard) -> ErasureRow:
    return ErasureRow(card.asked_at, card.asked_by, card.is_done, card.parts)
