"""People and sessions over the admin API: the same flows, refusals as user errors."""

from typing import Any

import pytest
from argon2 import PasswordHasher
from tests.support.asking import Admin

from vetrina.flows.staff.sessions import SignIn, sign_in
from vetrina.kernel import crypto
from vetrina.kernel.context import Context

pytestmark = pytest.mark.embedded

PASSWORD = "olive e capperi 7"
MEMBER = "member { id email name permissions isActive hasPassword createdAt seenAt } userErrors { code field }"
CREATE = f"mutation ($input: StaffMemberCreateInput!) {{ staffMemberCreate(input: $input) {{ {MEMBER} }} }}"
UPDATE = f"mutation ($input: StaffMemberUpdateInput!) {{ staffMemberUpdate(input: $input) {{ {MEMBER} }} }}"
PASS = f"mutation ($id: ID!, $p: String!) {{ staffMemberSetPassword(id: $id, password: $p) {{ {MEMBER} }} }}"
END = "mutation ($id: ID!) { staffSessionEnd(id: $id) { endedSessionId userErrors { code field } } }"
SESSIONS = "query ($of: ID) { staffSessions(memberId: $of) { nodes { id address userAgent createdAt expiresAt } } }"


@pytest.fixture(autouse=True)
def cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crypto, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


async def create(admin: Admin, **given: Any) -> Any:
    ada = {"email": "ada@shop.test", "name": "Ada", "permissions": ["staff.read", "staff.write"], "password": PASSWORD}
    return (await admin.ask(CREATE, {"input": ada | given}))["staffMemberCreate"]


async def test_a_person_is_enrolled_changed_and_signed_out(admin: Admin, ctx: Context) -> None:
    ada = (await create(admin))["member"]
    assert (ada["email"], ada["isActive"], ada["hasPassword"], ada["seenAt"]) == ("ada@shop.test", True, True, None)
    bea = (await create(admin, email="bea@shop.test", name="Bea", permissions=["orders.read"], password=None))["member"]
    assert not bea["hasPassword"]
    found = await admin.ask("{ staffMembers(first: 1) { nodes { name } pageInfo { hasNextPage endCursor } } }")
    page = found["staffMembers"]
    assert ([node["name"] for node in page["nodes"]], page["pageInfo"]["hasNextPage"]) == (["Ada"], True)
    after = "query ($after: String) { staffMembers(after: $after) { nodes { name } pageInfo { hasNextPage } } }"
    page = (await admin.ask(after, {"after": page["pageInfo"]["endCursor"]}))["staffMembers"]
    assert page == {"nodes": [{"name": "Bea"}], "pageInfo": {"hasNextPage": False}}

    await sign_in(ctx, SignIn(email="ada@shop.test", password=PASSWORD, address="192.0.2.1", user_agent="curl"))
    assert (await admin.ask(SESSIONS, {"of": bea["id"]}))["staffSessions"]["nodes"] == []
    (session,) = (await admin.ask(SESSIONS, {}))["staffSessions"]["nodes"]
    assert (session["address"], session["userAgent"]) == ("192.0.2.1", "curl")
    ended = (await admin.ask(END, {"id": session["id"]}))["staffSessionEnd"]
    assert ended == {"endedSessionId": session["id"], "userErrors": []}
    assert (await admin.ask(END, {"id": session["id"]}))["staffSessionEnd"]["userErrors"][0]["code"] == "NOT_FOUND"

    changed = (await admin.ask(UPDATE, {"input": {"id": bea["id"], "name": "Beatrice"}}))["staffMemberUpdate"]
    assert (changed["member"]["name"], changed["member"]["permissions"]) == ("Beatrice", ["orders.read"])
    given = (await admin.ask(PASS, {"id": bea["id"], "p": PASSWORD}))["staffMemberSetPassword"]
    assert given["member"]["hasPassword"] and given["userErrors"] == []


async def test_a_refusal_names_its_field_and_nobody_grants_what_he_lacks(admin: Admin) -> None:
    ada = (await create(admin))["member"]
    weak = [{"code": "WEAK_PASSWORD", "field": ["input", "password"]}]
    assert await create(admin, email="b@shop.test", password="short") == {"member": None, "userErrors": weak}
    assert (await create(admin, name="Again"))["userErrors"] == [
        {"code": "ALREADY_ENROLLED", "field": ["input", "email"]}
    ]
    keeper = await admin.may("staff.read", "staff.write")
    assert (await create(keeper, email="b@shop.test", permissions=["orders.read"]))["userErrors"] == [
        {"code": "CANNOT_GRANT", "field": ["input", "permissions"]}
    ]
    owner = (await create(admin, email="owner@shop.test", permissions=["orders.read"]))["member"]
    for document, given in (
        (PASS, {"id": owner["id"], "p": PASSWORD}),
        (UPDATE, {"input": {"id": owner["id"], "name": "x"}}),
    ):
        (payload,) = (await keeper.ask(document, given)).values()
        assert payload["userErrors"][0]["code"] == "MAY_MORE"
    gone = {"input": {"id": ada["id"], "isActive": False}}
    assert (await admin.ask(UPDATE, gone))["staffMemberUpdate"]["userErrors"] == [
        {"code": "LAST_KEEPER", "field": ["input", "isActive"]}
    ]
    reader = await admin.may("staff.read")
    assert await reader.refused(CREATE, {"input": {"email": "c@d.test", "name": "C", "permissions": []}}) == [
        "FORBIDDEN"
    ]
