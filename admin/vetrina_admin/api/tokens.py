"""Tokens of programs and the permissions they can be granted: list, issue, revoke."""

from collections.abc import Mapping
from typing import Any

import msgspec
import strawberry

from vetrina.flows.staff.tokens import issue_token, revoke_token
from vetrina.graphql import (
    IdArgument,
    Info,
    PageInfo,
    UserError,
    answer,
    ctx_of,
    forward,
    id_field,
    int_key_of,
    newest_first,
    root,
)
from vetrina.graphql.scalars import DateTime
from vetrina.kernel.context import Context
from vetrina.views.staff import staff_token, staff_tokens, token_of_secret


class PermissionRow(msgspec.Struct, frozen=True):
    code: str
    description: str
    is_granted: bool


@strawberry.type(description="Something a token or a person may be allowed to do.")
class Permission:
    code: str
    description: str
    is_granted: bool = strawberry.field(description="Whether the token that asks has it.")


@strawberry.type(description="A bearer token of a program. Its secret was shown once and is kept nowhere.")
class StaffToken:
    id: strawberry.ID = id_field("StaffToken")
    name: str
    permissions: list[str]
    created_at: DateTime
    expires_at: DateTime | None
    revoked_at: DateTime | None


@strawberry.type(description="A token and its place in a connection.")
class StaffTokenEdge:
    cursor: str
    node: StaffToken


@strawberry.type(description="A page of tokens.")
class StaffTokenConnection:
    edges: list[StaffTokenEdge]
    nodes: list[StaffToken]
    page_info: PageInfo


@strawberry.input(description="A token to issue. Nobody grants what he lacks.")
class TokenIssueInput:
    name: str
    permissions: list[str]
    expires_at: DateTime | None = None


@strawberry.type(description="The token and its secret: keep it now, it is not shown again.")
class TokenIssuePayload:
    token: StaffToken | None
    secret: str | None
    user_errors: list[UserError]


@strawberry.type(description="The token as it is now.")
class TokenRevokePayload:
    token: StaffToken | None
    user_errors: list[UserError]


def token_roots(known: Mapping[str, str]) -> tuple[type[Any], type[Any]]:
    """Query and mutation over the permissions of this Runtime: the core's and its plugins'."""

    @strawberry.type
    class TokenQuery:
        @root(permission="tokens.read", description="Tokens of programs, the newest first; ended ones too.")
        async def staff_tokens(
            self, info: Info, first: int | None = None, after: str | None = None
        ) -> StaffTokenConnection:
            page = forward(first, after, int)
            below = page.after[0] if page.after else None
            found: Any = newest_first(await staff_tokens(ctx_of(info).db, size=page.size + 1, below=below), page)
            return found

        @root(permission="tokens.read", description="Every permission there is, plugins' included.")
        async def permissions(self, info: Info) -> list[Permission]:
            own = ctx_of(info).actor.permissions
            found: Any = [PermissionRow(code, sentence, code in own) for code, sentence in sorted(known.items())]
            return found

    @strawberry.type
    class TokenMutation:
        @root(permission="tokens.write", description="Issue a token; its secret is in the answer and nowhere else.")
        async def token_issue(self, info: Info, input: TokenIssueInput) -> TokenIssuePayload:  # noqa: A002
            async def change(ctx: Context) -> Mapping[str, Any]:
                secret = await issue_token(ctx, input.name, input.permissions, input.expires_at, known=known)
                return {"token": await token_of_secret(ctx.db, secret), "secret": secret}

            return await answer(TokenIssuePayload, change(ctx_of(info)), within=("input",))

        @root(permission="tokens.write", description="End a token at once.")
        async def token_revoke(self, info: Info, token_id: IdArgument) -> TokenRevokePayload:
            async def change(ctx: Context) -> Mapping[str, Any]:
                key = int_key_of(token_id, "StaffToken", field=("id",))
                await revoke_token(ctx, key)
                return {"token": await staff_token(ctx.db, key)}

            return await answer(TokenRevokePayload, change(ctx_of(info)))

    return TokenQuery, TokenMutation
