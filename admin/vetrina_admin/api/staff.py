"""People who work here, and where they have signed in: list, enrol, change, give a password, end sessions."""

from collections.abc import Mapping
from typing import Any

import strawberry

from vetrina.flows.staff.members import MemberChange, change_member, enrol_member, set_password
from vetrina.flows.staff.sessions import end_session
from vetrina.graphql import (
    IdArgument,
    Info,
    PageInfo,
    UserError,
    answer,
    connect_page,
    ctx_of,
    forward,
    id_field,
    int_key_of,
    newest_first,
    root,
    write_cursor,
)
from vetrina.graphql.scalars import DateTime
from vetrina.kernel.context import Context
from vetrina.views.staff_members import staff_member, staff_members, staff_sessions


@strawberry.type(description="A person who may sign in to the admin.")
class StaffMember:
    id: strawberry.ID = id_field("StaffMember")
    email: str
    name: str
    permissions: list[str]
    is_active: bool
    has_password: bool = strawberry.field(description="Whether the person can sign in at all.")
    created_at: DateTime
    seen_at: DateTime | None = strawberry.field(description="When the admin was last used, to a few minutes.")


@strawberry.type(description="A person and the place in a connection.")
class StaffMemberEdge:
    cursor: str
    node: StaffMember


@strawberry.type(description="A page of people.")
class StaffMemberConnection:
    edges: list[StaffMemberEdge]
    nodes: list[StaffMember]
    page_info: PageInfo


@strawberry.type(description="A browser somebody has signed in with.")
class StaffSession:
    id: strawberry.ID = id_field("StaffSession")
    created_at: DateTime
    seen_at: DateTime
    expires_at: DateTime
    address: str
    user_agent: str


@strawberry.type(description="A session and its place in a connection.")
class StaffSessionEdge:
    cursor: str
    node: StaffSession


@strawberry.type(description="A page of sessions.")
class StaffSessionConnection:
    edges: list[StaffSessionEdge]
    nodes: list[StaffSession]
    page_info: PageInfo


@strawberry.input(description="A person to enrol. Nobody grants what he lacks.")
class StaffMemberCreateInput:
    email: str
    name: str
    permissions: list[str]
    password: str | None = strawberry.field(
        default=None, description="At least 12 characters; without one nobody can sign in as this person yet."
    )


@strawberry.input(description="What is to be different about a person; what is left out stays.")
class StaffMemberUpdateInput:
    id: strawberry.ID
    name: str | None = None
    permissions: list[str] | None = None
    is_active: bool | None = None


@strawberry.type(description="The person as he is now.")
class StaffMemberPayload:
    member: StaffMember | None
    user_errors: list[UserError]


@strawberry.type(description="Whether the session has ended by this.")
class StaffSessionEndPayload:
    ended_session_id: strawberry.ID | None
    user_errors: list[UserError]


@strawberry.type
class StaffQuery:
    @root(permission="staff.read", description="People in the order in which they were enrolled.")
    async def staff_members(
        self, info: Info, first: int | None = None, after: str | None = None
    ) -> StaffMemberConnection:
        page = forward(first, after, int)
        rows = await staff_members(ctx_of(info).db, size=page.size + 1, above=page.after[0] if page.after else 0)
        found: Any = connect_page(rows, page, lambda row: write_cursor(row.id))
        return found

    @root(permission="staff.read", description="Sessions that stand, the newest first: everybody's, or one person's.")
    async def staff_sessions(
        self, info: Info, member_id: strawberry.ID | None = None, first: int | None = None, after: str | None = None
    ) -> StaffSessionConnection:
        ctx, page = ctx_of(info), forward(first, after, int)
        key = int_key_of(member_id, "StaffMember", field=("memberId",)) if member_id is not None else None
        below = page.after[0] if page.after else None
        rows = await staff_sessions(ctx.db, now=ctx.now(), size=page.size + 1, member_id=key, below=below)
        found: Any = newest_first(rows, page)
        return found


def staff_mutation(known: Mapping[str, str]) -> type[Any]:
    """Mutations over the permissions of this Runtime: the core's and its plugins'."""

    @strawberry.type
    class StaffMutation:
        @root(permission="staff.write", description="Enrol a person.")
        async def staff_member_create(self, info: Info, input: StaffMemberCreateInput) -> StaffMemberPayload:  # noqa: A002
            async def change(ctx: Context) -> Mapping[str, Any]:
                key = await enrol_member(ctx, input.email, input.name, input.permissions, input.password, known=known)
                return await _member(ctx, key)

            return await answer(StaffMemberPayload, change(ctx_of(info)), within=("input",))

        @root(permission="staff.write", description="Change a person; deactivating one ends the sessions.")
        async def staff_member_update(self, info: Info, input: StaffMemberUpdateInput) -> StaffMemberPayload:  # noqa: A002
            async def change(ctx: Context) -> Mapping[str, Any]:
                key = int_key_of(input.id, "StaffMember", field=("id",))
                given = {name: value for name, value in vars(input).items() if name != "id" and value is not None}
                await change_member(ctx, key, MemberChange(**given), known=known)
                return await _member(ctx, key)

            return await answer(StaffMemberPayload, change(ctx_of(info)), within=("input",))

        @root(permission="staff.write", description="Give somebody else a password; it ends the sessions.")
        async def staff_member_set_password(
            self, info: Info, member_id: IdArgument, password: str
        ) -> StaffMemberPayload:
            async def change(ctx: Context) -> Mapping[str, Any]:
                key = int_key_of(member_id, "StaffMember", field=("id",))
                await set_password(ctx, key, password)
                return await _member(ctx, key)

            return await answer(StaffMemberPayload, change(ctx_of(info)))

        @root(permission="staff.write", description="End a session at once.")
        async def staff_session_end(self, info: Info, session_id: IdArgument) -> StaffSessionEndPayload:
            async def change(ctx: Context) -> Mapping[str, Any]:
                await end_session(ctx, int_key_of(session_id, "StaffSession", field=("id",)))
                return {"ended_session_id": session_id}

            return await answer(StaffSessionEndPayload, change(ctx_of(info)))

    return StaffMutation


async def _member(ctx: Context, key: int) -> Mapping[str, Any]:
    return {"member": await staff_member(ctx.db, key)}
