"""Nothing of a request is read before its token; who has none hears 401 and nothing else."""

from datetime import timedelta
from itertools import product

import httpx
from graphql import get_introspection_query
from structlog.testing import capture_logs
from tests.support.asking import PATH, Admin
from tests.support.shops import StillClock

from vetrina.flows.staff.tokens import issue_token, revoke_token
from vetrina.kernel.context import Context
from vetrina.views.staff import token_of_secret

UNAUTHENTICATED = {"message": "A valid token is needed.", "extensions": {"code": "UNAUTHENTICATED"}}


BODIES = {
    "a question": b'{"query":"{shop{name}}"}',
    "introspection": b'{"query":"{__schema{types{name}}}"}',
    "half": b"{",
    "nothing": b"",
    "deep": b"[" * 20_000,
    "noise": b"\xff" * 99,
}
HEADERS = [
    None,
    "",
    "Bearer",
    "Bearer ",
    "Bearer vt_admin_",
    "Basic YWRtaW46YWRtaW4=",
    "vt_admin_x",
    "Bearer " + "x" * 9_000,
]


async def test_without_a_token_nothing_of_the_body_is_looked_at(admin: Admin) -> None:
    for authorization, (name, body) in product(HEADERS, BODIES.items()):
        headers = {"content-type": "application/json"} | ({"authorization": authorization} if authorization else {})
        answer = await admin.client.post(PATH, content=body, headers=headers)
        assert (answer.status_code, answer.json()) == (401, {"errors": [UNAUTHENTICATED]}), (authorization, name)
        assert answer.headers["www-authenticate"] == "Bearer"
        assert answer.headers["cache-control"] == "no-store"


async def test_a_wrong_content_type_without_a_token_is_still_a_missing_token(admin: Admin) -> None:
    answer = await admin.client.post(PATH, content=b"x", headers={"content-type": "text/plain"})
    assert answer.status_code == 401


async def test_the_answer_is_in_the_media_type_the_client_prefers(admin: Admin) -> None:
    accept = {"accept": "application/graphql-response+json", "content-type": "application/json"}
    answer = await admin.client.post(PATH, content=b"{}", headers=accept)
    assert answer.status_code == 401
    assert answer.headers["content-type"].startswith("application/graphql-response+json")


async def test_only_post_is_answered(admin: Admin) -> None:
    headers = {"authorization": f"Bearer {admin.token}", "origin": "https://elsewhere.test"}
    for method in ("GET", "PUT", "DELETE", "PATCH", "OPTIONS"):
        answer = await admin.client.request(method, PATH, headers=headers)
        assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
        assert "access-control-allow-origin" not in answer.headers


async def test_a_token_opens_the_schema_too(admin: Admin) -> None:
    found = await admin.ask(get_introspection_query())
    assert "productCreate" in {field["name"] for kind in found["__schema"]["types"] for field in kind["fields"] or ()}


async def test_the_scheme_is_read_in_any_case(admin: Admin) -> None:
    answer = await admin.post("{shop{name}}", authorization=f"bEARER  {admin.token} ")
    assert answer.json() == {"data": {"shop": {"name": "Vetrina"}}}


async def test_a_revoked_or_expired_token_opens_nothing(admin: Admin, ctx: Context, clock: StillClock) -> None:
    brief = Admin(admin.client, ctx, await issue_token(ctx, "brief", ["shop.read"], ctx.now() + timedelta(hours=1)))
    assert (await brief.post("{shop{name}}")).status_code == 200
    clock.move(hours=1)
    assert (await brief.post("{shop{name}}")).status_code == 401
    assert (await admin.post("{shop{name}}")).status_code == 200
    token = await token_of_secret(ctx.db, admin.token)
    assert token is not None
    await revoke_token(ctx, token.id)
    assert (await admin.post("{shop{name}}")).status_code == 401


async def test_neither_tokens_nor_documents_are_logged(admin: Admin) -> None:
    wrong = "vt_admin_" + "s" * 43
    with capture_logs() as lines:
        await Admin(admin.client, admin.ctx, wrong).post("{shop{name}}")
        await admin.post('{product(id: "gid://vetrina/Product/1", handle: "secret-handle"){title}}')
    assert len(lines) == 2
    assert not any(text in repr(lines) for text in (wrong, admin.token, "secret-handle"))


async def test_the_answer_to_a_preflight_lets_no_other_origin_in(admin: Admin) -> None:
    answer: httpx.Response = await admin.client.options(
        PATH, headers={"origin": "https://elsewhere.test", "access-control-request-method": "POST"}
    )
    assert "access-control-allow-origin" not in answer.headers
