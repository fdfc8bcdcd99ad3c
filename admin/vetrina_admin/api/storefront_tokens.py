"""Tokens that front ends send to the storefront's API: list, issue, revoke."""

from collections.abc import Mapping
from enum import Enum
from typing import Any

import strawberry

from vetrina.flows.accounts.storefront_tokens import Kind, issue_storefront_token, revoke_storefront_token
from vetrina.graphql import IdArgument, Info, UserError, answer, ctx_of, id_field, int_key_of, root
from vetrina.graphql.scalars import DateTime
from vetrina.kernel.context import Context
from vetrina.views.storefront_tokens import storefront_token, storefront_tokens


@strawberry.enum(description="Who has a storefront token.")
class StorefrontTokenKind(Enum):
    PUBLIC = strawberry.enum_value("PUBLIC", description="Every browser that runs the front end.")
    PRIVATE = strawberry.enum_value("PRIVATE", description="The front end's server alone.")


KINDS: dict[StorefrontTokenKind, Kind] = {StorefrontTokenKind.PUBLIC: "public", StorefrontTokenKind.PRIVATE: "private"}


@strawberry.type(description="A token by which the storefront's API knows a front end.")
class StorefrontToken:
    id: strawberry.ID = id_field("StorefrontToken")
    name: str
    is_private: bool
    public: str | None = strawberry.field(
        description="The token, where browsers have it anyway. A private one was shown once and is kept nowhere."
    )
    created_at: DateTime


@strawberry.input(description="A token to issue.")
class StorefrontTokenIssueInput:
    name: str
    kind: StorefrontTokenKind


@strawberry.type(description="The token: keep a private one now, it is not shown again.")
class StorefrontTokenIssuePayload:
    storefront_token: StorefrontToken | None
    secret: str | None = strawberry.field(description="What the front end is to send.")
    user_errors: list[UserError]


@strawberry.type(description="Which token is known no more.")
class StorefrontTokenRevokePayload:
    revoked_id: strawberry.ID | None
    user_errors: list[UserError]


@strawberry.type
class StorefrontTokenQuery:
    @root(permission="tokens.read", description="Tokens of front ends, the newest first.")
    async def storefront_tokens(self, info: Info) -> list[StorefrontToken]:
        found: Any = await storefront_tokens(ctx_of(info).db)
        return found


@strawberry.type
class StorefrontTokenMutation:
    @root(permission="tokens.write", description="Issue a storefront token.")
    async def storefront_token_issue(
        self,
        info: Info,
        input: StorefrontTokenIssueInput,  # noqa: A002
    ) -> StorefrontTokenIssuePayload:
        async def change(ctx: Context) -> Mapping[str, Any]:
            made = await issue_storefront_token(ctx, input.name, KINDS[input.kind])
            return {"storefront_token": await storefront_token(ctx.db, made.id), "secret": made.token}

        return await answer(StorefrontTokenIssuePayload, change(ctx_of(info)), within=("input",))

    @root(permission="tokens.write", description="End a storefront token: from now on it is unknown.")
    async def storefront_token_revoke(self, info: Info, token_id: IdArgument) -> StorefrontTokenRevokePayload:
        async def change(ctx: Context) -> Mapping[str, Any]:
            await revoke_storefront_token(ctx, int_key_of(token_id, "StorefrontToken", field=("id",)))
            return {"revoked_id": token_id}

        return await answer(StorefrontTokenRevokePayload, change(ctx_of(info)))
