"""Storefront tokens are issued, listed and revoked by the admin's API, its page and the command."""

import asyncio
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner
from tests.support.asking import Admin
from tests.support.shops import StillClock, opened

from vetrina.cli.storefront_tokens import storefront_token
from vetrina.kernel.context import Actor, Context
from vetrina.kernel.errors import NotAllowed, NotFound
from vetrina.plugin.admin import Asked, Done, Form, Secret, Section, Table
from vetrina.views.staff import audit_trail
from vetrina.views.storefront_tokens import storefront_tokens
from vetrina_storefront.bearing_admin import TokenForm, token_page

ISSUE = """mutation ($name: String!, $kind: StorefrontTokenKind!) {
    storefrontTokenIssue(input: {name: $name, kind: $kind}) {
        storefrontToken { id name isPrivate public } secret userErrors { code field } } }"""
REVOKE = """mutation ($id: ID!) { storefrontTokenRevoke(id: $id) { revokedId userErrors { code field } } }"""
LIST = "{ storefrontTokens { id name isPrivate public createdAt } }"


async def test_the_api_issues_lists_and_revokes(admin: Admin, ctx: Context) -> None:
    made: dict[str, Any] = {}
    for kind in ("PUBLIC", "PRIVATE"):
        made[kind] = (await admin.ask(ISSUE, {"name": kind, "kind": kind}))["storefrontTokenIssue"]
        assert made[kind]["userErrors"] == [] and made[kind]["secret"].startswith(f"vt_{kind.lower()}_")
    listed = await admin.post(LIST)
    assert [(row["name"], row["isPrivate"], row["public"]) for row in listed.json()["data"]["storefrontTokens"]] == [
        ("PRIVATE", True, None),
        ("PUBLIC", False, made["PUBLIC"]["secret"]),
    ]
    assert made["PRIVATE"]["secret"] not in listed.text
    wrong = (await admin.ask(ISSUE, {"name": " ", "kind": "PUBLIC"}))["storefrontTokenIssue"]
    assert wrong["userErrors"] == [{"code": "BAD_USER_INPUT", "field": ["input", "name"]}]
    key = made["PUBLIC"]["storefrontToken"]["id"]
    for errors in ([], [{"code": "NOT_FOUND", "field": ["id"]}]):
        gone = (await admin.ask(REVOKE, {"id": key}))["storefrontTokenRevoke"]
        assert (gone["userErrors"], gone["revokedId"]) == (errors, None if errors else key)
    trail = await audit_trail(ctx.db, f"storefront-token:{key.rpartition('/')[2]}", size=9)
    assert [(entry.action, entry.before or entry.after) for entry in trail] == [
        ("storefront-token.revoked", {"name": "PUBLIC", "kind": "public"}),
        ("storefront-token.issued", {"name": "PUBLIC", "kind": "public"}),
    ]
    reader = await admin.may("tokens.read")
    assert await reader.ask(LIST)
    assert await reader.refused(ISSUE, {"name": "x", "kind": "PUBLIC"}) == ["FORBIDDEN"]
    assert await (await admin.may("catalog.read")).refused(LIST) == ["FORBIDDEN"]


@pytest.mark.embedded
async def test_the_page_issues_and_revokes_for_whoever_may(ctx: Context) -> None:
    page = token_page()
    assert (page.permission, {action.permission for action in page.actions}) == ("tokens.read", {"tokens.write"})
    act = {action.name: action.run for action in page.actions}
    reader = msgspec.structs.replace(ctx, actor=Actor("staff", permissions=frozenset({"tokens.read"})))
    with pytest.raises(NotAllowed):
        await act["issue"](reader, Asked(), TokenForm(name="Till"))
    public = await act["issue"](ctx, Asked(), TokenForm(name="Till"))
    private = await act["issue"](ctx, Asked(), TokenForm(name="Server", kind="private"))
    assert isinstance(public, Done) and isinstance(private, Done)
    assert [isinstance(done.blocks[0], Secret) for done in (public, private)] == [False, True]
    shown = await page.show(ctx, Asked())
    [table] = [block for block in shown if isinstance(block, Table)]
    assert [bool(row.buttons) for row in table.rows] == [True, True]
    assert any(isinstance(inner, Form) for block in shown if isinstance(block, Section) for inner in block.blocks)
    assert not any(
        isinstance(block, Section) or (isinstance(block, Table) and block.rows[0].buttons)
        for block in await page.show(reader, Asked())
    )
    for row in await storefront_tokens(ctx.db):
        await act["revoke"](ctx, Asked(), {"token": str(row.id)})
    assert await storefront_tokens(ctx.db) == []
    for nothing in ({"token": "1"}, {"token": "x"}, {"token": "9" * 40}, {}):
        with pytest.raises(NotFound):
            await act["revoke"](ctx, Asked(), nothing)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_command_issues_lists_and_revokes(database_url: str) -> None:
    async def begin() -> None:
        await (await opened(database_url, StillClock())).db.close()

    asyncio.run(begin())

    def run(*words: str, code: int = 0) -> str:
        done = CliRunner().invoke(storefront_token, [*words, "--database-url", database_url], catch_exceptions=False)
        assert done.exit_code == code, done.output
        return done.output

    public, private = run("issue", "Shop").strip(), run("issue", "Server", "--private").strip()
    listed = run("list")
    assert public in listed and "Server" in listed and private not in listed
    assert run("revoke", "1") == "Revoked.\n" and "not found" in run("revoke", "1", code=1)
    assert public not in run("list")
