"""The admin API's part: redirects made, brought in and removed."""

from typing import Any

import strawberry

from vetrina.graphql import Info, UserError, answer, ctx_of, gid, int_key_of, root
from vetrina_seo.flows import create_redirect, import_redirects, remove_redirects

WRITE = "seo.write"


@strawberry.type(description="The redirect that was made or removed.")
class SeoRedirectPayload:
    id: strawberry.ID | None
    user_errors: list[UserError]


@strawberry.type(description="What came of a list.")
class SeoImportPayload:
    count: int | None
    problems: list[str] | None
    user_errors: list[UserError]


@strawberry.type
class SeoMutation:
    @root(permission=WRITE, description="Send whoever asks for a path to another, or to another site.")
    async def seo_redirect_create(self, info: Info, path: str, target: str) -> SeoRedirectPayload:
        async def change() -> dict[str, Any]:
            return {"id": gid("UrlRedirect", await create_redirect(ctx_of(info), path, target))}

        return await answer(SeoRedirectPayload, change())

    @root(permission=WRITE, description="Make redirects of CSV: a path and a target on each line.")
    async def seo_redirect_import(self, info: Info, content: str) -> SeoImportPayload:
        async def change() -> dict[str, Any]:
            done = await import_redirects(ctx_of(info), content)
            return {"count": done.count, "problems": list(done.problems)}

        return await answer(SeoImportPayload, change())

    @root(permission=WRITE, description="Remove a redirect.")
    async def seo_redirect_delete(self, info: Info, redirect_id: strawberry.ID) -> SeoRedirectPayload:
        async def change() -> dict[str, Any]:
            key = int_key_of(redirect_id, "UrlRedirect", field=("redirect_id",))
            await remove_redirects(ctx_of(info), [key])
            return {"id": gid("UrlRedirect", key)}

        return await answer(SeoRedirectPayload, change())
